"""Money is held, refused, waited for, given back: each once, in whatever order the facts come."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from ila_funding.consumers import TIMERS
from ila_funding.domain.hold import HOLD_STATES
from ila_funding.domain.ledger import Account, Reason
from ila_funding.domain.request import EarlyEnding, Ending
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.events.published import EntitlementGranted, FundsHeld, FundsReleased, HoldRefused
from ila_funding.usecases.endings import EndRequest, end_request
from ila_funding.usecases.holds import expire_hold, request_hold
from ila_funding.usecases.waiting import EXPIRE_HOLD, SERVE_WAITING, SERVED_AT_ONCE, serve_waiting
from ila_kit.events import NotYet
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import NOON

PRICE = Decimal("608.99")
COURSE = Training(kind=Kind.STUDY_COURSE, parts=(Part("Datortīkli", 160),))


@pytest.fixture(autouse=True)
def published(publish_call, publish_programme):
    publish_call()
    publish_programme()


def withdraw(unit, request):
    ending = {"application_id": request.application_id, "reason": Ending.WITHDRAWN}
    end_request(unit, EndRequest(**ending, sequence=request.sequence + 1))


def state_of(unit, request):
    return unit.requests.rows[request.application_id].state


def test_an_expired_place_gives_its_money_back_once(unit, asked):
    request = asked()
    request_hold(unit, request)
    for _ in range(3):
        end_request(
            unit, EndRequest(application_id=request.application_id, reason=Ending.EXPIRED, sequence=9)
        )
    (released,) = [event for event in unit.of_money if isinstance(event, FundsReleased)]
    assert (released.amount, released.reason) == (PRICE, "place-expired")
    assert unit.line.held == 0


def test_an_eligible_application_holds_the_price_of_its_programme(unit, asked):
    request = asked()
    request_hold(unit, request)
    (hold,) = unit.holds.rows.values()
    assert (hold.state, hold.amount, hold.methodology_version) == ("held", PRICE, "1-2e/24/254")
    assert hold.quote["amount"] == {"amount": "608.99", "currency": "EUR"}
    assert hold.quote["hash"] == hold.quote_hash
    assert (unit.line.held, unit.line.free) == (PRICE, Decimal("2131391.01"))
    assert unit.timers == {(hold.id, EXPIRE_HOLD): NOON + timedelta(days=30)}


def test_holding_is_told_with_the_pinned_quote_and_the_entitlement(unit, asked):
    request = asked()
    request_hold(unit, request)
    (hold,) = unit.holds.rows.values()
    granted, held = unit.of_money
    assert isinstance(held, FundsHeld)
    assert isinstance(granted, EntitlementGranted)
    assert (held.application_id, held.person_id) == (request.application_id, request.person_id)
    assert (held.amount, held.quote_hash, held.expires_at) == (PRICE, hold.quote_hash, hold.expires_at)
    assert (granted.amount, granted.granted, granted.valid_until) == (PRICE, PRICE, hold.expires_at)


def test_the_hold_lasts_as_long_as_the_call_says(unit, asked, publish_call):
    publish_call(days=7, sequence=2)
    request_hold(unit, asked())
    assert unit.told(FundsHeld)[0].expires_at == NOON + timedelta(days=7)


def test_the_ledger_moves_the_amount_from_free_to_held(unit, asked):
    request_hold(unit, asked())
    budget, hold = unit.ledger.movements
    assert (budget.reason, budget.source, budget.target) == (Reason.BUDGET, Account.SOURCE, Account.FREE)
    assert (hold.reason, hold.source, hold.target) == (Reason.HOLD, Account.FREE, Account.HELD)
    assert hold.entries() == ((Account.FREE, -PRICE), (Account.HELD, PRICE))


def test_an_application_found_eligible_three_times_holds_once(unit, asked):
    request = asked()
    for _ in range(3):
        request_hold(unit, request)
    assert len(unit.holds.rows) == len(unit.told(FundsHeld)) == 1
    assert unit.line.held == PRICE


@pytest.mark.parametrize("known", ["call", "programme"])
def test_what_catalog_has_not_told_of_is_waited_for(unit, asked, known, call_id, programme_id):
    (unit.programmes if known == "call" else unit.calls).rows.clear()
    with pytest.raises(NotYet):
        request_hold(unit, asked())
    assert not unit.requests.rows


def test_the_methodology_valid_on_the_application_day_decides(unit, asked):
    request = asked(applied_on=date(2024, 9, 3))
    request_hold(unit, request)
    (refused,) = unit.told(HoldRefused)
    assert (refused.reason, refused.amount) == ("no-methodology", None)
    assert state_of(unit, request) == "refused"
    assert unit.line.held == 0


def test_a_source_without_a_line_is_refused_with_the_price(unit, asked, publish_programme):
    publish_programme(sequence=2, funding_source="ESF+")
    request_hold(unit, asked())
    (refused,) = unit.told(HoldRefused)
    assert (refused.reason, refused.amount) == ("no-budget-line", PRICE)


def test_a_programme_of_another_call_is_refused(unit, asked, publish_programme):
    publish_programme(sequence=2, call_id=uuid7())
    request_hold(unit, asked())
    assert unit.told(HoldRefused)[0].reason == "programme-not-in-call"


def test_a_draw_holds_nothing_at_eligibility(unit, asked, publish_call):
    publish_call(sequence=2, mode="draw")
    request_hold(unit, asked())
    assert not unit.of_money
    assert unit.line.held == 0


def test_a_draw_holds_the_price_of_a_place_that_was_given_by_lot(unit, asked, publish_call):
    publish_call(sequence=2, mode="draw")
    request_hold(unit, asked(drawn=True))
    assert unit.line.held == PRICE


def test_an_older_programme_changes_no_price(unit, asked, publish_programme):
    publish_programme(COURSE, sequence=3)
    publish_programme(sequence=2)
    request_hold(unit, asked())
    assert unit.line.held == Decimal("412.13")


def test_a_withdrawal_gives_the_money_back_to_the_cent_and_once(unit, asked):
    request = asked()
    request_hold(unit, request)
    for _ in range(3):
        withdraw(unit, request)
    (hold,) = unit.holds.rows.values()
    (released,) = unit.told(FundsReleased)
    assert (hold.state, hold.version) == ("released", 3)
    assert (released.amount, released.reason) == (PRICE, "application-withdrawn")
    assert (unit.line.held, unit.line.free) == (0, unit.line.limit_amount)
    assert not unit.timers
    taken, back = unit.ledger.movements[1:]
    assert (back.reason, back.reverses, back.amount) == (Reason.RELEASE, taken.id, taken.amount)


def test_a_withdrawal_that_comes_first_is_remembered_and_the_hold_refused(unit, asked):
    request = asked()
    withdraw(unit, request)
    assert isinstance(unit.requests.rows[request.application_id], EarlyEnding)
    for _ in range(3):
        request_hold(unit, request)
    withdraw(unit, request)
    (refused,) = unit.of_money
    assert (refused.reason, refused.application_id) == ("application-withdrawn", request.application_id)
    assert state_of(unit, request) == "withdrawn"
    assert unit.line.held == 0


def test_an_exhausted_line_lets_an_application_wait_and_says_so(unit, asked, publish_call):
    publish_call("700.00", sequence=2)
    first, second = asked(1), asked(2)
    request_hold(unit, first)
    request_hold(unit, second)
    (refused,) = unit.told(HoldRefused)
    assert (refused.application_id, refused.reason) == (second.application_id, "budget-exhausted")
    assert refused.amount == PRICE
    assert (state_of(unit, first), state_of(unit, second)) == ("granted", "waiting")
    assert unit.line.held == PRICE


def test_money_that_comes_free_goes_to_those_who_wait_in_order_of_receipt(unit, asked, publish_call):
    publish_call("700.00", sequence=2)
    first, later, earlier = asked(1), asked(9), asked(3)
    for request in (first, later, earlier):
        request_hold(unit, request)
    withdraw(unit, first)
    assert (state_of(unit, earlier), state_of(unit, later)) == ("granted", "waiting")
    withdraw(unit, earlier)
    assert state_of(unit, later) == "granted"
    assert [event.application_id for event in unit.told(FundsHeld)] == [
        request.application_id for request in (first, earlier, later)
    ]


def test_nobody_overtakes_one_who_waits_even_with_a_lower_price(
    unit, asked, publish_call, publish_programme, programme_id
):
    publish_call("1000.00", sequence=2)
    cheap = uuid7()
    publish_programme(COURSE, programme_id=cheap)
    publish_programme(Training(kind=Kind.MODULE, parts=(Part("Īss", 10),)), programme_id=(short := uuid7()))
    first, waits, behind, before = (
        asked(1),
        asked(3, programme_id=cheap),
        asked(4, programme_id=short),
        asked(2, programme_id=short),
    )
    for request in (first, waits, behind, before):
        request_hold(unit, request)
    assert [state_of(unit, one) for one in (first, waits, behind, before)] == [
        "granted",
        "waiting",
        "waiting",
        "granted",
    ]


def test_when_the_first_in_the_queue_withdraws_the_next_is_served(
    unit, asked, publish_call, publish_programme
):
    publish_call("700.00", sequence=2)
    publish_programme(Training(kind=Kind.MODULE, parts=(Part("Īss", 10),)), programme_id=(short := uuid7()))
    first, waits, behind = asked(1), asked(2), asked(3, programme_id=short)
    for request in (first, waits, behind):
        request_hold(unit, request)
    assert state_of(unit, behind) == "waiting"
    withdraw(unit, waits)
    assert (state_of(unit, waits), state_of(unit, behind)) == ("withdrawn", "granted")
    assert unit.line.held == PRICE + Decimal("53.40")


def test_a_higher_limit_serves_many_in_bearable_steps(unit, asked, publish_call):
    publish_call("0.01", sequence=2)
    for place in range(1, SERVED_AT_ONCE + 11):
        request_hold(unit, asked(place))
    publish_call("100000.00", sequence=3)
    assert len(unit.told(FundsHeld)) == SERVED_AT_ONCE
    assert unit.timers[unit.line.id, SERVE_WAITING] == NOON
    TIMERS[SERVE_WAITING](unit, unit.line.id)
    assert len(unit.told(FundsHeld)) == SERVED_AT_ONCE + 10
    assert unit.line.held == PRICE * (SERVED_AT_ONCE + 10)


def test_one_whose_programme_lost_its_price_is_refused_and_the_next_served(
    unit, asked, publish_call, publish_programme
):
    publish_call("0.01", sequence=2)
    publish_programme(programme_id=(lost := uuid7()))
    first, second = asked(1, programme_id=lost), asked(2)
    request_hold(unit, first)
    request_hold(unit, second)
    unpriced = Training(
        kind=Kind.MODULE_SET, parts=(Part("Cits", 34),), continuing_programme="Cita programma"
    )
    publish_programme(unpriced, sequence=2, programme_id=lost)
    publish_call("700.00", sequence=3)
    assert (state_of(unit, first), state_of(unit, second)) == ("refused", "granted")
    assert unit.told(HoldRefused)[-1].reason == "unknown-continuing-programme"


def test_an_unused_hold_expires_and_its_money_goes_back(unit, asked):
    request_hold(unit, asked())
    (hold,) = unit.holds.rows.values()
    unit.now = hold.expires_at - timedelta(microseconds=1)
    TIMERS[EXPIRE_HOLD](unit, hold.id)
    assert unit.line.held == PRICE
    unit.now = hold.expires_at
    TIMERS[EXPIRE_HOLD](unit, hold.id)
    TIMERS[EXPIRE_HOLD](unit, hold.id)
    (released,) = unit.told(FundsReleased)
    assert (released.reason, unit.holds.rows[hold.id].state) == ("hold-expired", "expired")
    assert unit.line.held == 0


def test_an_expired_hold_is_not_released_again(unit, asked):
    request = asked()
    request_hold(unit, request)
    (hold,) = unit.holds.rows.values()
    unit.now = hold.expires_at
    expire_hold(unit, hold.id)
    withdraw(unit, request)
    assert len(unit.told(FundsReleased)) == 1
    assert unit.line.held == 0


def test_a_timer_of_a_hold_that_never_was_does_nothing(unit):
    expire_hold(unit, uuid7())
    assert not unit.of_money


def test_serving_an_empty_queue_does_nothing(unit):
    serve_waiting(unit, unit.line.id)
    assert not unit.of_money


def test_an_older_version_of_a_call_changes_no_limit(unit, publish_call):
    publish_call("500.00", sequence=3)
    publish_call("900.00", sequence=2)
    assert unit.calls.get(unit.line.call_id).budget_limit == Decimal("500.00")
    assert unit.line.limit_amount == Decimal("500.00")
    assert [movement.change(Account.FREE) for movement in unit.ledger.movements] == [
        Decimal("2132000.00"),
        Decimal("-2131500.00"),
    ]


def test_the_state_table_of_a_hold_is_the_one_of_the_mission():
    steps = {(step.source, step.target) for step in HOLD_STATES.steps.values()}
    assert steps == {
        ("held", "committed"),
        ("committed", "consumed"),
        ("held", "released"),
        ("held", "expired"),
        ("committed", "released"),
        ("consumed", "released"),
    }
