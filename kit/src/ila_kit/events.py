"""Facts that services tell each other, and the envelope they travel in (CloudEvents 1.0 JSON)."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

import orjson
from cattrs import Converter

from ila_kit.clock import as_instant, parse_instant
from ila_kit.money import as_money, from_money

T = TypeVar("T")
_OPTIONS = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS | orjson.OPT_NON_STR_KEYS
_converter = Converter(prefer_attrib_converters=False)
_converter.register_unstructure_hook(UUID, str)
_converter.register_unstructure_hook(Decimal, as_money)
_converter.register_unstructure_hook(datetime, as_instant)
_converter.register_unstructure_hook(date, date.isoformat)
_converter.register_structure_hook(UUID, lambda text, _: UUID(text))
_converter.register_structure_hook(Decimal, lambda money, _: from_money(money))
_converter.register_structure_hook(datetime, lambda text, _: parse_instant(text))
_converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))


class NotYet(Exception):
    """A handler's word that what an event builds on has not arrived: try again later."""


def to_json(value: Any) -> Any:
    """Return a dataclass as plain JSON values: ids and instants as text, `Decimal` as money."""
    return _converter.unstructure(value)


def to_bytes(value: Any) -> bytes:
    """Return a value as JSON text, the same as that of `to_json`, without a copy of what is plain already."""
    return orjson.dumps(value, default=_plain, option=_OPTIONS)


def _plain(value: Any) -> Any:
    """Return what orjson does not know, or writes in another way, as `to_json` does. Raises TypeError."""
    if isinstance(value, datetime):
        return as_instant(value)
    if isinstance(value, date):
        return value.isoformat()
    plain = to_json(value)
    if plain is value:
        raise TypeError(f"{type(value).__name__} is nothing that JSON has")
    return plain


def from_json(kind: type[T], value: Any) -> T:
    """Return a dataclass from plain JSON values; members it does not name are passed over."""
    return _converter.structure(value, kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Base of everything published. `type` is `<service>.<thing>_<past participle>.v<major>`.

    `subject_field` names the field whose id is the subject; `sequence` is the subject's version.
    """

    type: ClassVar[str]
    subject_field: ClassVar[str]

    @property
    def subject(self) -> str:
        """The id of the thing the event tells about."""
        return str(getattr(self, self.subject_field))

    def as_data(self) -> dict[str, Any]:
        """Return the body of the event as its JSON schema shows it."""
        data: dict[str, Any] = to_json(self)
        return data

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """Return the part of a received body that this class names."""
        return from_json(cls, data)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A received or sent event with what the bus needs to know of it."""

    id: UUID
    source: str
    type: str
    subject: str
    time: datetime
    sequence: int
    data: dict[str, Any]
    traceparent: str | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the envelope as CloudEvents JSON."""
        body = {
            "specversion": "1.0",
            "id": str(self.id),
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": as_instant(self.time),
            "datacontenttype": "application/json",
            "sequence": self.sequence,
            "data": self.data,
        }
        return body if self.traceparent is None else body | {"traceparent": self.traceparent}

    @classmethod
    def parse(cls, body: dict[str, Any]) -> Self:
        """Read CloudEvents JSON. Raises KeyError, TypeError or ValueError when it is none."""
        if body["specversion"] != "1.0":
            raise ValueError("not a CloudEvents 1.0 envelope")
        return cls(
            id=UUID(_text(body["id"])),
            source=_text(body["source"]),
            type=_text(body["type"]),
            subject=_text(body["subject"]),
            time=parse_instant(body["time"]),
            sequence=int(body["sequence"]),
            data=_object(body["data"]),
            traceparent=body.get("traceparent"),
        )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("not an object")
    return value
