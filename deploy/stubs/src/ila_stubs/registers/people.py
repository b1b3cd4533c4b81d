"""The population register: what it knows about the invented people."""

import re
from dataclasses import replace
from datetime import date
from typing import Any

from ila_stubs.personas import People, Persona, citizen, citizen_of_code, digits
from ila_stubs.registers.territories import ALL

# Citizens whom the register sees otherwise than the e-identity does; see the README.
MINORS, UNKNOWN, DEAD = range(9971, 9981), range(9981, 9991), range(9991, 10_000)
_CODES = tuple(ALL)
_MALE = re.compile(r"[sš]$")


class Population:
    """Everybody by personal code, eleven digits: the personas, and the citizens made by rule."""

    def __init__(self, people: People):
        self._listed = {digits(persona): persona for persona in people.listed}

    def find(self, code: str, today: date) -> dict[str, Any] | None:
        """Return what the register says about a personal code; None when it knows nobody by it."""
        if code in self._listed:
            return _record(self._listed[code])
        number = citizen_of_code(code)
        somebody = citizen(f"citizen-{number:04}") if number else None
        if somebody is None or number in UNKNOWN:
            return None
        if number in MINORS:
            somebody = replace(somebody, birthdate=date(today.year - 17, 1, 1))
        return _record(somebody, "dead" if number in DEAD else "alive")

    def somebody_else(self, code: str) -> dict[str, Any]:
        """Return the record of another person than the one asked about."""
        return _record(next(one for known, one in self._listed.items() if known != code))


def _record(persona: Persona, status: str = "alive") -> dict[str, Any]:
    code = digits(persona)
    return {
        "code": code,
        "birth_date": persona.birthdate.isoformat(),
        "status": status,
        "given_name": persona.given_name,
        "family_name": persona.family_name,
        "sex": "male" if _MALE.search(persona.given_name) else "female",
        "territory": _CODES[int(code) % len(_CODES)],
    }
