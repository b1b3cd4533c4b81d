"""The audit chain: any change among many entries is found and named."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from ila_kit.actor import process_actor
from ila_kit.clock import utc_now
from ila_kit.ids import uuid7
from ila_kit.store.audit import Sealer, seal, verify
from ila_kit.store.unit import Unit, Units
from ila_kit.testing.stores import fresh_database

pytestmark = pytest.mark.integration

FILL = """
INSERT INTO audit_entry SELECT
  (lpad(to_hex((extract(epoch FROM now() - make_interval(secs => 20000 - n)) * 1000)::bigint), 12, '0')
    || '7000' || '8' || lpad(to_hex(n), 15, '0'))::uuid,
  now() - make_interval(secs => 20000 - n), 'svc:counting', ARRAY['system'], NULL, 'thing_counted', 'thing',
  'thing-' || n, jsonb_build_object('number', n, 'big', 9007199254740993, 'share', 0.25, 'tag', 'ķ€'),
  'req-' || n
FROM generate_series(1, %s) AS n
"""


def write(engine: sa.Engine, *statements: str) -> None:
    """Change rows behind the back of everything that forbids it."""
    with engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            connection.exec_driver_sql(statement)


def faults(engine: sa.Engine) -> list[tuple[int, str]]:
    with engine.connect() as connection:
        return [(fault.sequence, fault.kind) for fault in verify(connection).faults]


def entry(engine: sa.Engine, sequence: int) -> str:
    with engine.connect() as connection:
        value = connection.exec_driver_sql(
            "SELECT entry_id FROM audit_seal WHERE sequence = %s", (sequence,)
        ).scalar_one()
    return str(value)


@pytest.fixture(scope="module")
def chain(admin_url: str) -> Iterator[sa.Engine]:
    """10,000 sealed entries."""
    with fresh_database(admin_url) as engine:
        with engine.begin() as connection:
            connection.exec_driver_sql(FILL, (10_000,))
        sealer = Sealer(engine)
        while sealer.step() == 0.0:
            pass
        yield engine


@pytest.fixture
def spoiled(chain: sa.Engine) -> Iterator[sa.Engine]:
    """The same; what a test does to it is undone."""
    write(chain, "CREATE TABLE kept_entry AS TABLE audit_entry", "CREATE TABLE kept_seal AS TABLE audit_seal")
    yield chain
    write(
        chain,
        "TRUNCATE audit_entry, audit_seal",
        "INSERT INTO audit_entry TABLE kept_entry",
        "INSERT INTO audit_seal TABLE kept_seal",
        "DROP TABLE kept_entry, kept_seal",
    )


def test_an_untouched_chain_is_intact(chain: sa.Engine) -> None:
    with chain.connect() as connection:
        result = verify(connection)
    assert (result.entries, result.unsealed, result.fault_count, result.intact) == (10_000, 0, 0, True)
    assert len(result.head) == 64


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'svc:other'",
        "at = at + interval '1 microsecond'",
        "roles = '{}'",
        "acting_for = ''",
        "action = 'thing_forgotten'",
        "subject_id = 'thing-1'",
        """details = jsonb_set(details, '{number}', '0')""",
        """details = jsonb_set(details, '{big}', '9007199254740992')""",
        """details = details || '{"more": null}'""",
        "request_id = 'req-0'",
    ],
)
def test_a_changed_entry_is_named(spoiled: sa.Engine, change: str) -> None:
    target = entry(spoiled, 6_666)
    write(spoiled, f"UPDATE audit_entry SET {change} WHERE id = '{target}'")
    with spoiled.connect() as connection:
        result = verify(connection)
    assert [(f.sequence, f.entry_id, f.kind) for f in result.faults] == [(6_666, target, "altered")]


def test_every_changed_entry_is_named(spoiled: sa.Engine) -> None:
    targets = [entry(spoiled, sequence) for sequence in (1, 5_000, 10_000)]
    write(spoiled, *(f"UPDATE audit_entry SET actor = 'x' WHERE id = '{target}'" for target in targets))
    assert faults(spoiled) == [(1, "altered"), (5_000, "altered"), (10_000, "altered")]


def test_a_removed_entry_is_missed(spoiled: sa.Engine) -> None:
    write(spoiled, f"DELETE FROM audit_entry WHERE id = '{entry(spoiled, 42)}'")
    assert faults(spoiled) == [(42, "missing")]


def test_an_entry_removed_with_its_seal_is_missed(spoiled: sa.Engine) -> None:
    target = entry(spoiled, 42)
    write(
        spoiled,
        "DELETE FROM audit_seal WHERE sequence = 42",
        f"DELETE FROM audit_entry WHERE id = '{target}'",
    )
    assert faults(spoiled) == [(42, "missing"), (43, "unlinked")]


def test_two_entries_that_changed_places_are_named(spoiled: sa.Engine) -> None:
    first, second = entry(spoiled, 100), entry(spoiled, 200)
    write(
        spoiled,
        f"UPDATE audit_seal SET entry_id = '{uuid7()}' WHERE sequence = 100",
        f"UPDATE audit_seal SET entry_id = '{first}' WHERE sequence = 200",
        f"UPDATE audit_seal SET entry_id = '{second}' WHERE sequence = 100",
    )
    assert faults(spoiled) == [(100, "altered"), (200, "altered")]


def test_an_entry_put_in_between_is_named(spoiled: sa.Engine) -> None:
    made_up = uuid7()
    write(
        spoiled,
        "UPDATE audit_seal SET sequence = -sequence - 1 WHERE sequence >= 500",
        "UPDATE audit_seal SET sequence = -sequence WHERE sequence < 0",
        f"INSERT INTO audit_entry SELECT '{made_up}', at, actor, roles, acting_for, action, subject_kind,"
        f" subject_id, details, request_id FROM audit_entry WHERE id = '{entry(spoiled, 499)}'",
        f"INSERT INTO audit_seal VALUES (500, '{made_up}', decode(repeat('00', 32), 'hex'))",
    )
    with spoiled.connect() as connection:
        result = verify(connection)
    assert (result.faults[0].sequence, result.faults[0].entry_id) == (500, str(made_up))


def test_an_entry_inserted_with_an_old_date_is_named_once_it_is_sealed(spoiled: sa.Engine) -> None:
    old = utc_now() - timedelta(hours=3)
    add = "INSERT INTO audit_entry VALUES (%s, %s, 'x', '{}', NULL, 'lied', 'thing', '1', '{}', 'r')"
    with spoiled.begin() as connection:
        connection.exec_driver_sql(add, (uuid7(), old))
    assert seal(spoiled) == 1
    assert faults(spoiled) == [(10_001, "backdated")]


def test_the_database_refuses_changes_of_entries_and_seals(chain: sa.Engine) -> None:
    for table in ("audit_entry", "audit_seal"):
        for statement in (f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
            with pytest.raises(sa.exc.DBAPIError, match="append-only"), chain.begin() as connection:
                connection.exec_driver_sql(statement)


def test_writers_never_wait_for_the_sealers_and_no_entry_is_sealed_twice(service: Any) -> None:
    def write_some() -> None:
        for number in range(50):
            with service.units.open(process_actor("counting")) as unit:
                unit.audit("thing_counted", "thing", uuid7(), number=number)
                unit.commit()

    done = threading.Event()

    def seal_on() -> None:
        while not done.is_set():
            seal(service.engine, 7)

    writers = [threading.Thread(target=write_some) for _ in range(4)]
    sealers = [threading.Thread(target=seal_on) for _ in range(2)]
    for thread in [*writers, *sealers]:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    service.until(lambda: seal(service.engine), lambda: not seal(service.engine))
    with service.engine.connect() as connection:
        result = verify(connection)
    assert (result.entries, result.unsealed, result.fault_count) == (200, 0, 0)


def test_an_entry_that_was_committed_late_is_sealed_after_the_later_ones(service: Any) -> None:
    units: Units[Unit] = service.units
    sealer = Sealer(service.engine)
    with units.open(process_actor("counting")) as slow:
        slow.audit("slow", "thing", "1")
        with units.open(process_actor("counting")) as quick:
            quick.audit("quick", "thing", "2")
            quick.commit()
        sealer.step()
        slow.commit()
    sealer.step()
    actions = "SELECT action FROM audit_seal s JOIN audit_entry e ON e.id = s.entry_id ORDER BY sequence"
    assert [action for (action,) in service.rows(actions)] == ["quick", "slow"]
    assert faults(service.engine) == []
