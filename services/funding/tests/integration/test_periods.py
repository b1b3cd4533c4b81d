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
    waits = {"period": last_month.isoformat(), "proposal": None}
    assert keepers[0].get(f"{PERIODS}/next").json == waits
    proposal = keepers[0].post(PERIODS, {"period": last_month.isoformat()})
    assert keepers[1].get(f"{PERIODS}/next").json["proposal"]["id"] == proposal.json["id"]
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
    assert keepers[0].get(f"{PERIODS}/next").json == {"period": None, "proposal": None}


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


@pytest.mark.parametrize(
    "change",
    [
        "at = at + interval '1 second'",
        "reason = 'hold'",
        "organisation_id = gen_random_uuid()",
        "transaction_id = gen_random_uuid()",
        "belongs_to = effective_on",
        "effective_on = effective_on + 1",
        "funder_id = call_id",
        "reverses = gen_random_uuid()",
    ],
)
def test_whatever_is_changed_in_a_closed_month_by_hand_is_named(world, keepers, last_month, change):
    closed(keepers, last_month)
    assert world.verification()["verified"], world.verification()
    with world.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        one = "(SELECT id FROM ledger_entry WHERE reason = 'budget' ORDER BY id LIMIT 1)"
        connection.exec_driver_sql(f"UPDATE ledger_entry SET {change} WHERE id = {one}")
    assert world.verification()["differing_periods"] == [last_month]


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


LATE = f"{BASE}/late-changes"


@pytest.fixture
def settle_late(world, visitor, keepers):
    """A run at the bank since a month that is closed: its path, its teller, how it is settled, the month."""
    world.publish().admit()
    world.accounts.add(world.organisation_id)
    world.complete()
    month = month_of(month_of(riga_date(utc_now())) - timedelta(days=1))
    roles = ("payment_maker", "payment_releaser", "payment_checker")
    desk = {role: visitor.as_(uuid7(), role) for role in roles}
    admin = visitor.as_(uuid7(), ("provider_admin", world.organisation_id))
    body = {"organisation_id": str(world.organisation_id), "call_id": str(world.call_id)}
    claim = admin.post(f"{BASE}/claims", body).json["id"]
    signatory = visitor.as_(uuid7(), ("provider_signatory", world.organisation_id))
    officers = [visitor.as_(uuid7(), "claim_officer") for _ in range(2)]
    for who, step in zip((signatory, *officers), ("submission", "check", "approval"), strict=True):
        assert who.post(f"{BASE}/claims/{claim}/{step}").status_code == 200
    run = desk["payment_maker"].post(f"{BASE}/payment-runs", {"claim_ids": [claim]}).json["id"]
    path = f"{BASE}/payment-runs/{run}"
    desk["payment_checker"].post(f"{path}/check")
    desk["payment_releaser"].post(f"{path}/release")
    assert desk["payment_maker"].get(f"{path}/pain.001.xml").status_code == 200
    with world.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("UPDATE ledger_entry SET effective_on = %s", (month,))
        connection.exec_driver_sql("UPDATE payment_run SET released_at = %s, exported_at = %s", (month,) * 2)
    closed(keepers, month)
    teller = visitor.as_(uuid7(), "payment_checker", "rate_approver")
    told = {"bank_reference": "B-7", "settled_on": (month + timedelta(days=27)).isoformat()}
    return path, teller, lambda: teller.post(f"{path}/settlement", told), month


def test_a_settlement_in_a_closed_month_waits_until_another_person_books_it(world, keepers, settle_late):
    path, teller, settle, month = settle_late
    before = world.sql("SELECT * FROM budget_line")
    answer = settle()
    assert (answer.status_code, answer.json.get("state")) == (200, "exported"), answer.json
    assert problem(settle()) == (409, "late-change-queued")
    today = {"bank_reference": "B-7", "settled_on": riga_date(utc_now()).isoformat()}
    assert problem(teller.post(f"{path}/settlement", today)) == (409, "late-change-queued")
    failed = {"reason": "Banka atteica."}
    assert problem(teller.post(f"{path}/failure", failed)) == (409, "late-change-queued")
    assert world.sql("SELECT * FROM budget_line") == before
    (change,) = keepers[0].get(f"{LATE}?state=queued&belongs_to={month}").json["items"]
    assert (change["bank_reference"], change["amount"]["amount"]) == ("B-7", "608.99")
    mine = f"{LATE}/{change['id']}"
    assert problem(teller.post(f"{mine}/booking")) == (403, "same-person")
    assert teller.get(mine).json["actions"] == []
    for reason in ("", "a\u0000b"):
        refused = keepers[0].post(f"{mine}/dismissal", {"reason": reason})
        assert problem(refused) == (422, "invalid-request")
    assert keepers[0].get(mine).json["actions"] == ["book", "dismiss"]
    booked = keepers[0].post(f"{mine}/booking").json
    today = month_of(riga_date(utc_now())).isoformat()
    assert (booked["state"], booked["booked_in"]) == ("booked", today)
    assert problem(keepers[1].post(f"{mine}/booking")) == (409, "wrong-state")
    entries = "SELECT DISTINCT period, belongs_to FROM ledger_entry WHERE reason = 'settlement'"
    assert world.sql(entries) == [(month_of(riga_date(utc_now())), month)]
    assert world.sql("SELECT state, settled_on FROM payment_run") == [("settled", month + timedelta(days=27))]
    steps = world.sql("SELECT action FROM audit_entry WHERE subject_kind = 'late_change' ORDER BY id")
    assert steps == [("queue_late_change",), ("book_late_change",)]
    assert world.verification()["verified"], world.verification()
    assert world.reconciliation()["reconciled"], world.reconciliation()


def test_a_dismissed_late_change_moved_nothing_and_the_run_can_be_settled_right(world, keepers, settle_late):
    path, teller, settle, _ = settle_late
    settle()
    (change,) = keepers[0].get(LATE).json["items"]
    mine = f"{LATE}/{change['id']}"
    assert problem(teller.post(f"{mine}/dismissal", {"reason": "Nē."})) == (403, "same-person")
    assert keepers[1].post(f"{mine}/dismissal", {"reason": "Cita diena."}).json["state"] == "dismissed"
    right = {"bank_reference": "B-7", "settled_on": riga_date(utc_now()).isoformat()}
    assert teller.post(f"{path}/settlement", right).json["state"] == "settled"
    assert world.verification()["verified"], world.verification()


def test_of_many_who_book_one_late_change_at_once_one_does(world, keepers, settle_late, visitor):
    _, _, settle, _ = settle_late
    settle()
    (change,) = keepers[0].get(LATE).json["items"]
    codes = []

    def book(who) -> None:
        codes.append(who.post(f"{LATE}/{change['id']}/booking").status_code)

    people = [visitor.as_(uuid7(), "rate_manager") for _ in range(4)]
    threads = [threading.Thread(target=book, args=(who,)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 409, 409, 409]
    assert world.sql("SELECT count(*) FROM ledger_entry WHERE reason = 'settlement'") == [(2,)]


@pytest.mark.parametrize("role", ["learner", "payment_maker", "claim_officer", "auditor", "payment_checker"])
def test_others_book_no_late_change(visitor, role):
    assert visitor.as_(uuid7(), role).post(f"{LATE}/{uuid7()}/booking").status_code in (403, 404)


def test_an_unknown_late_change_is_not_found(keepers):
    assert problem(keepers[0].get(f"{LATE}/{uuid7()}")) == (404, "not-found")
    assert problem(keepers[0].post(f"{LATE}/{uuid7()}/booking")) == (404, "not-found")
