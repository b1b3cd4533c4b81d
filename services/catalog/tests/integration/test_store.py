"""On a real database: the schema, loading, and what the database itself refuses."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from ila_catalog import cli
from ila_catalog.domain.calls import scheduled
from ila_catalog.domain.errors import FaultyData
from ila_catalog.domain.programmes import moved
from ila_catalog.store.tables import metadata
from ila_kit.actor import process_actor
from ila_kit.errors import Stale
from ila_kit.ids import uuid7
from ila_kit.store import tables as mechanics
from ila_kit.store.migrate import downgrade, upgrade
from ila_kit.testing.stores import service_database

pytestmark = pytest.mark.integration
SYSTEM = process_actor("catalog")


def count(engine, table):
    with engine.connect() as connection:
        return connection.scalar(sa.text(f"SELECT count(*) FROM {table}"))


def sent(engine):
    with engine.connect() as connection:
        rows = connection.execute(sa.text("SELECT type, (body->>'sequence')::int FROM outbox ORDER BY id"))
        return [(kind.split(".")[1], sequence) for kind, sequence in rows]


def test_the_migrations_make_the_schema_the_code_speaks_of(migrated):
    kit = set(mechanics.metadata.tables)
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    assert [d for d in differences if not (d[0].startswith("remove_") and _table(d) in kit)] == []


def _table(difference):
    subject = difference[1]
    return subject.name if isinstance(subject, sa.Table) else subject.table.name


def test_the_migrations_can_be_undone(admin_url):
    with service_database(admin_url, "ila_catalog") as engine:
        downgrade(engine, "ila_catalog", "base")
        with engine.connect() as connection:
            assert sa.inspect(connection).get_table_names() == ["alembic_version"]
        upgrade(engine, "ila_catalog")


def test_a_call_comes_back_as_it_was_stored(deps, call_data):
    stored = cli.run_load(deps, "call-1", demonstration=False).call
    with deps.units.read(SYSTEM) as unit:
        found = unit.calls.get(call_data.id)
    assert found.data == scheduled(call_data, 0) == stored.data
    assert (found.state, found.version, found.shifted_by_days) == ("published", 1, 0)


def test_another_call_takes_no_need_and_no_document_away(deps, call_data):
    stored = cli.run_load(deps, "call-1", demonstration=False).call
    twin = replace(stored, data=replace(stored.data, id=uuid7(), code="call-2"))
    with deps.units.open(SYSTEM) as unit, pytest.raises(FaultyData, match="another call"):
        unit.calls.add(twin)
    with deps.units.read(SYSTEM) as unit:
        assert unit.calls.get(call_data.id).data.learning_needs == call_data.learning_needs


def test_programmes_come_back_as_they_were_stored(loaded, demonstration):
    with loaded.units.read(SYSTEM) as unit:
        call = unit.calls.get(demonstration[0].call_id)
        found = unit.programmes.of_call(call.id)
    wanted = [moved(programme, call.shifted_by_days) for programme in demonstration]
    assert [replace(p, state="approved", published_at=None) for p in found] == wanted


def test_loading_stores_events_and_audit_with_the_data(loaded, engine):
    assert sent(engine) == [
        ("call_published", 1),
        *[("agreement_in_force", 1)] * 3,
        *[("programme_published", 1)] * 3,
    ]
    assert count(engine, "audit_entry") == 7
    assert (count(engine, "agreement"), count(engine, "agreement_programme")) == (3, 3)
    assert (count(engine, "programme"), count(engine, "provider")) == (3, 3)
    assert (count(engine, "learning_need"), count(engine, "call_document")) == (5, 7)


def test_loading_twice_changes_nothing(loaded, engine):
    with engine.connect() as connection:
        before = connection.execute(sa.text("SELECT id, version, updated_at FROM programme")).all()
    again = cli.run_load(loaded, "call-1", demonstration=True)
    assert (again.call_changed, again.programmes_changed) == (False, 0)
    assert len(sent(engine)) == 7
    assert count(engine, "audit_entry") == 7
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT id, version, updated_at FROM programme")).all() == before


def test_loading_at_the_same_time_loads_once(deps, engine):
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: cli.run_load(deps, "call-1", demonstration=True), range(4)))
    assert sorted(one.call_changed for one in found) == [False, False, False, True]
    assert len(sent(engine)) == 7


def test_a_demonstration_that_has_run_out_is_opened_again(loaded, engine, today):
    again = cli.run_load(loaded, "call-1", True, as_of=today + timedelta(days=60))
    assert again.call.version == 2
    assert sent(engine)[7:] == [("call_published", 2), *[("programme_published", 2)] * 3]


def test_without_demonstration_there_is_no_demonstration_data(deps, engine):
    cli.run_load(deps, "call-1", demonstration=False)
    assert sent(engine) == [("call_published", 1)]
    assert count(engine, "programme") == count(engine, "provider") == 0


def test_a_stale_version_is_not_stored(loaded, demonstration):
    with loaded.units.open(SYSTEM) as unit:
        call = unit.calls.get(demonstration[0].call_id)
        programme = unit.programmes.of_call(call.id)[0]
        with pytest.raises(Stale):
            unit.calls.save(replace(call, version=5))
        with pytest.raises(Stale):
            unit.programmes.save(replace(programme, version=1))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE call SET state = 'open'",
        "UPDATE call SET applications_close_at = applications_open_at",
        "UPDATE call SET published_at = NULL",
        "UPDATE learning_need SET lowest_level = 9",
        "UPDATE programme SET total_hours = 0",
        "UPDATE programme SET parts = '[]'",
        "UPDATE programme SET kind = 'lifelong_learning_module'",
        "UPDATE programme SET places = 0",
        "UPDATE programme SET ends_on = starts_on - 1",
        "UPDATE programme SET published_at = NULL",
        "UPDATE provider SET viis_number = '123'",
    ],
)
def test_the_database_refuses_what_is_never_true(loaded, engine, statement):
    with pytest.raises(sa.exc.IntegrityError), engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_the_command_loads_and_says_so(settings, capsys):
    asked = ["--call", "call-1", "--demonstration", "--as-of", "2026-11-24"]
    assert cli.load(settings, asked) == 0
    assert capsys.readouterr().out == (
        "call-1 edition 5: stored at version 1, moved by 735 days; 3 programmes stored\n"
    )
    assert cli.load(settings, asked) == 0
    assert "unchanged at version 1" in capsys.readouterr().out


def test_the_command_explains_what_it_refuses(settings, capsys):
    assert cli.load(replace(settings, ila_env="production"), ["--call", "call-1", "--demonstration"]) == 2
    assert "no demonstration data" in capsys.readouterr().err
    assert cli.load(settings, ["--call", "../call-1"]) == 1
    assert "Not found" in capsys.readouterr().err
    cli.load(settings, ["--call", "call-1", "--demonstration"])
    assert cli.load(settings, ["--call", "call-1"]) == 1
    assert "needs an empty database" in capsys.readouterr().err
