"""Amounts and limits by date: none of its own; what a call decides comes by event from the catalogue."""
