"""Fixtures of the kit."""
