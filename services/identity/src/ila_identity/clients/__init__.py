"""Neighbours that identity asks, one file each: none yet."""
