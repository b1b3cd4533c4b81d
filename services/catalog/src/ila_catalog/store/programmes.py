"""Programmes in the database; the public reads are one query each and give plain rows."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import Scope
from ila_kit.errors import Stale
from ila_kit.events import from_json, to_json
from ila_kit.store.listing import Listing, Page, PageRequest
from sqlalchemy.dialects.postgresql import ARRAY, JSONPATH

from ila_catalog.domain.digcomp import Aim
from ila_catalog.domain.programmes import LearningOutcome, Part, Programme, Territory, total_hours
from ila_catalog.domain.search import content_fingerprint, fold, neutral_order, sort_key
from ila_catalog.domain.states import PUBLISHED
from ila_catalog.store.columns import within
from ila_catalog.store.providers import provider_of
from ila_catalog.store.tables import call, provider
from ila_catalog.store.tables import programme as table

_PROVIDER = [column.label(f"provider_{column.name}") for column in provider.c if column is not provider.c.id]
# The family of a programme is what the call says of its kind.
_FAMILY = sa.func.coalesce(
    sa.func.jsonb_path_query_first(
        call.c.kinds,
        sa.cast("$[*] ? (@.kind == $kind).family", JSONPATH),
        sa.func.jsonb_build_object("kind", table.c.kind),
    ).op("#>>")(sa.cast([], ARRAY(sa.Text))),
    "",
).label("family")
# What older calls do not say is first come, first served.
_MODE = call.c.parameters["opening_mode"]["value"].astext
_OPENING = sa.func.coalesce(_MODE, "first_come").label("opening_mode")
_WINDOW = [call.c.code.label("call_code"), call.c.applications_open_at, call.c.applications_close_at, _FAMILY]
_SHORT = [
    table.c[name]
    for name in (
        "id",
        "call_id",
        "provider_id",
        "kind",
        "title_lv",
        "title_en",
        "parts",
        "total_hours",
        "continuing_programme",
        "digcomp",
        "territory",
        "territory_name",
        "mode",
        "language",
        "funding_source",
        "places",
        "places_free",
        *(f"price_{name}" for name in ("amount", "methodology_id", "methodology_version", "as_of", "hash")),
        "starts_on",
        "ends_on",
        "demonstration",
        "version",
        "published_at",
        "content_fingerprint",
        "updated_at",
    )
]
_JOINED = table.join(provider, provider.c.id == table.c.provider_id).join(call, call.c.id == table.c.call_id)
_PUBLISHED = table.c.state == PUBLISHED

# What lists of the public catalogue show of a programme.
SUMMARIES = sa.select(*_SHORT, *_WINDOW, *_PROVIDER).select_from(_JOINED).where(_PUBLISHED)
# What the public sees of a programme in full.
FULL = sa.select(table, *_WINDOW, _OPENING, *_PROVIDER).select_from(_JOINED).where(_PUBLISHED)
OWN_LISTING = Listing(
    sa.select(table, _FAMILY, *_PROVIDER).select_from(_JOINED),
    id=table.c.id,
    sorts={"created_at": table.c.id},
    default="-created_at",
    filters={
        "organisation_id": table.c.provider_id,
        **{name: table.c[name] for name in ("call_id", "kind", "state")},
    },
    updated=table.c.updated_at,
)
_PLAIN = (
    "id",
    "call_id",
    "kind",
    "title_lv",
    "title_en",
    "description_lv",
    "description_en",
    "continuing_programme",
    "qualification",
    "address",
    "mode",
    "language",
    "funding_source",
    "places",
    "starts_on",
    "ends_on",
    "demonstration",
    "state",
    "version",
    "published_at",
    "licence_number",
    "learning_need_id",
    "place_id",
    "agreement_id",
)
_COMPUTED = ("family",)
_JSON = ("parts", "digcomp", "learning_outcomes")


class SqlProgrammeStore:
    """Programmes of all calls."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def get(self, programme_id: UUID, lock: bool = False) -> Programme | None:
        """Return a programme in any state. `lock`: nobody else changes it meanwhile."""
        query = sa.select(table, _FAMILY, *_PROVIDER).select_from(_JOINED).where(table.c.id == programme_id)
        query = query.with_for_update(of=table) if lock else query
        row = self._connection.execute(query).mappings().one_or_none()
        return _programme(dict(row)) if row else None

    def own_page(self, request: PageRequest, scope: Scope) -> Page:
        """Return a page of programmes in scope, in any state, with who gives them."""
        page = OWN_LISTING.page(self._connection, request, where=within(scope, table.c.provider_id))
        return Page([{"programme": _programme(row)} for row in page.rows], page.next)

    def of_call(self, call_id: UUID) -> list[Programme]:
        """Return every programme of a call, in the order of their ids."""
        query = sa.select(table, _FAMILY, *_PROVIDER).select_from(_JOINED).where(table.c.call_id == call_id)
        rows = self._connection.execute(query.order_by(table.c.id)).mappings()
        return [_programme(dict(row)) for row in rows]

    def among(self, ids: Collection[UUID], lock: bool = False) -> list[Programme]:
        """Return these programmes in the order of their ids; `lock`: nobody else changes them meanwhile."""
        query = (
            sa.select(table, _FAMILY, *_PROVIDER)
            .select_from(_JOINED)
            .where(table.c.id.in_(ids))
            .order_by(table.c.id)
        )
        rows = self._connection.execute(query.with_for_update(of=table) if lock else query).mappings()
        return [_programme(dict(row)) for row in rows]

    def add(self, programme: Programme) -> None:
        """Store a new programme."""
        self.add_all([programme])

    def add_all(self, programmes: Collection[Programme]) -> None:
        """Store new programmes, all in one go."""
        at = {"created_at": self._now, "updated_at": self._now}
        if programmes:
            self._connection.execute(sa.insert(table), [_values(one) | at for one in programmes])

    def save(self, programme: Programme) -> None:
        """Store the next version, unless somebody stored it first. Raises Stale."""
        before = (table.c.id == programme.id) & (table.c.version == programme.version - 1)
        change = sa.update(table).where(before).values(_values(programme) | {"updated_at": self._now})
        if self._connection.execute(change).rowcount != 1:
            raise Stale()

    def public(self, programme_id: UUID) -> Mapping[str, Any] | None:
        """Return a published programme with its provider and call, as one row."""
        row = self._connection.execute(FULL.where(table.c.id == programme_id)).mappings().one_or_none()
        return dict(row) if row else None


