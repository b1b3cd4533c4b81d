"""The schema of applications: made, undone, and guarded by the database itself."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from ila_applications.domain.states import APPLICATION, LIVE
from ila_applications.store import tables as t
from ila_kit.ids import uuid7
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


def test_draws_of_the_former_recipe_are_committed_anew(admin_url):
    call, other = uuid7(), uuid7()
    with empty_database(admin_url) as url:
        engine = create_engine(url, pooled=False)
        migrate.upgrade(engine, "ila_applications", "0007_draws")
        with engine.begin() as connection:
            for id_, mode in ((call, "draw"), (other, "first_come")):
                connection.execute(sa.text(_OLD_CALL), {"id": id_, "mode": mode})
            connection.execute(sa.text(_OLD_DRAW), {"id": call})
            connection.execute(sa.text(_OLD_TIMER), {"id": call})
        migrate.upgrade(engine, "ila_applications")
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM draw")) == 0
            timers = connection.execute(sa.text("SELECT subject_id, name FROM timer")).all()
            assert timers == [(call, "draw_commit_due")]


_OLD_CALL = """
INSERT INTO call (id, minimum_age, opening_mode, offered_place_hours, applications_open_at,
  applications_close_at, version, sequence)
VALUES (:id, 18, :mode, 48, now(), now() + interval '1 day', 1, 1)
"""
_OLD_DRAW = """
INSERT INTO draw (call_id, state, version, commitment, committed_at, sealed)
VALUES (:id, 'committed', 1, 'x', now(), 'x')
"""
_OLD_TIMER = "INSERT INTO timer (subject_id, name, due_at) VALUES (:id, 'draw_due', now())"


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
