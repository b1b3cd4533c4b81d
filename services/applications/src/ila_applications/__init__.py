"""Learner applications, eligibility, places."""
