"""The register of earlier support: what other sources of public money paid for whom, invented."""

import re
from threading import Lock
from typing import Any

from ila_stubs.personas import People, citizen_of_code, digits

# Citizens whom another fund paid for a module of the demonstration; see the README.
SUPPORTED = range(9961, 9971)
SUPPORTED_PERSONA = "learner-40"
MOST_SUPPORTS = 100
_TITLE = "Vienkāršu algoritmu izstrāde"
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MEMBERS = ("reference", "source", "family", "title", "supported_on")


class BadSupport(ValueError):
    """An order that cannot be carried out, with the reason."""


class Supports:
    """Supports by personal code, eleven digits; who has none is not in the register."""

    def __init__(self, people: People):
        self._people, self._lock = people, Lock()
        self._ordered: dict[str, list[dict[str, Any]]] = {}
        self._rule = {digits(one) for one in people.listed if one.name == SUPPORTED_PERSONA}

    def find(self, code: str) -> list[dict[str, Any]]:
        """Return what a person was supported for."""
        with self._lock:
            if code in self._ordered:
                return self._ordered[code]
        supported = code in self._rule or citizen_of_code(code) in SUPPORTED
        return [_invented(code)] if supported else []

    def somebody_else(self, code: str) -> dict[str, Any]:
        """Return the entry of another person than the one asked about."""
        other = next(digits(one) for one in self._people.listed if digits(one) != code)
        return {"code": other, "found": True, "supports": [_invented(other)]}

    def order(self, body: object) -> None:
        """Change what a persona was supported for. Raises BadSupport for anything that is no order."""
        if not isinstance(body, dict) or set(body) != {"persona", "supports"}:
            raise BadSupport("An order has persona and supports, and nothing else.")
        persona, supports = self._people.find(str(body["persona"])), body["supports"]
        if persona is None:
            raise BadSupport("Nobody is called so.")
        if not isinstance(supports, list) or len(supports) > MOST_SUPPORTS or not all(map(_is_one, supports)):
            raise BadSupport(f"supports is a list of objects, each with {', '.join(_MEMBERS)} as texts.")
        with self._lock:
            self._ordered[digits(persona)] = supports


def _is_one(row: object) -> bool:
    if not isinstance(row, dict) or set(row) != set(_MEMBERS):
        return False
    return all(isinstance(one, str) and one for one in row.values()) and bool(
        _DAY.fullmatch(row["supported_on"])
    )


def _invented(code: str) -> dict[str, Any]:
    return {
        "reference": f"ESF-2021-{int(code) % 100_000:05}",
        "source": "ESF 8.4.1",
        "family": "vocational",
        "title": _TITLE,
        "supported_on": "2021-09-01",
    }
