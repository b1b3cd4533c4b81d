"""The database keeps the promises about money even when somebody goes around the service."""

from dataclasses import replace
from decimal import Decimal

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from ila_funding.consumers.prices import PriceJob
from ila_funding.store.tables import metadata
from ila_funding.usecases.holds import request_hold
from ila_kit.actor import process_actor
from ila_kit.ids import uuid7
from ila_kit.store.migrate import downgrade, pending, upgrade
from ila_kit.testing.stores import service_database

pytestmark = pytest.mark.integration
PRICE = Decimal("608.99")


def refused(world, statement: str, *values) -> str:
    """Return the name of the rule by which the database refuses a statement, or its words."""
    with world.engine.connect() as connection, pytest.raises(sa.exc.DBAPIError) as fault:
        connection.exec_driver_sql(statement, values)
    assert isinstance(fault.value.orig, psycopg.Error)
    return fault.value.orig.diag.constraint_name or str(fault.value.orig.diag.message_primary)


def test_the_migrations_make_the_tables_as_declared_and_can_be_undone(admin_url):
    with service_database(admin_url, "ila_funding") as engine:
        with engine.connect() as connection:
            mine = lambda _, name, kind, found, __: kind != "table" or not found or name in metadata.tables  # noqa: E731
            context = MigrationContext.configure(connection, opts={"include_object": mine})
            assert compare_metadata(context, metadata) == []
        downgrade(engine, "ila_funding", "base")
        assert pending(engine, "ila_funding")
        upgrade(engine, "ila_funding")
        assert not pending(engine, "ila_funding")


@pytest.mark.parametrize("column", ["held", "committed", "consumed"])
def test_a_line_is_never_overspent_not_even_by_hand(world, column):
    world.publish(Decimal("700.00")).hold()
    assert (
        refused(world, f"UPDATE budget_line SET {column} = {column} + 91.02") == "budget_line_not_overspent"
    )
    assert refused(world, f"UPDATE budget_line SET {column} = -0.01") == "budget_line_not_negative"
    assert refused(world, "UPDATE budget_line SET limit_amount = 608.98") == "budget_line_not_overspent"


def test_a_ledger_transaction_that_does_not_sum_to_zero_is_refused(world):
    world.publish()
    ((line_id,),) = world.sql("SELECT id FROM budget_line")
    row = "(%s, %s, now(), 'hold', %s, %s, %s, %s)"
    columns = "id, transaction_id, at, reason, account, amount, line_id, call_id"
    statement = f"INSERT INTO ledger_entry ({columns}) VALUES {row}"
    one, call = uuid7(), world.call_id
    single = (uuid7(), one, "held", 1, line_id, call)
    assert "sum to zero" in refused(world, statement, *single)
    pair = (*single, uuid7(), one, "free", Decimal("-0.99"), line_id, call)
    assert "sum to zero" in refused(world, f"{statement}, {row}", *pair)


@pytest.mark.parametrize(
    "statement", ["UPDATE ledger_entry SET amount = 1", "DELETE FROM ledger_entry", "TRUNCATE ledger_entry"]
)
def test_what_is_in_the_ledger_stays_as_it_is(world, statement):
    world.publish()
    assert refused(world, statement) == "ledger_entry is append-only"


def test_a_transaction_is_reversed_at_most_once(world):
    request = world.publish().hold()
    world.withdraw(request)
    copied = """
        INSERT INTO ledger_entry
        SELECT gen_random_uuid(), '01a20bbb-22d7-768d-97a6-3d9488ec14d9', at, reason, account, amount,
          line_id, call_id, person_id, hold_id, reverses
        FROM ledger_entry WHERE reason = 'release'"""
    assert refused(world, copied) == "ledger_entry_reversed_once"


def test_an_application_has_one_live_hold(world):
    world.publish().hold()
    other_id = "jsonb_build_object('id', gen_random_uuid())"
    copied = f"INSERT INTO hold SELECT (jsonb_populate_record(hold, {other_id})).* FROM hold"
    assert refused(world, copied) == "hold_live_once"


def test_holding_and_releasing_move_exactly_the_price(world):
    request = world.publish().hold()
    assert world.line == (PRICE, Decimal("2131391.01"))
    world.withdraw(request)
    assert world.line == (Decimal("0.00"), Decimal("2132000.00"))
    found = world.verification()
    assert found["verified"]
    assert (found["sum"], found["transactions"], found["entries"]) == (Decimal("0.00"), 3, 6)


def test_the_pinned_quote_is_stored_with_its_hash(world):
    world.publish().hold()
    ((quote, amount, digest),) = world.sql("SELECT quote, amount, quote_hash FROM hold")
    assert quote["amount"] == {"amount": str(amount), "currency": "EUR"}
    assert quote["hash"] == digest
    assert len(quote["steps"]) == 4


@pytest.mark.parametrize(
    ("tampering", "named"),
    [
        ("UPDATE budget_line SET held = held + 0.01", "differing_lines"),
        ("UPDATE budget_line SET limit_amount = limit_amount + 1", "differing_lines"),
        ("UPDATE learner_account SET held = held + 1, granted = granted + 1", "differing_accounts"),
        ("UPDATE hold SET state = 'committed'", "lines_differing_from_holds"),
        ("UPDATE hold SET amount = amount - 0.01", "lines_differing_from_holds"),
    ],
)
def test_verification_names_what_was_changed_by_hand(world, tampering, named):
    world.publish().hold()
    assert world.verification()["verified"]
    with world.engine.begin() as connection:
        connection.exec_driver_sql(tampering)
    found = world.verification()
    assert not found["verified"]
    assert len(found[named]) == 1


def test_a_failed_use_case_leaves_nothing_behind(world):
    world.publish()
    request = world.asked()

    def fail(unit, command):
        request_hold(unit, command)
        raise RuntimeError("the process ends here")

    with pytest.raises(RuntimeError):
        world.do(fail, request)
    assert world.sql("SELECT * FROM hold_request") == []
    assert world.line == (Decimal("0.00"), Decimal("2132000.00"))
    assert world.verification()["verified"]


def test_programmes_that_were_known_before_prices_are_priced_by_the_worker(world):
    world.publish()
    with world.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM programme_price")
        connection.exec_driver_sql("DELETE FROM outbox")
    job = PriceJob(world.units)
    assert [job.run(), job.run()] == [1, 0]
    with world.engine.connect() as connection:
        told = connection.exec_driver_sql("SELECT body -> 'data' FROM outbox").scalars().all()
        kept = connection.exec_driver_sql("SELECT amount, version FROM programme_price").all()
    assert [one["amount"]["amount"] for one in told] == ["608.99"]
    assert kept == [(PRICE, 1)]


def test_of_two_who_price_a_programme_at_once_one_tells(world):
    world.publish()
    with world.units.open(process_actor("funding")) as unit:
        price = replace(unit.prices.get(world.programme_id), amount=Decimal("1.00"))
        assert not unit.prices.put(price)
        assert unit.prices.put(replace(price, version=2))
        assert unit.prices.get(world.programme_id).amount == Decimal("1.00")


@pytest.mark.parametrize("column", ["organisation_id", "funder_id", "person_id", "hold_id", "line_id"])
def test_entries_are_found_by_whom_they_name_without_reading_all(world, column):
    with world.engine.connect() as connection:
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        question = f"SELECT * FROM ledger_entry WHERE {column} = '{uuid7()}' ORDER BY id DESC LIMIT 51"
        plan = "\n".join(connection.exec_driver_sql(f"EXPLAIN {question}").scalars())
    assert f"ledger_entry_{column.removesuffix('_id')}" in plan
