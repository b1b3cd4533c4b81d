"""A published programme as the catalogue lists it: by what it is found, filtered, counted and ordered."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.store.listing import BadList

# Facets of one value each, by the name of the filter; DigComp areas and levels are counted apart.
PLAIN_FACETS = ("kind", "mode", "territory", "funding_source", "language")
IDS = ("call_id", "provider_id")
# A programme whose price is not known yet comes last, whichever way one sorts.
_NO_PRICE, _NO_PRICE_DOWN = 10**12, -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A published programme, as far as it is looked for, counted and put in order.

    `words` are folded, each once; `titles` are texts whose spelling is suggested to who misspells.
    """

    id: UUID
    call_id: UUID
    provider_id: UUID
    kind: str
    mode: str
    territory: str
    territory_name: str
    funding_source: str
    language: str
    aims: frozenset[tuple[int, int]]
    starts_on: date
    total_hours: int
    sort_title: str
    price: Decimal | None
    places_free: int
    fingerprint: str | None
    published_at: datetime
    updated_at: datetime
    words: Collection[str]
    titles: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What was committed after the snapshot `since`: programmes as they are at `snapshot`.

    `since` None: everything there is. `gone` are those that are not published (any more).
    """

    since: str | None
    snapshot: str
    listed: list[Listed]
    gone: list[UUID]


@dataclass(frozen=True, slots=True)
class FacetValue:
    """A value that a filter may have, and how many programmes it would find beside the other filters."""

    value: str
    count: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """What a search found: ids of the page in order, the cursor of the next page, how many in all."""

    ids: list[UUID]
    next: str | None
    total: int
    facets: Mapping[str, list[FacetValue]] | None
    did_you_mean: list[str]


BOUNDS: dict[str, Callable[[Listed, Any], bool]] = {
    "starts_from": lambda one, day: bool(one.starts_on >= day),
    "price_max": lambda one, amount: one.price is not None and one.price <= amount,
    "places_free": lambda one, number: bool(one.places_free >= number),
    "updated_since": lambda one, instant: bool(one.updated_at >= instant),
}


def keys_of(one: Listed) -> dict[str, set[Any]]:
    """Return what a programme is filtered by, by the name of its postings."""
    keys: dict[str, set[Any]] = {name: {getattr(one, name)} for name in (*PLAIN_FACETS, *IDS)}
    keys["aim"] = set(one.aims)
    keys["area"] = {area for area, _ in one.aims}
    keys["level"] = {level for _, level in one.aims}
    return keys


def place_of(sort: str, one: Listed) -> tuple[Any, ...]:
    """Return what a programme's place in an order follows from, its key first."""
    match sort.removeprefix("-"):
        case "title":
            return (one.sort_title,)
        case "starts_on":
            return (one.starts_on.isoformat(),)
        case "hours":
            return (one.total_hours,)
        case "price":
            missing = _NO_PRICE_DOWN if sort.startswith("-") else _NO_PRICE
            return (missing if one.price is None else int(one.price * 100),)
        case "neutral":
            return (one.provider_id, one.fingerprint, one.published_at)
        case _:
            raise BadList(errors={"/sort": ["not an order of this list"]})
