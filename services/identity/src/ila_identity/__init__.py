"""Persons, organisations, roles and mandates."""
