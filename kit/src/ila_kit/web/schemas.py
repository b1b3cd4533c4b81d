"""Schemas that take nothing they do not know, and fields that never guess."""

import re
import unicodedata
from datetime import UTC
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import marshmallow as ma
from marshmallow import validate

from ila_kit.money import AMOUNT_PATTERN, CURRENCY, as_money, parse_amount

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(_DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,9})?(Z|[+-][0-9]{2}:[0-9]{2})")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Schema(ma.Schema):
    """A JSON object whose unknown members are refused."""

    class Meta:
        unknown = ma.RAISE


class Fits(validate.Regexp):
    """The whole text fits a pattern; `^` and `$`, as documented, alone would let a line end through."""

    def __init__(self, pattern: str) -> None:
        super().__init__(f"^(?:{pattern})$")

    def __call__(self, value: Any) -> Any:
        """Return a text that fits. Raises ValidationError for another."""
        if not self.regex.fullmatch(value):
            raise ma.ValidationError(self._format_error(value))
        return value


class WholeNumber(ma.fields.Integer):
    """A JSON integer, between bounds; text, fractions and booleans are refused."""

    def __init__(self, *, min: int, max: int, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min, max), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if type(value) is not int:
            raise self.make_error("invalid")
        return value


class QueryNumber(ma.fields.Integer):
    """A whole number in a query string, between bounds."""

    def __init__(self, *, min: int, max: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(min, max), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not re.fullmatch(r"-?[0-9]{1,9}", str(value)):
            raise self.make_error("invalid")
        return int(value)


class Text(ma.fields.String):
    """A text of limited length, in Unicode form NFC, without control or direction characters."""

    def __init__(self, *, min: int = 1, max: int, pattern: str | None = None, **kwargs: Any) -> None:
        rules: list[Any] = [validate.Length(min, max)]
        if pattern:
            rules.append(Fits(pattern))
        super().__init__(validate=rules, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _CONTROL.search(text):
            raise self.make_error("invalid")
        return unicodedata.normalize("NFC", text).strip()


class Flag(ma.fields.Boolean):
    """true or false, and nothing that merely looks like them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if type(value) is not bool:
            raise self.make_error("invalid", input=value)
        return value


class OneOf(ma.fields.String):
    """One of a few words."""

    def __init__(self, words: list[str], **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf(words), **kwargs)


class Id(ma.fields.UUID):
    """An id as text, in its one usual spelling."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _UUID.fullmatch(value):
            raise self.make_error("invalid_uuid")
        return super()._deserialize(value, attr, data, **kwargs)


class Day(ma.fields.Date):
    """A calendar date, YYYY-MM-DD."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


class Instant(ma.fields.AwareDateTime):
    """An instant with its time zone, RFC 3339; in UTC inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        fault = self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        if not isinstance(value, str) or not _INSTANT.fullmatch(value):
            raise fault
        try:
            return super()._deserialize(value, attr, data, **kwargs).astimezone(UTC)
        except OverflowError:  # a moment before the first year or after the last
            raise fault from None


class MoneySchema(Schema):
    """An amount as `{"amount": "427.43", "currency": "EUR"}`; a third decimal is refused."""

    amount = ma.fields.String(required=True, metadata={"pattern": f"^{AMOUNT_PATTERN}$"})
    currency = OneOf([CURRENCY], required=True)


class Money(ma.fields.Nested):
    """A money object, as a `Decimal` inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(MoneySchema, **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Decimal:
        loaded = super()._deserialize(value, *args, **kwargs)
        try:
            return parse_amount(loaded["amount"])
        except ValueError as fault:
            raise ma.ValidationError({"amount": [str(fault)]}) from None

    def _serialize(self, value: Any, attr: Any, obj: Any, **kwargs: Any) -> Any:  # type: ignore[override]
        return as_money(value) if isinstance(value, Decimal) else value


class ListQuery(Schema):
    """What every list understands; a list of its own adds its filters."""

    limit = QueryNumber(min=1, max=200, load_default=50)
    after = ma.fields.String(
        validate=validate.Length(1, 1_000), metadata={"description": "`next` of the page before"}
    )
    sort = ma.fields.String(validate=Fits(r"-?[a-z_]{1,40}"))
    updated_since = Instant()


def list_of(item: type[Schema]) -> type[Schema]:
    """Return the schema of one page of items."""
    members: dict[str, ma.fields.Field[Any]] = {
        "items": ma.fields.List(ma.fields.Nested(item), required=True),
        "next": ma.fields.String(
            required=True, allow_none=True, metadata={"description": "cursor of the next page"}
        ),
    }
    return Schema.from_dict(members, name=item.__name__.removesuffix("Schema") + "List")  # type: ignore[return-value]


fields = SimpleNamespace(
    Date=Day,
    Dict=ma.fields.Dict,
    Flag=Flag,
    Id=Id,
    Instant=Instant,
    List=ma.fields.List,
    Money=Money,
    Nested=ma.fields.Nested,
    OneOf=OneOf,
    QueryNumber=QueryNumber,
    String=ma.fields.String,
    Text=Text,
    UUID=Id,
    WholeNumber=WholeNumber,
)
