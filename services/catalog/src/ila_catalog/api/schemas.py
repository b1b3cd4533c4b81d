"""Fields that the schemas of several resources share."""

from typing import Any

from ila_kit.web.schemas import Schema, fields

from ila_catalog.domain.digcomp import AREAS, LEVELS

MOST = 1_000_000


def area() -> Any:
    """Return a field for a DigComp area."""
    return fields.WholeNumber(min=AREAS[0], max=AREAS[-1], required=True)


def level() -> Any:
    """Return a field for a DigComp level."""
    return fields.WholeNumber(min=LEVELS[0], max=LEVELS[-1], required=True)


def number(least: int = 0) -> Any:
    """Return a field for a whole number that is always there."""
    return fields.WholeNumber(min=least, max=MOST, required=True)


def text(**kwargs: bool) -> Any:
    """Return a field for a text that is always there."""
    return fields.String(required=True, **kwargs)


def sort(*names: str) -> Any:
    """Return a query field for the orders of a list, upwards and downwards."""
    return fields.OneOf([*names, *(f"-{name}" for name in names)])


class TerritorySchema(Schema):
    """A municipality or state city."""

    code = text()
    name = text()


class ProvenanceSchema(Schema):
    """Where an answer of a register comes from; `snapshot` proves question and answer (JWS)."""

    register = text()
    found = fields.Flag(required=True, allow_none=True)
    observed_at = fields.Instant(required=True, allow_none=True)
    legal_basis = text(allow_none=True)
    hash = text(allow_none=True)
    snapshot = text(allow_none=True)


class ProblemShownSchema(Schema):
    """A refusal that would come, with its texts."""

    code = text()
    title_lv = text()
    title_en = text()
    detail_lv = text()
    detail_en = text()
    facts = fields.Dict(required=True)
