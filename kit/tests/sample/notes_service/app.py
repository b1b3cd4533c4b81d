"""Notes over HTTP, and the wiring."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar
from uuid import UUID

import flask
import sqlalchemy as sa
from ila_kit.cli import offline_environment
from ila_kit.clock import Clock, utc_now
from ila_kit.errors import Conflict
from ila_kit.events import Event
from ila_kit.files.kept import KeptFiles
from ila_kit.ids import uuid7
from ila_kit.service_settings import ServiceSettings
from ila_kit.store.unit import Units
from ila_kit.testing.files import memory_files
from ila_kit.testing.http import verifier
from ila_kit.web.app import service_app
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from ila_kit.web.uploads import download

from notes_service.store import Note, NotesUnit

SERVICE = "notes"
READERS = Access(own={"writer", "editor"}, any={"auditor"})
WRITERS = Access(own={"writer", "editor"})
COLOURS = ["red", "green"]


class NoteArchived(Conflict):
    """The note is put away."""

    code = "note-archived"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWritten(Event):
    """Somebody wrote a note."""

    type: ClassVar[str] = "notes.note_written.v1"
    subject_field: ClassVar[str] = "note_id"
    note_id: UUID
    rank: int


@dataclass(frozen=True)
class Deps:
    """What the service needs. A trial runs whatever a test wants to happen in a request."""

    units: Units[NotesUnit]
    trials: dict[str, Callable[[Call], Any]] = field(default_factory=dict)
    kept_files: KeptFiles = field(default_factory=memory_files)


class NewNoteSchema(Schema):
    """What a person says of a note."""

    title = fields.Text(max=200, required=True)
    colour = fields.OneOf(COLOURS, load_default="green")
    rank = fields.WholeNumber(min=0, max=1_000, load_default=0)
    price = fields.Money(required=True)
    day = fields.Date(required=True)
    organisation_id = fields.Id(load_default=None, allow_none=True)


class NoteSchema(Schema):
    """A note."""

    id = fields.Id(required=True)
    person_id = fields.Id(required=True)
    organisation_id = fields.Id(required=True, allow_none=True)
    title = fields.Text(max=200, required=True)
    colour = fields.OneOf(COLOURS, required=True)
    rank = fields.WholeNumber(min=0, max=1_000, required=True)
    price = fields.Money(required=True)
    day = fields.Date(required=True)
    state = fields.OneOf(["open", "archived"], required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)


class NoteQuery(ListQuery):
    """Filters of notes."""

    colour = fields.OneOf(COLOURS)
    state = fields.OneOf(["open", "archived"])


class EnclosureSchema(Schema):
    """What a person says of a file that goes with a note."""

    title = fields.Text(max=200, required=True)


class EnclosedSchema(Schema):
    """A file as it was taken."""

    title = fields.String(required=True)
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.WholeNumber(min=1, max=2**31, required=True)
    sha256 = fields.String(required=True)


class CallerSchema(Schema):
    """Who calls."""

    id = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)


class TrialSchema(Schema):
    """What the trial gave."""

    value = fields.Dict(required=True)


notes = Resource("notes", __name__, url_prefix="/api/notes/v1/notes", description="Notes")
others = Resource("others", __name__, url_prefix="/api/notes/v1", description="Everything else")


def shown(note: Note, **more: Any) -> Answer:
    """Return the answer that shows a note."""
    return Answer(note, version=note.version, **more)


@notes.operation("GET", "", READERS, query=NoteQuery, answer=(200, list_of(NoteSchema)))
def get_notes(call: Call) -> dict[str, Any]:
    """List notes, newest first."""
    page = call.unit.notes.page(call.scope, page_request(call.query))
    return {"items": page.rows, "next": page.next}


@notes.operation("POST", "", WRITERS, body=NewNoteSchema, answer=(201, NoteSchema), idempotent=True)
def post_note(call: Call) -> Answer:
    """Write a note."""
    now, person = call.unit.now, call.scope.person or UUID(call.actor.id)
    note = Note(
        id=uuid7(), person_id=person, state="open", created_at=now, updated_at=now, version=1, **call.body
    )
    call.unit.notes.add(note)
    call.unit.publish(NoteWritten(note_id=note.id, rank=note.rank), sequence=1)
    call.unit.audit("note_written", "note", note.id, rank=note.rank)
    return shown(note, location=f"/api/notes/v1/notes/{note.id}")


@notes.operation("GET", "/<uuid:note_id>", READERS, answer=(200, NoteSchema))
def get_note(call: Call, note_id: UUID) -> Answer:
    """Show a note."""
    return shown(call.unit.notes.get(note_id, call.scope))


@notes.operation(
    "PUT",
    "/<uuid:note_id>",
    WRITERS,
    body=NewNoteSchema,
    answer=(200, NoteSchema),
    if_match=True,
    refusals=[NoteArchived],
)
def put_note(call: Call, note_id: UUID) -> Answer:
    """Change a note."""
    note = call.unit.notes.get(note_id, call.scope)
    if note.state == "archived":
        raise NoteArchived(title=note.title)
    return shown(call.unit.notes.save(note, call.if_match, call.unit.now, **call.body))


@notes.operation("DELETE", "/<uuid:note_id>", WRITERS, answer=(204, None))
def delete_note(call: Call, note_id: UUID) -> None:
    """Remove a note."""
    call.unit.notes.remove(call.unit.notes.get(note_id, call.scope))


@notes.operation(
    "POST",
    "/<uuid:note_id>/archival",
    Access(own={"writer"}, acr="high"),
    answer=(200, NoteSchema),
    idempotent=True,
    refusals=[NoteArchived],
)
def post_archival(call: Call, note_id: UUID) -> Answer:
    """Put a note away for ever."""
    note = call.unit.notes.get(note_id, call.scope)
    if note.state == "archived":
        raise NoteArchived(title=note.title)
    return shown(call.unit.notes.save(note, note.version, call.unit.now, state="archived"))


@others.operation(
    "POST",
    "/enclosures",
    Access(signed_in=True),
    body=EnclosureSchema,
    files=("scan",),
    answer=(201, EnclosedSchema),
    idempotent=True,
)
def post_enclosure(call: Call) -> dict[str, Any]:
    """Take a file with what is said of it."""
    scan = call.files["scan"]
    call.unit.audit("enclosure_taken", "enclosure", uuid7(), sha256=scan.sha256)
    told = {"name": scan.name, "media_type": scan.media_type, "size": len(scan.data), "sha256": scan.sha256}
    return call.body | told


@others.operation(
    "GET", "/enclosures/example", Access(signed_in=True), answer=(200, None), media_type="text/plain"
)
def get_enclosure(call: Call) -> flask.Response:
    """Hand out a file."""
    return download("Ā\n".encode(), "pārskats.txt", "text/plain")


@others.operation("GET", "/public/greeting", Access(public=True), answer=(200, CallerSchema))
def get_greeting(call: Call) -> dict[str, Any]:
    """Greet anybody."""
    return {"id": call.actor.id, "roles": sorted(call.actor.role_names)}


@others.operation("GET", "/me", Access(signed_in=True), answer=(200, CallerSchema))
def get_me(call: Call) -> dict[str, Any]:
    """Tell callers who they are."""
    return {"id": str(call.scope.person), "roles": sorted(call.actor.role_names)}


@others.operation("GET", "/trials", Access(signed_in=True), answer=(200, TrialSchema))
def get_trial(call: Call) -> Any:
    """Run the trial of a test on a reading unit."""
    return call.deps.trials["read"](call)


@others.operation("POST", "/trials", Access(signed_in=True), answer=(200, TrialSchema), idempotent=True)
def post_trial(call: Call) -> Any:
    """Run the trial of a test in a transaction."""
    return call.deps.trials["write"](call)


def make_deps(engine: sa.Engine, clock: Clock = utc_now) -> Deps:
    """Connect the service to a database."""
    return Deps(Units(engine, SERVICE, NotesUnit, clock))


def create_app(settings: ServiceSettings | None = None, deps: Deps | None = None) -> flask.Flask:
    """Return the application; its answers are held against their schemas."""
    settings = settings or ServiceSettings(**offline_environment())
    return service_app(
        SERVICE,
        "Notes",
        [notes, others],
        deps or make_deps(sa.create_engine(settings.database_url)),
        settings,
        package="notes_service",
        verifier=verifier(SERVICE),
        check_answers=True,
    )
