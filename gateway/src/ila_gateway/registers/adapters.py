"""One adapter per register: how it is asked, and what of its answer is used.

Each answer is held against the key that was asked: what speaks of somebody else is never used.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

from ila_gateway.registers import answers
from ila_gateway.registers.connection import Connection
from ila_gateway.registers.faults import DOWN, GARBAGE, WRONG_ANSWER, RegisterFault
from ila_gateway.registers.limits import Limits

PERSONAL_CODE, INSTITUTION, LEGAL_PERSON = "[0-9]{11}", "[0-9]{10}", "[0-9]{11}"
Asked = TypeVar("Asked")
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Told:
    """What a register said about one key: an answer, that there is no such key (neither), or a fault."""

    answer: dict[str, Any] | None = field(default=None, repr=False)
    fault: str | None = None


class Adapter(Protocol):
    """A register as the desk needs it."""

    limits: Limits
    key_pattern: str

    def ask(self, keys: Sequence[str]) -> dict[str, Told]:
        """Return what the register says about each key, within the time limit of a whole question."""
        ...


class Batches:
    """A register of persons: many personal codes in one request."""

    key_pattern = PERSONAL_CODE

    def __init__(self, connection: Connection, limits: Limits, schema: answers.Answer):
        self.limits = limits
        self._connection = connection
        self._schema = schema

    def ask(self, keys: Sequence[str]) -> dict[str, Told]:
        """Return what the register says about each person."""
        size, until = self.limits.batch, time.monotonic() + self.limits.whole_seconds
        batches = [keys[start : start + size] for start in range(0, len(keys), size)]
        told: dict[str, Told] = {}
        for one in _at_once(lambda batch: self._batch(batch, until), batches, self.limits.at_once):
            told |= one
        return told

    def _batch(self, codes: Sequence[str], until: float) -> dict[str, Told]:
        def read(status: int, body: Any) -> dict[str, Told]:
            return _persons(self._schema, codes, status, body)

        try:
            return self._connection.ask("POST", self.limits.path, {"codes": list(codes)}, read, until)
        except RegisterFault as fault:
            if fault.kind == WRONG_ANSWER and len(codes) > 1:
                return self._each(codes, until)
            return dict.fromkeys(codes, Told(fault=fault.kind))

    def _each(self, codes: Sequence[str], until: float) -> dict[str, Told]:
        """Ask about each alone: one whom the register mixes up with somebody else holds up no other one."""
        told: dict[str, Told] = {}
        for code in codes:
            told |= self._batch([code], until)
        return told


class OneByOne:
    """A register that is asked about one number at a time."""

    def __init__(self, connection: Connection, limits: Limits, schema: answers.Answer, key_pattern: str):
        self.limits = limits
        self.key_pattern = key_pattern
        self._connection = connection
        self._schema = schema

    def ask(self, keys: Sequence[str]) -> dict[str, Told]:
        """Return what the register says about each number."""
        until = time.monotonic() + self.limits.whole_seconds
        told = _at_once(lambda key: self._one(key, until), keys, self.limits.at_once)
        return dict(zip(keys, told, strict=True))

    def _one(self, key: str, until: float) -> Told:
        def read(status: int, body: Any) -> Told:
            return self._read(key, status, body)

        try:
            return self._connection.ask("GET", self.limits.path.format(key=key), None, read, until)
        except RegisterFault as fault:
            return Told(fault=fault.kind)

    def _read(self, key: str, status: int, body: Any) -> Told:
        """A bare 404, from whatever stands between, does not say that the register knows no such number."""
        number = body.get("number") if isinstance(body, dict) else None
        if not isinstance(number, str):
            raise RegisterFault(GARBAGE)
        if number != key:
            raise RegisterFault(WRONG_ANSWER)
        if status == HTTPStatus.NOT_FOUND:
            if body.get("found") is not False:
                raise RegisterFault(GARBAGE)
            return Told()
        return Told(answers.checked(self._schema, body))


def adapters(limits: dict[str, Limits], systems: dict[str, tuple[str, str]]) -> dict[str, Adapter]:
    """Return every register's adapter. `systems` gives address and credential of each system."""

    def to(register: str) -> tuple[Connection, Limits]:
        own = limits[register]
        return Connection(register, *systems[own.system], own), own

    return {
        "population": Batches(*to("population"), answers.Person()),
        "viis_institutions": OneByOne(*to("viis_institutions"), answers.Institution(), INSTITUTION),
        "viis_addresses": OneByOne(*to("viis_addresses"), answers.Addresses(), INSTITUTION),
        "programme_licences": OneByOne(*to("programme_licences"), answers.Licences(), INSTITUTION),
        "legal_persons": OneByOne(*to("legal_persons"), answers.LegalPerson(), LEGAL_PERSON),
        "earlier_support": Batches(*to("earlier_support"), answers.EarlierSupport()),
    }


def _persons(schema: answers.Answer, codes: Sequence[str], status: int, body: Any) -> dict[str, Told]:
    """Return the persons of an answer. One who was not asked for spoils the whole answer."""
    rows = body.get("persons") if isinstance(body, dict) else None
    if status != HTTPStatus.OK:
        raise RegisterFault(DOWN)
    if not isinstance(rows, list) or not all(_has_code(row) for row in rows):
        raise RegisterFault(GARBAGE)
    by_code = {row["code"]: row for row in rows}
    if set(by_code) - set(codes) or len(by_code) < len(rows):
        raise RegisterFault(WRONG_ANSWER)
    return {code: _person(schema, by_code.get(code)) for code in codes}


def _has_code(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("code"), str)


def _person(schema: answers.Answer, row: dict[str, Any] | None) -> Told:
    if row is None or not isinstance(row.get("found"), bool):
        return Told(fault=GARBAGE)
    if not row["found"]:
        return Told()
    try:
        return Told(answers.checked(schema, row))
    except RegisterFault as fault:
        return Told(fault=fault.kind)


def _at_once(ask: Callable[[Asked], Found], keys: Sequence[Asked], at_once: int) -> list[Found]:
    """Return what is told about each key, asked some at once; each works for the request that asks."""
    if len(keys) <= 1:
        return [ask(key) for key in keys]
    with ThreadPoolExecutor(at_once) as pool:
        under_way = [pool.submit(copy_context().run, ask, key) for key in keys]
        return [one.result() for one in under_way]
