"""Calls to neighbours, one file each: this service needs none, it hears all it needs by events."""
