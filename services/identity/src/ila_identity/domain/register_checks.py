"""What the registers must say about an institution and its legal person before it is approved.

Source: BR-105 (two numbers; an entry of VIIS may be a unit of a company).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from ila_kit.registers import RegisterAnswer

INSTITUTIONS, LEGAL_PERSONS = "viis_institutions", "legal_persons"
PASSED, FAILED, OPEN = "passed", "failed", "open"


@dataclass(frozen=True, slots=True)
class RegisterCheck:
    """The outcome of one rule. One that is not `decisive` informs the approver and stops nothing.

    `answer` is what the register told, with its proof; None while the check is open.
    """

    name: str
    register: str
    verdict: str
    decisive: bool
    answer: RegisterAnswer | None


class Numbers(Protocol):
    """The two numbers that a registration states."""

    @property
    def viis_number(self) -> str:
        """Of the institution."""

    @property
    def legal_person_number(self) -> str:
        """Of the legal person that it is, or that it is a unit of."""


@dataclass(frozen=True, slots=True)
class _Rule:
    name: str
    register: str
    decisive: bool
    holds: Callable[[dict[str, Any], Numbers], bool]


_RULES = (
    _Rule("institution_known", INSTITUTIONS, True, lambda told, _: bool(told)),
    _Rule("institution_operating", INSTITUTIONS, True, lambda told, _: told.get("operating") is True),
    _Rule(
        "institution_of_legal_person",
        INSTITUTIONS,
        True,
        lambda told, stated: told.get("legal_person_number") == stated.legal_person_number,
    ),
    _Rule("institution_accredited", INSTITUTIONS, False, lambda told, _: told.get("accredited") is True),
    _Rule("legal_person_known", LEGAL_PERSONS, True, lambda told, _: bool(told)),
    _Rule("legal_person_registered", LEGAL_PERSONS, True, lambda told, _: told.get("status") == "registered"),
    _Rule(
        "legal_person_holds_institution",
        LEGAL_PERSONS,
        True,
        lambda told, stated: stated.viis_number in (told.get("viis_numbers") or []),
    ),
)


def usable(answer: RegisterAnswer, number: str) -> bool:
    """Tell whether an answer says something, and says it about the number that was asked."""
    if not answer.known or answer.key != number:
        return False
    return not answer.found or (answer.answer or {}).get("number") == number


def checks_of(
    stated: Numbers, institution: RegisterAnswer | None, legal_person: RegisterAnswer | None
) -> list[RegisterCheck]:
    """Return every check of an institution by what the registers told so far."""
    told = {INSTITUTIONS: institution, LEGAL_PERSONS: legal_person}
    return [_check(rule, stated, told[rule.register]) for rule in _RULES]


def _check(rule: _Rule, stated: Numbers, answer: RegisterAnswer | None) -> RegisterCheck:
    verdict = OPEN if answer is None else _verdict(rule.holds(answer.answer or {}, stated))
    return RegisterCheck(rule.name, rule.register, verdict, rule.decisive, answer)


def _verdict(holds: bool) -> str:
    return PASSED if holds else FAILED
