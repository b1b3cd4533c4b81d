"""Rows as domain values, and back."""

from typing import Any

import sqlalchemy as sa

from ila_applications.domain.applications import Application, Case, Happening, Receipt
from ila_applications.domain.offerings import Call, Offering, Part, Programme, Stratum
from ila_applications.store import tables as t

_PLAIN = (
    "id",
    "person_id",
    "programme_id",
    "call_id",
    "state",
    "version",
    "created_at",
    "updated_at",
    "due_at",
    "preferred_language",
    "note",
    "checks",
    "refusal",
    "provisional",
    "hold_id",
    "amount",
    "funds",
    "group_id",
    "decided_by",
    "statements",
)
PROGRAMME_COLUMNS = tuple(
    column.name for column in t.programme.c if column.name not in ("sequence", "closed_at")
)
CALL_COLUMNS = tuple(
    column.name for column in t.call.c if column.name not in ("sequence", "pinned_at", "drawn_at")
)

OFFERING_COLUMNS = [
    *(t.programme.c[name].label(f"p_{name}") for name in PROGRAMME_COLUMNS),
    t.programme.c.closed_at,
    sa.func.coalesce(t.provider_standing.c.barred, sa.false()).label("barred"),
    *(t.call.c[name].label(f"c_{name}") for name in CALL_COLUMNS),
    t.call.c.pinned_at,
    t.call.c.drawn_at,
]
_STANDING = t.provider_standing.c.provider_id == t.programme.c.provider_id
OFFERINGS = t.programme.outerjoin(t.call, t.call.c.id == t.programme.c.call_id).outerjoin(
    t.provider_standing, _STANDING
)
CASES = sa.select(t.application, *OFFERING_COLUMNS).select_from(
    t.application.join(t.programme, t.programme.c.id == t.application.c.programme_id)
    .outerjoin(t.call, t.call.c.id == t.programme.c.call_id)
    .outerjoin(t.provider_standing, _STANDING)
)


def as_offering(row: Any) -> Offering:
    """Return the programme and call of a row with `OFFERING_COLUMNS`."""
    programme = as_programme({name: row[f"p_{name}"] for name in PROGRAMME_COLUMNS})
    call = as_call({name: row[f"c_{name}"] for name in CALL_COLUMNS}) if row["c_id"] is not None else None
    return Offering(programme, call, row["closed_at"], row["barred"], row["drawn_at"], row["pinned_at"])


def as_programme(values: dict[str, Any]) -> Programme:
    """Return a programme of the values of its columns."""
    return Programme(**values | {"parts": tuple(Part(**part) for part in values["parts"])})


def as_call(values: dict[str, Any]) -> Call:
    """Return a call of the values of its columns."""
    strata = tuple(Stratum(**one) for one in values["draw_strata"])
    return Call(**values | {"draw_strata": strata})


def as_case(row: Any) -> Case:
    """Return the application and offering of a row of `CASES`."""
    return Case(as_application(row), as_offering(row))


def as_application(row: Any) -> Application:
    """Return the application of a row."""
    return Application(**{name: row[name] for name in _PLAIN}, receipt=_receipt(row))


def as_happening(row: Any) -> Happening:
    """Return the history entry of a row."""
    return Happening(**row)


def _receipt(row: Any) -> Receipt | None:
    if row["receipt_sequence"] is None:
        return None
    return Receipt(
        application_id=row["id"],
        sequence=row["receipt_sequence"],
        received_at=row["received_at"],
        sha256=row["sha256"],
    )
