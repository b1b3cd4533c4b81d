"""The schema of identity: made, undone, and guarded by the database itself."""

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from ila_identity.store import my_data_tables as m
from ila_identity.store import tables as t
from ila_kit.ids import uuid7
from ila_kit.store import migrate
from ila_kit.store import tables as kit
from ila_kit.store.database import create_engine
from ila_kit.testing.stores import empty_database

pytestmark = pytest.mark.integration


def test_migrations_go_up_and_down_and_match_the_tables(admin_url):
    with empty_database(admin_url) as url:
        engine = create_engine(url, pooled=False)
        migrate.upgrade(engine, "ila_identity")
        migrate.downgrade(engine, "ila_identity", "base")
        migrate.upgrade(engine, "ila_identity")
        with engine.connect() as connection:
            context = MigrationContext.configure(connection)
            assert compare_metadata(context, [m.access_log.metadata, kit.metadata]) == []
        assert not migrate.pending(engine, "ila_identity")


def test_who_was_there_before_there_were_employers_is_an_institution(admin_url):
    with empty_database(admin_url) as url:
        engine = create_engine(url, pooled=False)
        migrate.upgrade(engine, "ila_identity", "0010_sought_titles")
        add = "INSERT INTO organisation (id, title, created_at) VALUES (gen_random_uuid(), :title, now())"
        with engine.begin() as connection:
            connection.execute(sa.text(add), {"title": "Skola"})
        migrate.upgrade(engine, "ila_identity")
        with engine.begin() as connection:
            connection.execute(sa.text(add), {"title": "As the release before adds it"})
            kinds = connection.scalars(sa.select(t.organisation.c.kind)).all()
        assert kinds == ["institution", "institution"]


def test_the_database_refuses_a_second_owner_of_a_code_and_an_unknown_state(engine):
    with engine.connect() as connection:
        one, other = uuid7(), uuid7()
        now = sa.func.now()
        for person in (one, other):
            row = {"id": person, "given_name": "A", "family_name": "B", "birth_date": "2000-01-01"}
            connection.execute(t.person.insert().values(**row, observed_at=now, created_at=now))
        code = {"fingerprint": b"x" * 32, "sealed": b"y", "noted_at": now}
        connection.execute(t.personal_code.insert().values(id=uuid7(), person_id=one, **code))
        for row in (
            t.personal_code.insert().values(id=uuid7(), person_id=other, **code),
            t.account.insert().values(person_id=one, state="promoted", opened_at=now, version=1),
        ):
            with pytest.raises(sa.exc.IntegrityError), connection.begin_nested():
                connection.execute(row)
