"""Mechanics that every ILA service needs; knows no learner, course or euro rule."""
