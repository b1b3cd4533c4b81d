"""Entitlements and top-ups on the real database: bounds, races, reversals, bad input."""

import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.entitlement import lasting
from ila_funding.domain.programme import PublishedProgramme
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.usecases.budget_lines import RegisterCall, register_call
from ila_funding.usecases.entitlements import expire_entitlement
from ila_funding.usecases.holds import request_hold
from ila_funding.usecases.programmes import register_programme
from ila_funding.usecases.waiting import serve_waiting
from ila_kit.clock import riga_date, utc_now
from ila_kit.ids import uuid7
from ila_kit.store.migrate import downgrade, upgrade
from ila_kit.testing.stores import service_database

pytestmark = pytest.mark.integration
BASE = "/api/funding/v1"
SOURCE = "RRF 2.3.1.4.i"
REASON = {"reason": "Darbinieks vairs nestrādā."}


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def bounded(world, **terms) -> None:
    """Have the call published again with bounds of entitlements."""
    world.publish().admit()
    call = PublishedCall(
        call_id=world.call_id,
        code="call-1",
        title_lv="1. uzaicinājums",
        title_en="First call",
        funding_source=SOURCE,
        activity="training",
        hold_days=30,
        opening_mode="first_come",
        drop_out_rule="completion_only",
        sequence=2,
        **terms,
    )
    world.do(register_call, RegisterCall(call=call, budget_limit=Decimal("2132000.00")))


class People:
    """A learner, the learner's employer, and officers."""

    def __init__(self, world, visitor):
        self.world, self.person, self.employer_id = world, uuid7(), uuid7()
        self.learner = visitor.as_(self.person, "learner")
        self.employer = visitor.as_(uuid7(), ("employer_admin", self.employer_id))
        self.other_employer = visitor.as_(uuid7(), ("employer_admin", uuid7()))
        self.proposer = uuid7()
        self.manager = visitor.as_(self.proposer, "rate_manager")
        self.approver = visitor.as_(uuid7(), "rate_approver")
        self.both = visitor.as_(self.proposer, "rate_manager", "rate_approver")
        self.path = f"{BASE}/accounts/{self.person}/top-ups"
        world.tell("identity.account_opened", person_id=self.person, opened_at=utc_now())

    def body(self, amount: str = "100.00", **changes):
        until = riga_date(utc_now()) + timedelta(days=30)
        body = {"call_id": str(self.world.call_id), "amount": euros(amount), "funder_name": "SIA “Paraugs”"}
        return body | {"valid_through": until.isoformat()} | changes

    def added(self, amount: str = "100.00", **changes) -> str:
        """Have the employer add money; returns the path of the top-up."""
        body = self.body(amount, organisation_id=str(self.employer_id), **changes)
        answer = self.employer.post(self.path, body)
        assert answer.status_code == 201, answer.json
        return f"{self.path}/{answer.json['id']}"

    def asked(self, place: int, programme_id):
        return replace(self.world.asked(place, self.person), programme_id=programme_id)

    def hold(self, place: int = 1):
        request = self.world.asked(place, self.person)
        self.world.do(request_hold, request)
        return request


@pytest.fixture
def people(world, visitor) -> People:
    bounded(world, co_payment_percent=10, entitlement_amount=Decimal("1000.00"), entitlement_months=12)
    return People(world, visitor)


def test_a_price_is_paid_by_the_line_the_employer_and_the_learner_and_given_back_whole(world, people):
    path = people.added("50.00")
    request = people.hold()
    ((amount, topped_up, own),) = world.sql("SELECT amount, topped_up, co_payment FROM hold")
    assert (str(amount), str(topped_up), str(own)) == ("548.09", "50.00", "10.90")
    account = people.learner.get(f"{BASE}/accounts/me").json
    assert account["calls"][0]["entitlement"]["left"] == euros("451.91")
    assert account["calls"][0]["co_payment"] == euros("10.90")
    assert account["top_ups"][0]["left"] == euros("0.00")
    assert problem(people.employer.post(f"{path}/reversal", REASON)) == (409, "nothing-unused")
    world.withdraw(request)
    assert people.employer.post(f"{path}/reversal", REASON).json["returned"] == euros("50.00")
    entries = people.learner.get(f"{BASE}/accounts/{people.person}/entries").json["items"]
    assert {one["reason"] for one in entries} == {"top_up", "hold", "release", "top_up_reversal"}
    assert all(one["programme_id"] or one["funder_name"] for one in entries)
    assert world.verification()["verified"], world.verification()


