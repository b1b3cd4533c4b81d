"""The schema of applications: made, undone, and guarded by the database itself."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from ila_applications.domain.states import APPLICATION, LIVE
from ila_applications.store import tables as t
from ila_kit.store import migrate
from ila_kit.store import tables as kit
from ila_kit.store.database import create_engine
from ila_kit.testing.stores import empty_database

pytestmark = pytest.mark.integration


def test_migrations_go_up_and_down_and_match_the_tables(admin_url):
    with empty_database(admin_url) as url:
        engine = create_engine(url, pooled=False)
        migrate.upgrade(engine, "ila_applications")
        migrate.downgrade(engine, "ila_applications", "base")
        migrate.upgrade(engine, "ila_applications")
        with engine.connect() as connection:
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, [t.metadata, kit.metadata]) == []
        assert not migrate.pending(engine, "ila_applications")


def test_the_database_knows_the_states_of_the_table():
    def words(text):
        return {word.strip("' ") for word in text.split(",")}

    assert words(t.STATES) == APPLICATION.states
    assert words(t.LIVE) == LIVE


SOMEBODY = "'01a20bbb-22a8-747e-bf50-d327926dcb19'"


@pytest.mark.parametrize(
    ("question", "index"),
    [
        (f"person_id = {SOMEBODY} ORDER BY id DESC", "application_person"),
        ("state IN ('submitted', 'checking') ORDER BY receipt_sequence", "application_unchecked"),
        (f"state = 'waiting' AND programme_id = {SOMEBODY} ORDER BY receipt_sequence", "application_waiting"),
        ("state = 'offered' ORDER BY id DESC", "application_by_state"),
    ],
)
def test_what_is_asked_often_has_an_index(database, question, index):
    with database.connect() as connection:
        connection.execute(sa.text("SET LOCAL enable_seqscan = off"))
        connection.execute(sa.text("SET LOCAL enable_sort = off"))
        plan = connection.scalars(sa.text(f"EXPLAIN SELECT * FROM application WHERE {question} LIMIT 50"))
        assert index in "\n".join(plan)
