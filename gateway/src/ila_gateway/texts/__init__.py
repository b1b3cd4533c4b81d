"""Texts for people, in Latvian and English."""