def programmes(world, count: int) -> list:
    """Have other programmes published, of a module for 427.43 each; returns their ids."""
    ids = [uuid7() for _ in range(count)]
    for number, programme_id in enumerate(ids):
        title = f"{number + 1}. modulis"
        programme = PublishedProgramme(
            programme_id=programme_id,
            call_id=world.call_id,
            title_lv=title,
            funding_source=SOURCE,
            training=Training(kind=Kind.MODULE, parts=(Part(title, 136),)),
            sequence=1,
        )
        world.do(register_programme, programme)
    return ids


def around(world, statement: str) -> None:
    with world.engine.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE hold SET co_payment = co_payment + 1", {"parts-differ-from-price"}),
        (
            "UPDATE hold SET topped_up = topped_up - 1, co_payment = co_payment + 1",
            {"top-ups-differ-from-hold"},
        ),
        ("UPDATE top_up_use SET state = 'committed'", {"top-up-not-where-its-hold-is"}),
        ("UPDATE top_up_use SET amount = amount + 1", {"top-ups-differ-from-hold"}),
        ("DELETE FROM top_up_use", {"top-ups-differ-from-hold"}),
    ],
)
def test_what_others_pay_is_reconciled_with_the_holds(world, people, statement, named):
    people.added("50.00")
    people.hold()
    found = world.reconciliation()
    assert found["reconciled"], found
    assert (str(found["topped_up"]), str(found["co_payment"])) == ("50.00", "10.90")
    ((hold_id,),) = world.sql("SELECT id FROM hold")
    around(world, statement)
    found = world.reconciliation()
    assert not found["reconciled"]
    assert {one["name"] for one in found["differences"]} == named
    assert {one["subject_id"] for one in found["differences"]} == {str(hold_id)}


def test_what_others_paid_is_given_back_with_the_hold(world, people):
    people.added("50.00")
    world.withdraw(people.hold())
    found = world.reconciliation()
    assert (found["reconciled"], found["topped_up"], found["co_payment"]) == (True, 0, 0)


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE top_up SET held = amount + 0.01", "top_up_not_overspent"),
        ("UPDATE top_up SET returned = amount", "top_up_not_overspent"),
        ("UPDATE top_up SET committed = -0.01", "top_up_not_negative"),
        ("UPDATE top_up SET funder_kind = 'fund', confirmed_by = proposed_by", "top_up_two_people"),
    ],
)
def test_the_database_refuses_more_than_a_top_up_has(world, people, statement, rule):
    people.added("50.00")
    people.hold()
    with pytest.raises(sa.exc.IntegrityError, match=rule):
        world.sql_do(statement)


@pytest.mark.parametrize("column", ["topped_up", "co_payment"])
def test_verification_names_a_hold_whose_parts_are_not_those_that_were_told(world, people, column):
    people.added("50.00")
    people.hold()
    told = "SELECT topped_up, co_payment FROM money_event WHERE type = 'funding.funds_held.v1'"
    assert world.sql(told) == [(Decimal("50.00"), Decimal("10.90"))]
    world.sql_do(f"UPDATE hold SET {column} = {column} + 0.01")
    ((hold_id,),) = world.sql("SELECT id FROM hold")
    assert world.verification()["holds_differing_from_events"] == [hold_id]


def test_verification_names_a_top_up_that_was_changed_by_hand(world, people):
    path = people.added("50.00")
    people.hold()
    assert world.verification()["verified"]
    around(world, "UPDATE top_up SET held = held - 1")
    found = world.verification()
    assert [str(one) for one in found["differing_top_ups"]] == [path.rsplit("/", 1)[1]]


def test_a_programme_beyond_the_ceiling_is_refused_by_name(world, people):
    requests = [people.asked(number, one) for number, one in enumerate(programmes(world, 3), 1)]
    for request in requests:
        world.do(request_hold, request)
    state = f"SELECT state, reason FROM hold_request WHERE application_id = '{requests[2].application_id}'"
    assert world.sql(state) == [("refused", "entitlement-exhausted")]
    assert world.verification()["verified"]


