"""A worker removes files that nobody names, keeps all others, and moves bytes out of tables."""

import hashlib
import io
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from ila_kit.files.kept import KeptFiles
from ila_kit.files.sweeping import FilesJob
from ila_kit.ids import uuid7
from ila_kit.testing.files import MemoryBlobs

pytestmark = pytest.mark.integration
enclosure = sa.Table(
    "enclosure",
    sa.MetaData(),
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("data", sa.LargeBinary),
)


class Store:
    """Files of a service, some named by rows."""

    def __init__(self, engine):
        self.engine, self.now = engine, datetime.now(UTC)
        self.blobs = MemoryBlobs(lambda: self.now)
        self.kept = KeptFiles(self.blobs)
        enclosure.create(engine)

    @property
    def job(self):
        return FilesJob(self.engine, self.kept, [enclosure])

    def keep(self, text, days_ago=0):
        self.now = datetime.now(UTC) - timedelta(days=days_ago)
        return self.kept.keep(io.BytesIO(text.encode())).sha256

    def name(self, sha256, data=None):
        with self.engine.begin() as connection:
            connection.execute(enclosure.insert().values(id=uuid7(), sha256=sha256, data=data))

    def forget(self, sha256):
        with self.engine.begin() as connection:
            connection.execute(enclosure.delete().where(enclosure.c.sha256 == sha256))


@pytest.fixture
def store(database):
    return Store(database)


def test_a_file_that_nobody_has_named_for_a_day_is_removed(store):
    orphan, named, fresh = store.keep("a", 2), store.keep("b", 2), store.keep("c")
    store.name(named)

    assert store.job.run() == 1
    assert set(store.blobs.kept) == {named, fresh}
    assert orphan not in store.blobs.kept


def test_a_file_stays_until_the_last_row_that_names_it_is_gone(store):
    shared = store.keep("shared", 2)
    store.name(shared)
    store.name(shared)
    assert store.job.run() == 0

    store.forget(shared)

    assert store.job.run() == 1


def test_many_unnamed_files_go_in_one_run_and_a_second_run_finds_none(store):
    for number in range(1_100):
        store.keep(f"file {number}", 2)

    assert store.job.run() == 1_100
    assert store.job.run() == 0


def test_bytes_in_a_table_move_to_the_store_and_read_the_same(store):
    for number in range(25):
        data = f"kept by the release before {number}".encode()
        store.name(hashlib.sha256(data).hexdigest(), data)

    store.job.run()

    with store.engine.connect() as connection:
        rows = connection.execute(sa.select(enclosure)).all()
    assert len(rows) == 25
    assert {row.data for row in rows} == {None}
    assert all(store.kept.read(row.sha256).startswith(b"kept by the release before") for row in rows)


def test_while_the_store_is_away_nothing_is_lost_and_the_worker_lives(store):
    store.name("ab" * 32, b"bytes")
    store.blobs.away = True

    assert store.job.run() == 0

    store.blobs.away = False
    store.job.run()
    with store.engine.connect() as connection:
        assert connection.scalar(sa.select(enclosure.c.data)) is None
