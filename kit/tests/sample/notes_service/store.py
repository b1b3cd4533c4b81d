"""Notes in the database."""

from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import Scope
from ila_kit.errors import Missing, Stale
from ila_kit.store.listing import Listing, Page, PageRequest
from ila_kit.store.unit import Unit

from notes_service.tables import note as t


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """What somebody wrote."""

    id: UUID
    person_id: UUID
    organisation_id: UUID | None
    title: str
    colour: str
    rank: int
    price: Decimal
    day: date
    state: str
    created_at: datetime
    updated_at: datetime
    version: int


LISTING = Listing(
    t,
    id=t.c.id,
    sorts={name: t.c[name] for name in ("created_at", "title", "rank", "price", "day")},
    default="-created_at",
    filters={"colour": t.c.colour, "state": t.c.state},
    updated=t.c.updated_at,
)


def visible(scope: Scope) -> sa.ColumnElement[bool]:
    """Return the condition of the rows in scope."""
    if scope.everything:
        return sa.true()
    return (t.c.person_id == scope.person) | t.c.organisation_id.in_(scope.organisations)


class NoteStore:
    """Rows stay in here; callers give and get notes."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def add(self, note: Note) -> None:
        """Store a new note."""
        self._connection.execute(sa.insert(t).values(asdict(note)))

    def get(self, note_id: UUID, scope: Scope) -> Note:
        """Return a note in scope. Raises Missing."""
        row = (
            self._connection.execute(sa.select(t).where(t.c.id == note_id, visible(scope))).mappings().first()
        )
        if row is None:
            raise Missing()
        return Note(**row)

    def save(self, note: Note, version: int, now: datetime, **changes: Any) -> Note:
        """Store a change of a version somebody read. Raises Stale."""
        changed = replace(note, updated_at=now, version=version + 1, **changes)
        mine = (t.c.id == note.id) & (t.c.version == version)
        if self._connection.execute(sa.update(t).where(mine).values(asdict(changed))).rowcount != 1:
            raise Stale()
        return changed

    def remove(self, note: Note) -> None:
        """Remove a note."""
        self._connection.execute(sa.delete(t).where(t.c.id == note.id))

    def page(self, scope: Scope, request: PageRequest) -> Page:
        """Return a page of the notes in scope."""
        return LISTING.page(self._connection, request, [visible(scope)])


class NotesUnit(Unit):
    """A unit of work with the notes."""

    @cached_property
    def notes(self) -> NoteStore:
        """The notes."""
        return NoteStore(self.connection)
