"""Amounts, limits and legal grounds by date, each with its source."""

import tomllib
from importlib.resources import files


def legal_basis() -> str:
    """Return the ground on which birth dates of learners are given to the platform's own services."""
    document = tomllib.loads((files(__package__) / "legal.toml").read_text())
    return str(document["person_facts"]["legal_basis"])
