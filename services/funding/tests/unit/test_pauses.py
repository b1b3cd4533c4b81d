"""Soft alarms of a line, and the pauses in which new holds wait and keep their places."""

from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_funding.consumers import TIMERS
from ila_funding.domain.errors import NothingChanges, SamePerson
from ila_funding.domain.line_change import PAUSE_STATES
from ila_funding.domain.line_rules import LineRules, alarm_of
from ila_funding.events.published import BudgetThresholdReached, FundsHeld, HoldRefused
from ila_funding.usecases.endings import EndRequest, end_request
from ila_funding.usecases.holds import request_hold
from ila_funding.usecases.limits import (
    PAUSE_OVER,
    ProposeRules,
    approve_change,
    propose_rules,
    withdraw_change,
)
from ila_funding.usecases.pauses import pause_line, resume_line
from ila_kit.actor import process_actor
from ila_kit.errors import DomainError
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState
from ila_kit.testing.fakes import NOON, someone

PRICE = Decimal("608.99")
SYSTEM = process_actor("funding")
MANAGER, APPROVER = someone("rate_manager"), someone("rate_approver")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def published(publish_call, publish_programme):
    publish_call(str(10 * PRICE))
    publish_programme()


@pytest.fixture
def apply(unit, asked):
    """Have applications of these places found eligible; returns their requests."""

    def some(*places: int, **changes):
        requests = [asked(place, **changes) for place in places]
        for one in requests:
            request_hold(unit, one)
        return requests

    return some


@pytest.fixture
def rule(unit):
    """Have two persons give the line rules."""

    def decide(**rules):
        unit.actor = MANAGER
        wish = ProposeRules(line_id=unit.line.id, rules=LineRules(**rules), reason="Tā lemts.")
        change = propose_rules(unit, wish)
        unit.actor = APPROVER
        approve_change(unit, unit.line.id, change.id)
        unit.actor = SYSTEM
        return change

    return decide


def withdraw(unit, request, sequence=4):
    ending = {"application_id": request.application_id, "reason": "application-withdrawn"}
    end_request(unit, EndRequest(**ending, sequence=sequence))


def alarms(unit) -> list[int]:
    return [event.threshold_percent for event in unit.told(BudgetThresholdReached)]


def states(unit, requests) -> list[str]:
    return [unit.requests.rows[one.application_id].state for one in requests]


def test_each_alarm_is_given_once_when_its_share_is_reached_and_again_after_falling_below(unit, apply):
    requests = apply(*range(1, 8))
    assert alarms(unit) == []
    requests += apply(8)
    assert alarms(unit) == [80]
    (told,) = unit.told(BudgetThresholdReached)
    assert (told.used, told.limit, told.line_id) == (8 * PRICE, 10 * PRICE, unit.line.id)
    requests += apply(9, 10)
    assert alarms(unit) == [80, 90]
    withdraw(unit, requests[0])
    withdraw(unit, requests[1])
    assert (unit.line.alarm, alarms(unit)) == (80, [80, 90])
    withdraw(unit, requests[2])
    assert unit.line.alarm == 0
    apply(11, 12)
    assert alarms(unit) == [80, 90, 80, 90]


def test_a_change_of_the_limit_gives_and_arms_alarms_too(unit, apply, change_limit):
    apply(*range(1, 8))
    change_limit(str(7 * PRICE))
    assert (alarms(unit), unit.line.alarm) == ([80, 90], 90)
    change_limit(str(20 * PRICE))
    assert unit.line.alarm == 0
    change_limit(str(8 * PRICE))
    assert alarms(unit) == [80, 90, 80]


def test_other_alarms_are_a_rule_of_the_line(unit, apply, rule):
    apply(*range(1, 6))
    rule(alarm_shares=(50, 95))
    assert alarms(unit) == [50]
    apply(*range(6, 11))
    assert alarms(unit) == [50, 95]


@given(
    steps=st.lists(st.integers(-40, 40), max_size=30),
    shares=st.lists(st.integers(1, 100), unique=True, max_size=4),
)
def test_an_alarm_is_given_for_every_crossing_upwards_and_for_nothing_else(steps, shares):
    used, given_last, told, crossings = 0, 0, [], []
    for step in steps:
        before, used = used, min(100, max(0, used + step))
        alarm = alarm_of(shares, Decimal(used), Decimal(100))
        told += sorted(share for share in shares if given_last < share <= alarm)
        crossings += sorted(share for share in shares if before < share <= used)
        given_last = alarm
    assert told == crossings


