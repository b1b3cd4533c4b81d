"""Alarms, pauses and the meter on the real database, also when many act at once."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from ila_funding.usecases.holds import request_hold
from ila_kit.clock import as_instant, utc_now
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
LINES = "/api/funding/v1/budget-lines"
PRICE = Decimal("608.99")
RULES = {"alarm_shares": [80, 90], "pause_share": None, "pause_from": None, "pause_until": None, "exempt": []}


@pytest.fixture
def manager(visitor):
    return visitor.as_(uuid7(), "rate_manager")


@pytest.fixture
def approver(visitor):
    return visitor.as_(uuid7(), "rate_approver")


@pytest.fixture
def line(world, manager):
    """The path of the call's line, with money for twenty."""
    world.publish(PRICE * 20)
    (found,) = manager.get(LINES).json["items"]
    return f"{LINES}/{found['id']}"


def rule(manager, approver, line, **rules):
    answer = manager.post(f"{line}/rules", RULES | rules | {"reason": "Tā lemts."})
    assert answer.status_code == 200, answer.json
    done = approver.post(f"{line}/approval", {"change_id": answer.json["pending"]["id"]})
    assert done.status_code == 200, done.json
    return done.json


def at_once(world, work, things) -> None:
    """Do the work for all things, in eight threads that begin together."""
    ready = threading.Barrier(8)

    def run(mine) -> None:
        ready.wait(10)
        for one in mine:
            work(one)

    threads = [threading.Thread(target=run, args=(things[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def alarms(world) -> list[int]:
    told = "SELECT body -> 'data' ->> 'threshold_percent' FROM outbox WHERE type LIKE %s ORDER BY id"
    with world.engine.connect() as connection:
        rows = connection.exec_driver_sql(told, ("funding.budget_threshold_reached%",))
        return [int(share) for (share,) in rows]


def test_of_many_holds_at_once_one_gives_each_alarm(world, line):
    requests = [world.asked(place) for place in range(1, 21)]
    at_once(world, lambda one: world.do(request_hold, one), requests)
    assert alarms(world) == [80, 90]
    at_once(world, world.withdraw, requests[:16])
    assert alarms(world) == [80, 90]
    at_once(world, lambda one: world.do(request_hold, one), [world.asked(place) for place in range(21, 41)])
    assert alarms(world) == [80, 90, 80, 90]
    assert world.verification()["verified"]


def test_the_meter_shows_money_shares_alarm_pause_and_who_waits(world, line, manager, approver):
    for place in range(1, 23):
        world.hold(place)
    shown = manager.get(f"{line}/meter").json
    assert (shown["used_percent"], shown["alarm"], shown["pause"]) == ("100.00", 90, None)
    assert shown["waiting"] == {"count": 2, "amount": {"amount": "1217.98", "currency": "EUR"}}
    assert shown["free"]["amount"] == "0.00"
    assert manager.post(f"{line}/pause", {"reason": "Pārbauda."}).json["paused_by"]
    assert approver.get(f"{line}/meter").json["pause"] == "by-hand"
    assert approver.get(line).json["actions"] == ["resume"]
    assert manager.get(line).json["actions"] == []
    refused = manager.post(f"{line}/resumption", {"reason": "Tomēr."})
    assert (refused.status_code, refused.json["code"]) == (403, "same-person")
    assert approver.post(f"{line}/resumption", {"reason": "Labi."}).json["paused_at"] is None


def test_a_line_that_may_spend_nothing_has_a_meter_too(world, manager, line):
    wish = {
        "call_id": str(world.call_id),
        "funding_source": "ESF+",
        "reason": "Tā.",
        "stratum": "kind:module",
    }
    made = manager.post(LINES, wish | {"limit": {"amount": "5.00", "currency": "EUR"}})
    shown = manager.get(f"{made.headers['Location']}/meter").json
    assert (shown["used_percent"], shown["alarm"]) == ("0.00", None)
    assert manager.get(f"{LINES}/{uuid7()}/meter").status_code == 404


def test_a_pause_of_dates_or_share_is_kept_by_the_database_itself(world, line, manager, approver):
    rule(manager, approver, line, pause_share=50, exempt=["kind:module"])
    requests = [world.asked(place) for place in range(1, 21)]
    at_once(world, lambda one: world.do(request_hold, one), requests)
    assert world.line[0] == PRICE * 10
    assert world.sql("SELECT DISTINCT reason FROM hold_request WHERE state = 'waiting'") == [("line-paused",)]
    served = "SELECT array_agg(receipt_sequence ORDER BY 1) FROM hold_request WHERE state = 'granted'"
    ((first,),) = world.sql(served)
    rule(manager, approver, line, pause_share=50, exempt=["kind:module_set"])
    assert world.line[0] == PRICE * 20
    assert len(first) == 10
    now = utc_now()
    dates = {"pause_from": as_instant(now - timedelta(hours=1)), "pause_until": as_instant(now)}
    assert rule(manager, approver, line, **dates)["rules"]["pause_until"] == dates["pause_until"]
    assert manager.get(f"{line}/meter").json["pause"] is None
    dates["pause_until"] = as_instant(now + timedelta(hours=1))
    rule(manager, approver, line, **dates)
    shown = manager.get(f"{line}/meter").json
    assert (shown["pause"], shown["pause_until"]) == ("dates", dates["pause_until"])
    assert world.sql("SELECT name FROM timer WHERE name = 'pause-over'") == [("pause-over",)]


@pytest.mark.parametrize(
    ("rules", "field"),
    [
        ({"alarm_shares": [0]}, "/alarm_shares/0"),
        ({"alarm_shares": [101]}, "/alarm_shares/0"),
        ({"alarm_shares": [80, 80]}, "/alarm_shares"),
        ({"pause_share": 50.5}, "/pause_share"),
        ({"exempt": ["everybody"]}, "/exempt/0"),
        ({"pause_until": "2026-01-01T00:00:00Z"}, "/pause_until"),
        ({"pause_from": "2026-01-01T00:00:00"}, "/pause_from"),
        (
            {"pause_from": "2026-01-01T00:00:00Z", "pause_until": "2026-01-01T02:00:00+02:00"},
            "/pause_until",
        ),
    ],
)
def test_rules_that_are_none_are_refused_at_their_field(manager, line, rules, field):
    answer = manager.post(f"{line}/rules", RULES | rules | {"reason": "Tā."})
    assert answer.status_code == 422
    assert field in answer.json["errors"]
