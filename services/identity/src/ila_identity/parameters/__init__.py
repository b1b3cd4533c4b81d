"""Amounts, limits and legal grounds by date, each with its source."""

import tomllib
from datetime import timedelta
from importlib.resources import files
from typing import Any

from ila_identity.domain.limits import Limits


def legal_basis() -> str:
    """Return the ground on which birth dates of learners are given to the platform's own services."""
    return str(_read("legal")["person_facts"]["legal_basis"])


def provider_legal_basis() -> str:
    """Return the ground on which registers are asked about institutions."""
    return str(_read("providers")["register_questions"]["legal_basis"])


def employer_legal_basis() -> str:
    """Return the ground on which the register of legal persons is asked about employers."""
    return str(_read("providers")["employer_questions"]["legal_basis"])


def support_legal_basis() -> str:
    """Return the ground on which the register of earlier support is asked about learners."""
    return str(_read("legal")["earlier_support"]["legal_basis"])


def limits() -> Limits:
    """Return the times and numbers that hold now."""
    told = _read("providers")
    return Limits(
        cooling=timedelta(hours=told["bank_account_cooling"]["hours"]),
        fact_validity=timedelta(hours=told["fact_validity"]["hours"]),
        reply_days=told["sanction_reply"]["working_days"],
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((files(__package__) / f"{name}.toml").read_text())
