"""Migrations bring a schema up to date once, however many start together, and can be undone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from ila_kit.store import migrate
from ila_kit.store.database import create_engine
from ila_kit.store.tables import metadata as mechanics
from ila_kit.testing.stores import empty_database
from notes_service.tables import metadata

pytestmark = pytest.mark.integration
PACKAGE = "notes_service"


@pytest.fixture
def engine(admin_url) -> Iterator[sa.Engine]:
    """An engine on an empty database, as the migrate command has it."""
    with empty_database(admin_url) as url:
        made = create_engine(url, pooled=False)
        yield made
        made.dispose()


def tables(engine):
    return set(sa.inspect(engine).get_table_names()) - {"alembic_version"}


def revision(engine):
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def test_an_empty_database_is_brought_up_to_date(engine):
    assert migrate.pending(engine, PACKAGE)
    migrate.upgrade(engine, PACKAGE)
    assert not migrate.pending(engine, PACKAGE)
    assert tables(engine) == set(metadata.tables) | set(mechanics.tables)


def test_a_database_that_is_up_to_date_stays_as_it_is(engine):
    migrate.upgrade(engine, PACKAGE)
    migrate.upgrade(engine, PACKAGE)
    assert revision(engine) == "0002_notes"


def test_the_migrated_schema_is_the_one_the_tables_describe(engine):
    migrate.upgrade(engine, PACKAGE)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, [metadata, mechanics]) == []


def test_every_migration_can_be_undone_and_done_again(engine):
    migrate.upgrade(engine, PACKAGE)
    migrate.downgrade(engine, PACKAGE, "-1")
    assert migrate.pending(engine, PACKAGE)
    assert tables(engine) == set(mechanics.tables)
    migrate.downgrade(engine, PACKAGE, "base")
    assert tables(engine) == set()
    functions = "SELECT count(*) FROM pg_proc WHERE proname = 'refuse_change'"
    with engine.connect() as connection:
        assert connection.exec_driver_sql(functions).scalar_one() == 0
    migrate.upgrade(engine, PACKAGE)
    assert not migrate.pending(engine, PACKAGE)


def test_there_is_one_head():
    assert len(ScriptDirectory.from_config(migrate.config(PACKAGE)).get_heads()) == 1


def start(engine, options=""):
    """A process that migrates; its sessions have these options of PostgreSQL."""
    code = (
        "import sys; import sqlalchemy as sa; from ila_kit.store import migrate;"
        "engine = sa.create_engine(sys.argv[1], connect_args={'options': sys.argv[2]});"
        f"migrate.upgrade(engine, {PACKAGE!r})"
    )
    url = engine.url.render_as_string(hide_password=False)
    path = os.pathsep.join([str(Path(__file__).parents[1] / "sample"), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen([sys.executable, "-c", code, url, options], env=os.environ | {"PYTHONPATH": path})


def test_many_that_start_together_migrate_once(engine):
    processes = [start(engine) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert revision(engine) == "0002_notes"


def test_who_comes_second_waits_longer_than_for_any_other_lock(engine):
    # The second one's own limits are short, so that it would have given up by the time it is seen.
    seen = (
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND waitstart < clock_timestamp() - interval '200 ms'"
    )
    with engine.connect() as first:
        first.exec_driver_sql("SELECT pg_advisory_lock(hashtextextended(current_schema() || ':migrate', 0))")
        second = start(engine, "-c lock_timeout=50 -c statement_timeout=100")
        while second.poll() is None and not first.exec_driver_sql(seen).scalar_one():
            first.commit()
    assert second.wait(60) == 0
    assert not migrate.pending(engine, PACKAGE)


def test_a_lock_that_others_hold_too_long_ends_a_migration_and_leaves_nothing(engine):
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE alembic_version (version_num varchar(32) PRIMARY KEY)")
    impatient = sa.create_engine(engine.url, connect_args={"options": "-c lock_timeout=50"})
    with engine.connect() as other:
        other.exec_driver_sql("LOCK TABLE alembic_version")
        with pytest.raises(sa.exc.OperationalError):
            migrate.upgrade(impatient, PACKAGE)
    assert tables(engine) == set()
    impatient.dispose()


@pytest.fixture
def newer(engine):
    """A database that a later release has migrated already."""
    migrate.upgrade(engine, PACKAGE)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0003_of_a_later_release'")
    return engine


def test_the_release_before_goes_on_working_on_a_newer_schema(newer):
    assert not migrate.pending(newer, PACKAGE)
    migrate.upgrade(newer, PACKAGE)
    assert revision(newer) == "0003_of_a_later_release"


def test_who_waits_for_migrations_goes_on_when_they_are_done(engine):
    with pytest.raises(RuntimeError, match="migrations are pending"):
        migrate.wait_until_migrated(engine, PACKAGE, seconds=0)
    migrate.upgrade(engine, PACKAGE)
    migrate.wait_until_migrated(engine, PACKAGE, seconds=0)