def _values(programme: Programme) -> dict[str, Any]:
    plain = {name: getattr(programme, name) for name in _PLAIN}
    content = {name: to_json(getattr(programme, name)) for name in _JSON}
    computed = {
        "provider_id": programme.provider.id,
        "territory": programme.territory.code,
        "territory_name": programme.territory.name,
        "total_hours": total_hours(programme.parts),
        "search_text": _searchable(programme),
        "sort_title": sort_key(programme.title_lv),
        "neutral_order": neutral_order(programme.id),
        "content_fingerprint": content_fingerprint(
            programme.description_lv, (part.title for part in programme.parts)
        ),
    }
    return plain | content | computed


def _searchable(programme: Programme) -> str:
    """Return every text of a programme that a visitor may look for, folded."""
    parts = [text for part in programme.parts for text in (part.title, part.title_en)]
    outcomes = [text for outcome in programme.learning_outcomes for text in (outcome.lv, outcome.en)]
    own = [
        programme.title_lv,
        programme.title_en,
        programme.description_lv,
        programme.description_en,
        programme.continuing_programme or "",
        programme.qualification or "",
        programme.provider.name,
        programme.address,
    ]
    return fold(" ".join([*own, *parts, *outcomes]))


def _programme(row: Mapping[str, Any]) -> Programme:
    return Programme(
        **{name: row[name] for name in (*_PLAIN, *_COMPUTED)},
        parts=[from_json(Part, one) for one in row["parts"]],
        digcomp=[from_json(Aim, one) for one in row["digcomp"]],
        learning_outcomes=[from_json(LearningOutcome, one) for one in row["learning_outcomes"]],
        provider=provider_of(row),
        territory=Territory(code=row["territory"], name=row["territory_name"]),
    )