def test_a_line_paused_by_hand_lets_requests_wait_and_then_serves_them_in_order(unit, apply):
    apply(1)
    unit.actor = MANAGER
    pause_line(unit, unit.line.id, "Pārbauda piešķīrumu.")
    unit.actor = SYSTEM
    late, early = apply(3, 2)
    assert [(one.reason, one.amount) for one in unit.told(HoldRefused)] == [("line-paused", PRICE)] * 2
    assert (states(unit, [late, early]), unit.line.held) == (["waiting"] * 2, PRICE)
    unit.actor = APPROVER
    resume_line(unit, unit.line.id, "Pārbaudīts.")
    assert states(unit, [late, early]) == ["granted"] * 2
    served = [event.application_id for event in unit.told(FundsHeld)][1:]
    assert served == [early.application_id, late.application_id]


def test_who_paused_a_line_does_not_let_it_go_on(unit):
    unit.actor = someone("rate_manager", "rate_approver")
    pause_line(unit, unit.line.id, "Steidzami.")
    with pytest.raises(WrongState):
        pause_line(unit, unit.line.id, "Vēlreiz.")
    with pytest.raises(SamePerson):
        resume_line(unit, unit.line.id, "Tomēr ne.")
    unit.actor = someone("auditor", "call_manager")
    with pytest.raises(NotYourStep):
        resume_line(unit, unit.line.id, "Es.")
    unit.actor = MANAGER
    resume_line(unit, unit.line.id, "Pārbaudīts.")
    with pytest.raises(WrongState):
        resume_line(unit, unit.line.id, "Vēlreiz.")


def test_what_is_held_is_committed_and_given_back_while_a_line_is_paused(unit, apply):
    first, second = apply(1, 2)
    unit.actor = MANAGER
    pause_line(unit, unit.line.id, "Pārbauda.")
    unit.actor = SYSTEM
    (waits,) = apply(3)
    withdraw(unit, first)
    assert states(unit, [first, second, waits]) == ["withdrawn", "granted", "waiting"]
    assert unit.line.held == PRICE


def test_planned_dates_pause_a_line_and_its_end_serves_who_waits(unit, apply, rule):
    rule(pause_from=NOON + HOUR, pause_until=NOON + 3 * HOUR)
    assert unit.timers[unit.line.id, PAUSE_OVER] == NOON + 3 * HOUR
    (before,) = apply(1)
    unit.now = NOON + HOUR
    (within,) = apply(2)
    assert states(unit, [before, within]) == ["granted", "waiting"]
    unit.now = NOON + 3 * HOUR
    TIMERS[PAUSE_OVER](unit, unit.line.id)
    assert states(unit, [within]) == ["granted"]


def test_a_pause_from_a_share_on_keeps_the_rest_for_the_exempt(
    unit, apply, rule, publish_programme, programme_id
):
    publish_programme(programme_id=(other := uuid7()), territory="LV-RIX")
    rule(pause_share=80, exempt=("territory:LV-RIX",))
    served = apply(*range(1, 9))
    (waits,) = apply(9)
    (exempt,) = apply(10, programme_id=other)
    assert states(unit, [waits, exempt]) == ["waiting", "granted"]
    assert unit.told(HoldRefused)[0].reason == "line-paused"
    more = apply(11, 12, programme_id=other)
    assert states(unit, more) == ["granted", "waiting"]
    assert unit.told(HoldRefused)[1].reason == "budget-exhausted"
    withdraw(unit, served[0])
    assert states(unit, [waits, more[1]]) == ["waiting", "granted"]
    for one in served[1:4]:
        withdraw(unit, one)
    assert states(unit, [waits]) == ["granted"]
    assert unit.line.used == 8 * PRICE


def test_rules_are_proposed_and_approved_by_two_and_stand_until_others_are(unit, rule):
    unit.actor = someone("rate_manager", "rate_approver")
    wish = ProposeRules(line_id=unit.line.id, rules=LineRules(pause_share=50), reason="Tā.")
    change = propose_rules(unit, wish)
    with pytest.raises(SamePerson):
        approve_change(unit, unit.line.id, change.id)
    assert unit.line.rules == LineRules()
    withdraw_change(unit, unit.line.id, change.id)
    rule(pause_share=50)
    assert unit.line.rules == LineRules(pause_share=50)
    with pytest.raises(NothingChanges):
        rule(pause_share=50)
    assert unit.line.limit_amount == 10 * PRICE


def test_every_step_of_a_pause_is_taken_by_its_roles_and_every_other_is_refused():
    steps = {("running", "pause"): "paused", ("paused", "resume"): "running"}
    roles = ["rate_manager", "rate_approver", "call_manager", "auditor", "payment_releaser", "system"]
    for state, action, role in product(PAUSE_STATES.states, ("pause", "resume"), roles):
        target = steps.get((state, action))
        try:
            found = PAUSE_STATES.next_state(state, action, [role])
        except DomainError as refusal:
            found = refusal.code
        allowed = role in ("rate_manager", "rate_approver")
        assert found == (target if target and allowed else "not-your-step" if target else "wrong-state")
