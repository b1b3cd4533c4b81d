"""Neighbours that applications asks, one file each."""
