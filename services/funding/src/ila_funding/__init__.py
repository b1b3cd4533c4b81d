"""Methodologies, quotes, budget lines, holds and the learner ledger."""
