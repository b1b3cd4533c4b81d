"""Somebody with every right changes the books by hand: verification names what was changed."""

import pytest
import sqlalchemy as sa
from ila_kit.store import audit

pytestmark = pytest.mark.integration
OF_HOLD = "hold_id = (SELECT min(hold_id::text)::uuid FROM ledger_entry)"
COMMITMENT = f"{OF_HOLD} AND reason = 'commitment'"
WHO = "(SELECT person_id FROM hold WHERE id <> (SELECT min(id::text)::uuid FROM hold) LIMIT 1)"
THAT_HOLD = "SELECT min(id::text)::uuid FROM hold"
THAT_PERSON = f"SELECT person_id FROM hold WHERE id = ({THAT_HOLD})"

INVENTED = f"""
INSERT INTO ledger_entry
  (id, transaction_id, at, reason, account, amount, line_id, call_id, person_id, hold_id)
SELECT gen_random_uuid(), one.id, now(), 'release', side.account, side.amount, line_id, call_id, person_id,
  hold.id
FROM hold, (SELECT gen_random_uuid() AS id) AS one,
  (VALUES ('committed', -1.00), ('free', 1.00)) AS side (account, amount) WHERE hold.id = ({THAT_HOLD})"""


@pytest.fixture
def books(world):
    """Two learners whose money is bound; verification finds nothing."""
    world.publish()
    for place in (1, 2):
        world.enrol(world.hold(place))
    assert world.verification()["verified"], world.verification()
    return world


def tamper(world, statement: str) -> None:
    """Do what a database administrator can: no trigger, no foreign key looks."""
    with world.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        assert connection.exec_driver_sql(statement).rowcount


@pytest.mark.parametrize(
    ("statement", "named", "what"),
    [
        pytest.param(
            f"UPDATE ledger_entry SET amount = amount + 1 WHERE {COMMITMENT} AND amount > 0",
            "unbalanced_transactions",
            f"SELECT transaction_id FROM ledger_entry WHERE {COMMITMENT} LIMIT 1",
            id="one side of an entry",
        ),
        pytest.param(
            f"UPDATE ledger_entry SET amount = amount * 2 WHERE {COMMITMENT}",
            "holds_differing_from_entries",
            THAT_HOLD,
            id="both sides of a transaction",
        ),
        pytest.param(
            f"UPDATE ledger_entry SET person_id = {WHO} WHERE {COMMITMENT}",
            "differing_accounts",
            THAT_PERSON,
            id="whose money an entry is about",
        ),
        pytest.param(
            f"UPDATE ledger_entry SET account = 'consumed' WHERE {COMMITMENT} AND amount > 0",
            "holds_differing_from_entries",
            THAT_HOLD,
            id="where the money of an entry went",
        ),
        pytest.param(
            f"UPDATE ledger_entry SET hold_id = (SELECT max(id::text)::uuid FROM hold) WHERE {COMMITMENT}",
            "holds_differing_from_entries",
            THAT_HOLD,
            id="which hold an entry is about",
        ),
        pytest.param(
            f"UPDATE ledger_entry SET reason = 'commitment' WHERE {OF_HOLD} AND reason = 'hold'",
            "differing_accounts",
            THAT_PERSON,
            id="why money was held",
        ),
        pytest.param(
            f"DELETE FROM ledger_entry WHERE {COMMITMENT}",
            "holds_without_entries",
            THAT_HOLD,
            id="a transaction taken out",
        ),
        pytest.param(
            f"DELETE FROM ledger_entry WHERE {OF_HOLD} AND reason = 'hold'",
            "holds_differing_from_entries",
            THAT_HOLD,
            id="an earlier transaction taken out",
        ),
        pytest.param(
            f"UPDATE ledger_entry AS entry SET transaction_id = gen_random_uuid() WHERE {COMMITMENT}"
            " AND amount > 0",
            "holds_without_entries",
            THAT_HOLD,
            id="a transaction torn apart",
        ),
        pytest.param(
            "UPDATE budget_line SET held = held + 1, committed = committed - 1",
            "differing_lines",
            "SELECT id FROM budget_line",
            id="balances of a line",
        ),
        pytest.param(
            "UPDATE learner_account SET committed = committed - 1, released = 1"
            f" WHERE person_id = ({THAT_PERSON})",
            "differing_accounts",
            THAT_PERSON,
            id="balances of a learner",
        ),
        pytest.param(
            f"UPDATE hold SET amount = amount + 1 WHERE id = ({THAT_HOLD})",
            "holds_differing_from_entries",
            THAT_HOLD,
            id="the amount of a hold",
        ),
        pytest.param(
            f"UPDATE hold SET state = 'released' WHERE id = ({THAT_HOLD})",
            "holds_differing_from_events",
            THAT_HOLD,
            id="the state of a hold",
        ),
    ],
)
def test_what_was_changed_around_every_guard_is_named(books, statement, named, what):
    ((changed,),) = books.sql(what)
    tamper(books, statement)
    found = books.verification()
    assert not found["verified"]
    assert changed in found[named], found


def test_an_invented_transaction_is_found(books):
    tamper(books, INVENTED)
    found = books.verification()
    ((hold_id, person_id),) = books.sql(f"SELECT id, person_id FROM hold WHERE id = ({THAT_HOLD})")
    assert not found["verified"]
    assert (found["differing_accounts"], found["holds_differing_from_entries"]) == ([person_id], [hold_id])


@pytest.mark.parametrize("statement", ["UPDATE ledger_entry SET amount = 1", "DELETE FROM ledger_entry"])
def test_not_even_the_owner_of_the_tables_changes_entries(books, statement):
    """The tests' role owns everything and is a superuser; the guard is a trigger and asks nobody's rights."""
    assert books.sql("SELECT usesuper FROM pg_user WHERE usename = current_user") == [(True,)]
    with pytest.raises(sa.exc.ProgrammingError, match="append-only"):
        books.sql_do(statement)


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE budget_line SET limit_amount = 1217.97", "budget_line_not_overspent"),
        ("UPDATE budget_line SET committed = limit_amount + 0.01", "budget_line_not_overspent"),
        ("UPDATE budget_line SET held = -0.01", "budget_line_not_negative"),
        ("UPDATE learner_account SET granted = granted + 1", "learner_account_complete"),
        ("UPDATE learner_account SET ceiling = 608.98", "learner_account_within_ceiling"),
        ("UPDATE hold SET amount = 0", "hold_amount"),
    ],
)
def test_the_database_itself_refuses_more_than_there_is(books, statement, rule):
    with pytest.raises(sa.exc.IntegrityError, match=rule):
        books.sql_do(statement)


def test_a_step_with_money_that_is_rewritten_in_the_audit_trail_is_named(books):
    while audit.seal(books.engine):
        pass
    with books.engine.connect() as connection:
        assert audit.verify(connection).intact
    ((entry,),) = books.sql("SELECT id FROM audit_entry WHERE action = 'commit_hold' ORDER BY id LIMIT 1")
    tamper(books, f"UPDATE audit_entry SET actor = 'somebody else' WHERE id = '{entry}'")
    with books.engine.connect() as connection:
        faults = audit.verify(connection).faults
    assert [(fault.entry_id, fault.kind) for fault in faults] == [(str(entry), "altered")]
