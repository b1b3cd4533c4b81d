"""Latvian personal codes: told apart by form alone, never asked for a date of birth."""

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Self

from ila_identity.domain.errors import MalformedPersonalCode

_NEW = re.compile(r"3[2-9][0-9]{9}")
_OLD = re.compile(r"([0-3][0-9])([01][0-9])([0-9]{2})([012])[0-9]{4}")
_WRITTEN = re.compile(r"[0-9]{6}-?[0-9]{5}")


@dataclass(frozen=True, slots=True)
class PersonalCode:
    """A well-formed personal code; its `repr` hides it, because a repr ends up in logs."""

    digits: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the code that a text writes, with or without its hyphen. Raises MalformedPersonalCode.

        New codes are a 3, then 2 to 9, then nine random digits: no checksum and no date. Old ones
        begin with a day, month and year and go on with the century. Their checksum is not
        asked: it is not officially published, and the e-identity that sends the code has checked it.

        Source: 01-mission section 8 (identifiers).
        """
        if not _WRITTEN.fullmatch(text):
            raise MalformedPersonalCode()
        digits = text.replace("-", "")
        if not (_NEW.fullmatch(digits) or _is_old(digits)):
            raise MalformedPersonalCode()
        return cls(digits)

    def masked(self) -> str:
        """Return the code with all but its last two digits hidden."""
        return "******-***" + self.digits[-2:]


def _is_old(digits: str) -> bool:
    """Tell whether the digits begin with a day of the calendar and a known century."""
    match = _OLD.fullmatch(digits)
    if match is None:
        return False
    day, month, year, century = (int(part) for part in match.groups())
    try:
        date(1800 + 100 * century + year, month, day)
    except ValueError:
        return False
    return True
