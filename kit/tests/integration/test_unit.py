"""What a request does is stored together, or not at all."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from ila_kit.actor import Actor, Role
from ila_kit.context import new_context, working_for
from ila_kit.ids import uuid7
from ila_kit.store.unit import StoredAnswer
from notes_service.app import NoteWritten
from notes_service.store import Note

pytestmark = pytest.mark.integration
NOW = datetime(2024, 11, 20, 10, tzinfo=UTC)
TABLES = ("note", "outbox", "audit_entry", "idempotency_key", "timer")


@pytest.fixture
def actor():
    """Somebody new, in two roles."""
    return Actor(str(uuid4()), (Role("writer"), Role("editor", uuid4())), acting_for="another")


@pytest.fixture
def counts(notes):
    """How many rows each table has."""
    return lambda: {name: notes.value(f"SELECT count(*) FROM {name}") for name in TABLES}


def a_note(actor):
    return Note(
        id=uuid7(),
        person_id=actor.id,
        organisation_id=None,
        title="Maize",
        colour="red",
        rank=0,
        price=Decimal("1.50"),
        day=date(2024, 11, 20),
        state="open",
        created_at=NOW,
        updated_at=NOW,
        version=1,
    )


def do_everything(unit, note, key="k"):
    unit.notes.add(note)
    unit.publish(NoteWritten(note_id=note.id, rank=1), sequence=3)
    unit.publish(NoteWritten(note_id=note.id, rank=2), sequence=4)
    unit.audit("note_written", "note", note.id, price=note.price, ids=[note.id])
    unit.audit("note_read", "note", note.id)
    unit.set_timer(note.id, "remind", NOW)
    unit.remember(StoredAnswer(unit.actor.id, key, b"f" * 32, 201, {"ETag": '"1"'}, b"{}"))


def test_a_committed_unit_stores_the_change_its_events_its_audit_and_its_answer(notes, actor, counts):
    before, note = counts(), a_note(actor)
    with notes.deps.units.open(actor) as unit:
        do_everything(unit, note)
        unit.commit()
    more = {"note": 1, "outbox": 2, "audit_entry": 2, "idempotency_key": 1, "timer": 1}
    assert counts() == {name: before[name] + more[name] for name in TABLES}


def test_a_unit_that_is_not_committed_stores_nothing(notes, actor, counts):
    before = counts()
    with notes.deps.units.open(actor) as unit:
        do_everything(unit, a_note(actor))
    assert counts() == before


def test_a_unit_that_fails_stores_nothing(notes, actor, counts):
    def fail():
        with notes.deps.units.open(actor) as unit:
            do_everything(unit, a_note(actor))
            raise RuntimeError("too late")

    before = counts()
    with pytest.raises(RuntimeError):
        fail()
    assert counts() == before


@pytest.mark.parametrize("table", ["outbox", "audit_entry", "idempotency_key"])
def test_a_last_statement_that_fails_leaves_no_row_anywhere(notes, actor, counts, table):
    before = counts()
    refuse = "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$"
    with notes.engine.begin() as connection:
        connection.exec_driver_sql(refuse)
        connection.exec_driver_sql(f"CREATE TRIGGER no BEFORE INSERT ON {table} EXECUTE FUNCTION no()")
    try:
        with notes.deps.units.open(actor) as unit:
            do_everything(unit, a_note(actor))
            with pytest.raises(sa.exc.DBAPIError):
                unit.commit()
    finally:
        with notes.engine.begin() as connection:
            connection.exec_driver_sql("DROP FUNCTION no CASCADE")
    assert counts() == before


def test_a_commit_costs_one_statement_for_all_that_is_kept(notes, actor):
    seen, note = [], a_note(actor)
    with notes.deps.units.open(actor) as unit:
        sa.event.listen(unit.connection, "before_cursor_execute", lambda *what: seen.append(what[2]))
        unit.publish(NoteWritten(note_id=note.id, rank=1))
        unit.audit("note_written", "note", note.id)
        unit.remember(StoredAnswer(actor.id, "one", b"f" * 32, 201, {}, b"{}"))
        unit.commit()
    assert len(seen) == 1


def test_an_event_is_kept_as_cloudevents_with_the_trace_it_was_made_in(notes, actor):
    note = a_note(actor)
    with working_for(new_context("r", None)) as context, notes.deps.units.open(actor) as unit:
        unit.publish(NoteWritten(note_id=note.id, rank=7), sequence=3)
        unit.commit()
    (row,) = notes.rows(
        "SELECT id, type, body, sent_at FROM outbox WHERE body ->> 'subject' = %s", str(note.id)
    )
    assert (row.type, row.sent_at) == ("notes.note_written.v1", None)
    assert row.body["id"] == str(row.id)
    assert row.body["sequence"] == 3
    assert row.body["source"] == "notes"
    assert row.body["data"] == {"note_id": str(note.id), "rank": 7}
    assert row.body["traceparent"] == context.traceparent


def test_an_audit_entry_tells_who_did_what_to_what_for_whom_and_in_which_request(notes, actor):
    note = a_note(actor)
    with working_for(new_context("request-9")), notes.deps.units.open(actor) as unit:
        unit.audit("note_written", "note", note.id, price=Decimal("1.50"), to=note.id)
        unit.commit()
    (row,) = notes.rows("SELECT * FROM audit_entry WHERE subject_id = %s", str(note.id))
    assert (row.actor, row.roles, row.acting_for) == (actor.id, ["editor", "writer"], "another")
    assert (row.action, row.subject_kind, row.request_id) == ("note_written", "note", "request-9")
    assert row.details == {"price": "1.50", "to": str(note.id)}


def test_events_and_entries_of_one_unit_stand_in_the_order_they_were_said(notes, actor):
    note = a_note(actor)
    with notes.deps.units.open(actor) as unit:
        for number in range(50):
            unit.publish(NoteWritten(note_id=note.id, rank=number), sequence=number + 1)
            unit.audit(f"step_{number}", "note", note.id)
        unit.commit()
    sent = notes.rows("SELECT body FROM outbox WHERE body ->> 'subject' = %s ORDER BY id", str(note.id))
    assert [row.body["data"]["rank"] for row in sent] == list(range(50))
    said = notes.rows("SELECT action FROM audit_entry WHERE subject_id = %s ORDER BY id", str(note.id))
    assert [action for (action,) in said] == [f"step_{number}" for number in range(50)]


def test_a_timer_is_set_moved_and_cleared(notes, actor):
    subject = uuid7()
    due = "SELECT due_at FROM timer WHERE subject_id = %s"
    with notes.deps.units.open(actor) as unit:
        unit.set_timer(subject, "remind", NOW)
        unit.set_timer(subject, "remind", NOW.replace(hour=12))
        unit.commit()
    assert [at for (at,) in notes.rows(due, subject)] == [NOW.replace(hour=12)]
    with notes.deps.units.open(actor) as unit:
        unit.clear_timer(subject, "remind")
        unit.clear_timer(subject, "nothing")
        unit.commit()
    assert notes.rows(due, subject) == []


@pytest.mark.parametrize("table", ["audit_entry", "audit_seal"])
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE", "DELETE FROM {} WHERE false"],
)
def test_the_audit_trail_refuses_every_change(notes, actor, table, statement):
    with notes.deps.units.open(actor) as unit:
        unit.audit("seen", "note", "1")
        unit.commit()
    column = "action" if table == "audit_entry" else "hash"
    before = notes.value(f"SELECT count(*) FROM {table}")
    with pytest.raises(sa.exc.DBAPIError) as refusal, notes.engine.begin() as connection:
        connection.exec_driver_sql(statement.format(table, column, column))
    assert isinstance(refusal.value.orig, psycopg.errors.InsufficientPrivilege)
    assert notes.value(f"SELECT count(*) FROM {table}") == before


def test_a_reading_unit_sees_what_is_committed_and_holds_no_transaction(notes, actor):
    note = a_note(actor)
    with notes.deps.units.read(actor) as reader:
        states = "SELECT count(*) FROM note WHERE id = %s"
        assert reader.connection.exec_driver_sql(states, (note.id,)).scalar_one() == 0
        with notes.deps.units.open(actor) as unit:
            unit.notes.add(note)
            unit.commit()
        assert reader.connection.exec_driver_sql(states, (note.id,)).scalar_one() == 1
        pid = reader.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        assert notes.value("SELECT state FROM pg_stat_activity WHERE pid = %s", pid) == "idle"


def test_sessions_speak_utc_and_give_up_in_time(notes):
    shown = {name: notes.value(f"SHOW {name}") for name in ("timezone", "lock_timeout", "statement_timeout")}
    assert shown == {"timezone": "UTC", "lock_timeout": "4s", "statement_timeout": "30s"}
