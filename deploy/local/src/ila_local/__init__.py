"""Runs the whole suite on one machine."""
