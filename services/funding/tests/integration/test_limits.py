"""Limits by two people on the real database: two approvals at once, requests of one person, raw SQL."""

import threading
from decimal import Decimal

import psycopg
import pytest
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
BASE = "/api/funding/v1"
LINES = f"{BASE}/budget-lines"


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


@pytest.fixture
def manager(visitor):
    return visitor.as_(uuid7(), "rate_manager")


@pytest.fixture
def approver(visitor):
    return visitor.as_(uuid7(), "rate_approver")


@pytest.fixture
def line(world, manager):
    """The path of the call's line."""
    world.publish(Decimal("2000.00"))
    (found,) = manager.get(LINES).json["items"]
    return f"{LINES}/{found['id']}"


def proposed(client, line: str, limit: str) -> dict[str, str]:
    answer = client.post(f"{line}/limit", {"limit": euros(limit), "reason": "Papildu finansējums."})
    assert answer.status_code == 200, answer.json
    return {"change_id": answer.json["pending"]["id"]}


def test_a_limit_is_proposed_approved_and_remembered(world, line, manager, approver):
    what = proposed(manager, line, "2500.00")
    seen = approver.get(line).json
    assert (seen["limit"], seen["pending"]["limit"]) == (euros("2000.00"), euros("2500.00"))
    assert seen["pending"]["actions"] == ["approve", "withdraw"]
    assert manager.get(line).json["pending"]["actions"] == ["withdraw"]
    done = approver.post(f"{line}/approval", what).json
    assert (done["limit"], done["pending"]) == (euros("2500.00"), None)
    (change,) = approver.get(f"{BASE}/budget-line-changes?line_id={seen['id']}").json["items"]
    assert (change["state"], change["limit_before"]) == ("approved", euros("2000.00"))
    assert change["proposed_by"] != change["decided_by"]
    assert world.verification()["verified"]


def test_the_tag_of_a_line_changes_with_what_is_proposed_and_decided(line, manager, approver):
    def tag() -> str:
        """Return the tag of what the approver sees; who has it is told that nothing has changed."""
        answer = approver.get(line)
        assert approver.get(line, If_None_Match=answer.headers["ETag"]).status_code == 304
        return answer.headers["ETag"]

    before = tag()
    what = proposed(manager, line, "2500.00")
    assert approver.get(line, If_None_Match=before).status_code == 200
    waiting = tag()
    assert manager.post(f"{line}/withdrawal", what).headers["ETag"] != waiting
    assert tag() == before, "it is as it was"
    another = proposed(manager, line, "2500.00")
    assert tag() not in (before, waiting)
    done = approver.post(f"{line}/approval", another)
    assert done.headers["ETag"] == tag() not in (before, waiting)


def test_one_person_alone_changes_nothing_whatever_roles_and_sessions(visitor, world, line):
    person = uuid7()
    what = proposed(visitor.as_(person, "rate_manager", "rate_approver"), line, "9000.00")
    for roles in (["rate_approver"], ["rate_manager", "rate_approver"], ["rate_approver", "platform_admin"]):
        answer = visitor.as_(person, *roles).post(f"{line}/approval", what)
        assert (answer.status_code, answer.json["code"]) == (403, "same-person")
    assert world.line == (Decimal("0.00"), Decimal("2000.00"))
    assert world.sql("SELECT count(*) FROM ledger_entry") == [(2,)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"limit": euros("-1.00"), "reason": "Tā."}, "/limit"),
        ({"limit": euros("1.001"), "reason": "Tā."}, "/limit/amount"),
        ({"limit": euros("NaN"), "reason": "Tā."}, "/limit/amount"),
        ({"limit": euros("1e9"), "reason": "Tā."}, "/limit/amount"),
        ({"limit": {"amount": "1.00", "currency": "USD"}, "reason": "Tā."}, "/limit/currency"),
        ({"limit": euros("1.00"), "reason": ""}, "/reason"),
        ({"limit": euros("1.00")}, "/reason"),
        ({"limit": euros("1.00"), "reason": "Tā.", "force": True}, "/force"),
    ],
)
def test_a_limit_that_is_none_is_refused_at_its_field(manager, line, body, field):
    answer = manager.post(f"{line}/limit", body)
    assert answer.status_code == 422
    assert field in answer.json["errors"]


def test_a_line_of_a_stratum_is_proposed_and_opened(world, line, manager, approver):
    wish = {
        "call_id": str(world.call_id),
        "funding_source": "RRF 2.3.1.4.i",
        "stratum": "territory:LV-RIX",
        "limit": euros("700.00"),
        "reason": "Rīgai.",
    }
    made = manager.post(LINES, wish)
    assert made.status_code == 201
    assert (made.json["limit"], made.json["opened_at"]) == (euros("0.00"), None)
    assert world.verification()["verified"]
    again = manager.post(LINES, wish)
    assert (again.status_code, again.json["code"]) == (409, "line-exists")
    for stratum in ("territory", "region:LV-RIX", "kind:", "kind:a b"):
        assert manager.post(LINES, wish | {"stratum": stratum}).status_code == 422
    where = made.headers["Location"]
    opened = approver.post(f"{where}/approval", {"change_id": made.json["pending"]["id"]}).json
    assert (opened["limit"], opened["free"]) == (euros("700.00"), euros("700.00"))
    assert opened["opened_at"]


def test_of_many_who_approve_at_once_one_does(visitor, world, line, manager):
    what = proposed(manager, line, "2500.00")
    answers, ready = [], threading.Barrier(6)

    def approve() -> None:
        client = visitor.as_(uuid7(), "rate_approver")
        ready.wait(10)
        answers.append(client.post(f"{line}/approval", what))

    threads = [threading.Thread(target=approve) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 5
    assert {answer.json["code"] for answer in answers if answer.status_code == 409} == {"wrong-state"}
    assert world.line == (Decimal("0.00"), Decimal("2500.00"))
    assert world.sql("SELECT count(*) FROM ledger_entry") == [(4,)]


def test_of_two_who_propose_at_once_one_does(visitor, world, line):
    answers, ready = [], threading.Barrier(4)

    def propose(limit: str) -> None:
        client = visitor.as_(uuid7(), "rate_manager")
        ready.wait(10)
        answers.append(client.post(f"{line}/limit", {"limit": euros(limit), "reason": "Tā."}).status_code)

    threads = [threading.Thread(target=propose, args=(f"{n}000.00",)) for n in range(3, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 409, 409, 409]


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("UPDATE line_change SET state = 'approved', decided_by = proposed_by", "line_change_by_two"),
        ("UPDATE line_change SET state = 'approved'", "line_change_by_two"),
        ("UPDATE line_change SET limit_amount = -0.01", "line_change_limit"),
        ("UPDATE budget_line SET limit_amount = 608.98", "budget_line_not_overspent"),
        ("UPDATE budget_line SET held = held + 1391.02", "budget_line_not_overspent"),
    ],
)
def test_the_database_refuses_it_around_the_service_too(world, line, manager, statement, rule):
    world.hold()
    proposed(manager, line, "2500.00")
    url = world.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as other, pytest.raises(psycopg.errors.CheckViolation) as fault:
        other.execute(statement)
    assert fault.value.diag.constraint_name == rule
    assert world.verification()["verified"]
