"""Accounting periods on the real database: two people, one order, nothing behind a closed door."""

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa
from ila_funding.domain.period import month_of
from ila_funding.usecases.periods import booked_on
from ila_kit.clock import riga_date, utc_now
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
BASE = "/api/funding/v1"
PERIODS = f"{BASE}/periods"


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


@pytest.fixture
def last_month(world):
    """The month before this one, in which the line got its limit and one hold was made."""
    world.publish().hold()
    month = month_of(month_of(riga_date(utc_now())) - timedelta(days=1))
    with world.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("UPDATE ledger_entry SET effective_on = %s", (month,))
    return month


@pytest.fixture
def keepers(visitor):
    return [visitor.as_(uuid7(), "rate_manager", "rate_approver") for _ in range(2)]


def closed(keepers, month) -> str:
    """Have a month closed by two people; returns its path."""
    proposal = keepers[0].post(PERIODS, {"period": month.isoformat()})
    assert proposal.status_code == 201, proposal.json
    path = f"{PERIODS}/{proposal.json['id']}"
    assert keepers[1].post(f"{path}/closure").json["state"] == "closed"
    return path


def test_a_month_is_closed_by_two_people_and_keeps_what_was_gained(world, keepers, last_month):
    assert keepers[0].get(f"{PERIODS}/next").json == {"period": last_month.isoformat()}
    proposal = keepers[0].post(PERIODS, {"period": last_month.isoformat()})
    path = f"{PERIODS}/{proposal.json['id']}"
    assert (proposal.json["state"], proposal.json["actions"]) == ("proposed", [])
    assert problem(keepers[0].post(f"{path}/closure")) == (403, "same-person")
    assert keepers[1].get(path).json["actions"] == ["close"]
    answer = keepers[1].post(f"{path}/closure").json
    assert {one["account"]: one["amount"]["amount"] for one in answer["balances"]} == {
        "source": "-2132000.00",
        "free": "2131391.01",
        "held": "608.99",
    }
    assert problem(keepers[1].post(f"{path}/closure")) == (409, "wrong-state")
    assert world.verification()["verified"], world.verification()


def test_months_are_closed_in_their_order_once_they_are_over(world, keepers, last_month):
    this_month = month_of(riga_date(utc_now()))
    assert problem(keepers[0].post(PERIODS, {"period": this_month.isoformat()})) == (409, "period-not-next")
    closed(keepers, last_month)
    assert problem(keepers[0].post(PERIODS, {"period": last_month.isoformat()})) == (409, "period-not-next")
    assert keepers[0].get(f"{PERIODS}/next").json == {"period": None}


def test_two_proposals_of_one_month_are_one(keepers, last_month):
    assert keepers[0].post(PERIODS, {"period": last_month.isoformat()}).status_code == 201
    again = keepers[1].post(PERIODS, {"period": last_month.isoformat()})
    assert problem(again) == (409, "period-proposed")


ENTRY = """INSERT INTO ledger_entry
  (id, transaction_id, at, reason, account, amount, line_id, call_id, effective_on)
SELECT gen_random_uuid(), transaction, now(), 'budget', account, amount, line.id, line.call_id, %s
FROM budget_line AS line, (SELECT gen_random_uuid() AS transaction) AS one,
  (VALUES ('source', -1), ('free', 1)) AS entry (account, amount)"""


def test_the_database_refuses_what_is_dated_into_a_closed_month(world, keepers, last_month):
    closed(keepers, last_month)
    with pytest.raises(sa.exc.IntegrityError, match="is closed"), world.engine.begin() as connection:
        connection.exec_driver_sql(ENTRY, (last_month,))
    with world.engine.begin() as connection:
        connection.exec_driver_sql(ENTRY, (riga_date(utc_now()),))


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE accounting_period SET state = 'proposed', closed_by = NULL, closed_at = NULL",
        "DELETE FROM accounting_period",
        "UPDATE period_balance SET amount = 0",
        "DELETE FROM period_balance",
        "TRUNCATE period_balance",
        "UPDATE ledger_entry SET amount = 1",
        "DELETE FROM ledger_entry",
        "TRUNCATE ledger_entry CASCADE",
        "UPDATE money_event SET amount = 1",
        "TRUNCATE money_event",
    ],
)
def test_what_is_booked_told_or_closed_stays_so(world, keepers, last_month, change):
    closed(keepers, last_month)
    with pytest.raises(sa.exc.ProgrammingError), world.engine.begin() as connection:
        connection.exec_driver_sql(change)


def test_what_happened_in_a_closed_month_is_booked_late_with_a_reference_to_it(world, keepers, last_month):
    assert world.do(booked_on, last_month).effective_on == last_month
    closed(keepers, last_month)
    booking = world.do(booked_on, last_month + timedelta(days=3))
    assert (booking.effective_on, booking.belongs_to) == (None, last_month)
    today = riga_date(utc_now())
    assert world.do(booked_on, today).effective_on == today


def test_what_is_being_posted_is_in_before_the_month_closes(world, keepers, last_month):
    """A posting holds the month open until it commits; the closure waits, and counts it."""
    proposal = keepers[0].post(PERIODS, {"period": last_month.isoformat()})
    answers = []
    with world.engine.begin() as connection:
        connection.exec_driver_sql(ENTRY, (last_month,))
        closing = threading.Thread(
            target=lambda: answers.append(keepers[1].post(f"{PERIODS}/{proposal.json['id']}/closure"))
        )
        closing.start()
        closing.join(0.3)
        assert answers == []
    closing.join()
    (answer,) = answers
    free = next(one for one in answer.json["balances"] if one["account"] == "free")
    assert free["amount"]["amount"] == "2131392.01"
