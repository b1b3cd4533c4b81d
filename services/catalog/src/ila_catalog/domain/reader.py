"""Reads data that people wrote, and names every fault of it, each with its place."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from ila_catalog.domain.errors import FaultyData

_URL = re.compile(r"https://[^\s]{4,500}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOBODY = UUID(int=0)


class Reader:
    """One table of data. Each method returns a member, or notes what is wrong and returns a stand-in.

    The stand-ins never leave: `finish` raises when anything was noted.
    """

    def __init__(self, data: Any, at: str = "", faults: list[str] | None = None):
        self.at = at
        self.faults: list[str] = [] if faults is None else faults
        self._seen: set[str] = set()
        self._data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        if not isinstance(data, Mapping):
            self.fault("", "is not a table")

    def fault(self, name: str, what: str) -> None:
        """Note that something is wrong with a member."""
        place = ".".join(step for step in (self.at, name) if step) or "the file"
        self.faults.append(f"{place} {what}")

    def finish(self) -> None:
        """Raise FaultyData when anything was wrong."""
        if self.faults:
            raise FaultyData(self.faults)

    def unknown(self) -> None:
        """Note every member that nobody asked for: a misspelt name changes nothing silently."""
        for name in sorted(set(self._data) - self._seen):
            self.fault(name, "is not known here")

    def has(self, name: str) -> bool:
        """Tell whether a member is there."""
        return name in self._data

    def names(self) -> list[str]:
        """Return the names of the members that are there."""
        return list(self._data)

    def take(self, name: str, check: Callable[[Any], Any], default: Any) -> Any:
        """Return a member as the check reads it; the check raises ValueError with what is wrong."""
        self._seen.add(name)
        if name not in self._data:
            self.fault(name, "is missing")
            return default
        try:
            return check(self._data[name])
        except ValueError as fault:
            self.fault(name, str(fault))
            return default

    def text(self, name: str, most: int = 200) -> str:
        """Return a text that is not blank and not too long."""
        return str(self.take(name, _text(most), ""))

    def maybe_text(self, name: str, most: int = 200) -> str | None:
        """Return a text, or None when it is not there."""
        return self.text(name, most) if self.has(name) else None

    def url(self, name: str) -> str | None:
        """Return an https address, or None when it is not there."""
        return str(self.take(name, _url, "")) if self.has(name) else None

    def id(self, name: str) -> UUID:
        """Return an id of version 7."""
        found: UUID = self.take(name, _uuid7, NOBODY)
        return found

    def day(self, name: str) -> date:
        """Return a date."""
        found: date = self.take(name, _day, date.min)
        return found

    def minute(self, name: str, read: Callable[[str], datetime]) -> datetime:
        """Return a local minute as the instant `read` makes of it."""
        found: datetime = self.take(name, lambda value: read(_text(16)(value)), _EPOCH)
        return found

    def number(self, name: str, check: Callable[[Any], Any]) -> int:
        """Return a whole number that passes the check."""
        return int(self.take(name, check, 0))

    def table(self, name: str) -> "Reader":
        """Return a member that is a table."""
        self._seen.add(name)
        return Reader(self._data.get(name), self._place(name), self.faults)

    def tables(self, name: str) -> list["Reader"]:
        """Return a member that is a list of at least one table."""
        found = self.take(name, _list, [])
        return [Reader(one, f"{self._place(name)}[{i}]", self.faults) for i, one in enumerate(found)]

    def words(self, name: str, known: Sequence[str] | None = None) -> list[str]:
        """Return a list of texts, each one of the known ones."""

        def check(value: Any) -> list[str]:
            if not all(isinstance(one, str) and (known is None or one in known) for one in _list(value)):
                raise ValueError(f"holds something else than {', '.join(known) if known else 'texts'}")
            return list(value)

        return list(self.take(name, check, []))

    def _place(self, name: str) -> str:
        return f"{self.at}.{name}" if self.at else name


def _text(most: int) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise ValueError("is not a text")
        if len(value) > most:
            raise ValueError(f"is longer than {most} characters")
        return value

    return check


def _url(value: Any) -> str:
    if not isinstance(value, str) or not _URL.fullmatch(value):
        raise ValueError("is not an https address")
    return value


def _uuid7(value: Any) -> UUID:
    try:
        found = UUID(value)
    except (ValueError, TypeError, AttributeError):
        raise ValueError("is not an id") from None
    if found.version != 7:
        raise ValueError("is not an id of version 7")
    return found


def _day(value: Any) -> date:
    if type(value) is not date:
        raise ValueError("is not a date")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise ValueError("is not a list with something in it")
    return value