def test_many_holds_of_one_learner_at_once_never_pass_the_ceiling(world, people):
    requests = [people.asked(number, one) for number, one in enumerate(programmes(world, 8), 1)]
    threads = [threading.Thread(target=world.do, args=(request_hold, one)) for one in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert world.sql("SELECT count(*), sum(amount) FROM hold") == [(2, Decimal("769.38"))]
    assert world.verification()["verified"]


def test_the_database_refuses_more_than_the_ceiling_around_the_service(world, people):
    people.hold()
    more = "UPDATE learner_account SET held = held + 500, granted = granted + 500"
    with pytest.raises(sa.exc.IntegrityError, match="within_ceiling"), world.engine.begin() as connection:
        connection.exec_driver_sql(more)


def test_the_months_of_one_who_waits_begin_when_the_money_comes(world, people):
    world.sql_do("UPDATE budget_line SET paused_at = now(), paused_by = 'x', pause_reason = 'y'")
    people.hold()
    assert world.sql("SELECT valid_until FROM learner_account") == [(None,)]
    assert world.sql("SELECT name FROM timer WHERE name = 'expire-entitlement'") == []
    world.sql_do("UPDATE budget_line SET paused_at = NULL, paused_by = NULL, pause_reason = NULL")
    ((line_id,),) = world.sql("SELECT id FROM budget_line")
    world.do(serve_waiting, line_id)
    ((until,),) = world.sql("SELECT valid_until FROM learner_account")
    assert until == lasting(12, riga_date(utc_now()))
    assert world.sql("SELECT due_at FROM timer WHERE name = 'expire-entitlement'") == [(until,)]


def test_what_lapses_is_booked_once_and_stands_on_the_statement(world, people):
    people.hold()
    ((account_id,),) = world.sql("SELECT id FROM learner_account")
    world.do(expire_entitlement, account_id)
    world.sql_do("UPDATE learner_account SET valid_until = now()")
    for _ in range(2):
        world.do(expire_entitlement, account_id)
    (lapsed,) = people.learner.get(f"{BASE}/accounts/{people.person}/entries?sort=-at").json["items"][:1]
    assert (lapsed["reason"], lapsed["account"]) == ("entitlement_expiry", "lapsed")
    assert (lapsed["amount"], lapsed["call_code"]) == (euros("451.91"), "call-1")
    account = people.learner.get(f"{BASE}/accounts/me").json
    assert account["calls"][0]["entitlement"]["left"] == euros("0.00")
    count = "SELECT count(*), sum(amount) FROM ledger_entry WHERE reason = 'entitlement_expiry'"
    assert world.sql(count) == [(2, 0)]
    assert world.verification()["verified"], world.verification()
    world.sql_do("UPDATE learner_account SET lapsed = 0")
    assert world.verification()["differing_accounts"] == [people.person]


def test_what_lapsed_cannot_be_held_around_the_service(world, people):
    people.hold()
    ((account_id,),) = world.sql("SELECT id FROM learner_account")
    world.sql_do("UPDATE learner_account SET valid_until = now()")
    world.do(expire_entitlement, account_id)
    more = "UPDATE learner_account SET held = held + 0.01, granted = granted + 0.01"
    with pytest.raises(sa.exc.IntegrityError, match="within_ceiling"):
        world.sql_do(more)


def test_months_that_began_too_early_begin_right_after_the_migration(admin_url, world):
    with service_database(admin_url, "ila_funding") as engine:
        old = type(world)(engine)
        bounded(old, entitlement_amount=Decimal("1000.00"), entitlement_months=12)
        request = old.hold()
        old.sql_do(
            "INSERT INTO learner_account (id, person_id, call_id, granted, held, committed, consumed,"
            " released, expired, version, updated_at) SELECT gen_random_uuid(), gen_random_uuid(),"
            " call_id, 0, 0, 0, 0, 0, 0, 0, now() FROM published_call"
        )
        downgrade(engine, "ila_funding", "0009_earlier_support")
        old.sql_do("UPDATE learner_account SET valid_until = now() + interval '1 day'")
        upgrade(engine, "ila_funding")
        until = lasting(12, riga_date(utc_now()))
        found = old.sql("SELECT person_id, valid_until FROM learner_account ORDER BY granted")
        assert found[0][1] is None
        assert found[1] == (request.person_id, until)
        assert old.sql("SELECT due_at FROM timer WHERE name = 'expire-entitlement'") == [(until,)]


def test_two_reversals_at_once_have_one_effect(world, people):
    path = people.added()
    codes = []

    def reverse() -> None:
        codes.append(people.employer.post(f"{path}/reversal", REASON).status_code)

    threads = [threading.Thread(target=reverse) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == [200, 409, 409, 409]
    assert world.sql("SELECT count(*) FROM ledger_entry WHERE reason = 'top_up_reversal'") == [(2,)]
    assert world.verification()["verified"]


def test_another_funds_money_needs_a_second_person(world, people):
    answer = people.manager.post(people.path, people.body())
    path = f"{people.path}/{answer.json['id']}"
    assert answer.json["state"] == "proposed"
    assert problem(people.both.post(f"{path}/confirmation")) == (403, "same-person")
    assert people.approver.post(f"{path}/confirmation").json["state"] == "active"
    assert problem(people.approver.post(f"{path}/confirmation")) == (409, "wrong-state")
    assert problem(people.manager.post(f"{path}/reversal", REASON)) == (403, "same-person")
    assert people.approver.post(f"{path}/reversal", REASON).json["state"] == "reversed"
    assert world.verification()["verified"]


def test_a_kept_top_up_pays_only_for_what_it_is_for(world, people):
    people.added("30.00", kinds=["study_course"])
    people.added("20.00", programme_ids=[str(world.programme_id)])
    people.hold()
    assert world.sql("SELECT topped_up FROM hold") == [(Decimal("20.00"),)]


def test_an_employer_sees_and_ends_only_what_is_its_own(world, people):
    path = people.added()
    assert people.other_employer.get(people.path).status_code == 404, "tells that the learner is known"
    assert problem(people.other_employer.post(f"{path}/reversal", REASON)) == (404, "not-found")
    body = people.body(organisation_id=str(people.employer_id))
    assert problem(people.other_employer.post(people.path, body)) == (404, "not-found")
    assert problem(people.other_employer.post(people.path, people.body()))[0] == 403
    assert len(people.employer.get(people.path).json["items"]) == 1


def test_each_reader_is_told_what_they_may_do_and_never_who_gave(people):
    people.added()
    assert people.manager.post(people.path, people.body(funder_name="Fonds")).status_code == 201
    seen = {
        "manager": people.manager,
        "approver": people.approver,
        "employer": people.employer,
        "learner": people.learner,
    }
    told = {name: people_of.get(people.path).json["items"] for name, people_of in seen.items()}
    assert {name: [one["actions"] for one in items] for name, items in told.items()} == {
        "manager": [["reverse"], []],
        "approver": [["confirm", "reverse"], []],
        "employer": [["reverse"]],
        "learner": [[], []],
    }
    assert not {"proposed_by", "confirmed_by"} & told["manager"][0].keys()


@pytest.mark.parametrize("amount", ["-1.00", "0.00", "1.005", "NaN", "1e3", "9999999999999.00"])
def test_an_amount_that_is_none_is_refused_and_the_ledger_is_unchanged(world, people, amount):
    before = world.sql("SELECT count(*) FROM ledger_entry")
    body = people.body(organisation_id=str(people.employer_id), amount=euros(amount))
    assert people.employer.post(people.path, body).status_code == 422
    assert world.sql("SELECT count(*) FROM ledger_entry") == before


def test_an_unknown_learner_and_a_day_out_of_range_are_refused_by_name(world, people):
    mine = {"organisation_id": str(people.employer_id)}
    unknown = f"{BASE}/accounts/{uuid7()}/top-ups"
    assert problem(people.employer.post(unknown, people.body(**mine))) == (422, "unknown-learner")
    late = people.body(**mine, valid_through="2024-01-01")
    assert problem(people.employer.post(people.path, late)) == (422, "top-up-day-out-of-range")
