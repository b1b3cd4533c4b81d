"""How long an entitlement lasts: from the first money held, for accounts of every age, and what lapses."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from ila_funding.domain.entitlement import Entitlement, Terms, lasting
from ila_funding.domain.ledger import Account, Reason
from ila_funding.domain.request import Ending
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.events.published import HoldRefused
from ila_funding.usecases.budget_lines import RegisterCall, register_call
from ila_funding.usecases.endings import EndRequest, end_request
from ila_funding.usecases.entitlements import EXPIRE_ENTITLEMENT, expire_entitlement
from ila_funding.usecases.holds import request_hold
from ila_funding.usecases.waiting import serve_waiting
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import NOON

CEILING = Decimal("1000.00")
TODAY = date(2024, 11, 20)


@pytest.fixture
def bound(unit, call_id, publish_call, publish_programme):
    """Have the call told with bounds of entitlements, of two months and EUR 1,000."""
    publish_call()
    publish_programme()

    def tell(sequence=2, **terms):
        terms = {"entitlement_amount": CEILING, "entitlement_months": 2} | terms
        call = replace(unit.calls.get(call_id), sequence=sequence, **terms)
        register_call(unit, RegisterCall(call=call, budget_limit=unit.line.limit_amount))

    return tell


def of(unit, request) -> Entitlement:
    return unit.entitlements.open(request.person_id, request.call_id, unit.now)


def pause(unit, reason="Tā lemts.") -> None:
    at = unit.now if reason else None
    by = "somebody" if reason else None
    unit.lines.rows[unit.line.id] = replace(
        unit.line, paused_at=at, paused_by=by, pause_reason=reason or None
    )


def test_months_begin_when_money_is_held_not_while_it_is_waited_for(unit, bound, asked):
    bound()
    pause(unit)
    request = asked()
    request_hold(unit, request)
    assert of(unit, request).valid_until is None
    assert not [key for key in unit.timers if key[1] == EXPIRE_ENTITLEMENT]
    pause(unit, "")
    unit.now = NOON + timedelta(days=40)
    serve_waiting(unit, unit.line.id)
    assert of(unit, request).valid_until == lasting(2, date(2024, 12, 30))


def test_months_run_from_the_day_the_money_was_held(unit, bound, asked):
    bound()
    request = asked()
    request_hold(unit, request)
    entitlement = of(unit, request)
    assert entitlement.valid_until == lasting(2, TODAY)
    assert unit.timers[entitlement.account_id, EXPIRE_ENTITLEMENT] == lasting(2, TODAY)


def test_a_second_hold_moves_no_end(unit, bound, asked, publish_programme):
    bound()
    request = asked()
    request_hold(unit, request)
    other = uuid7()
    module = Training(kind=Kind.MODULE, parts=(Part("Kiberdrošība", 40),))
    publish_programme(module, programme_id=other, title_lv="Kiberdrošība")
    unit.now = NOON + timedelta(days=30)
    request_hold(unit, asked(2, person_id=request.person_id, programme_id=other))
    assert len([one for one in unit.ledger.movements if one.reason is Reason.HOLD]) == 2
    assert of(unit, request).valid_until == lasting(2, TODAY)


def test_accounts_from_before_the_bounds_get_them_when_the_call_is_told_with_them(unit, bound, asked):
    request = asked()
    request_hold(unit, request)
    unit.now = NOON + timedelta(days=10)
    bound()
    entitlement = of(unit, request)
    assert (entitlement.ceiling, entitlement.valid_until) == (CEILING, lasting(2, TODAY))
    assert unit.timers[entitlement.account_id, EXPIRE_ENTITLEMENT] == lasting(2, TODAY)


def test_a_ceiling_that_comes_later_takes_back_nothing_that_is_held(unit, bound, asked):
    request = asked()
    request_hold(unit, request)
    bound(entitlement_amount=Decimal("500.00"))
    assert of(unit, request).left == 0


def test_bounds_that_an_account_has_stay_as_they_are(unit, bound, asked):
    bound()
    request = asked()
    request_hold(unit, request)
    before = of(unit, request)
    bound(3, entitlement_amount=Decimal("700.00"), entitlement_months=1)
    assert of(unit, request) == before


def test_what_waited_too_long_for_a_later_bound_is_refused_by_name(unit, bound, asked):
    first = asked()
    request_hold(unit, first)
    bound()
    end_request(unit, EndRequest(application_id=first.application_id, reason=Ending.WITHDRAWN, sequence=9))
    unit.now = lasting(2, TODAY)
    request_hold(unit, asked(2, person_id=first.person_id))
    assert [one.reason for one in unit.told(HoldRefused)] == ["entitlement-expired"]


def test_what_is_left_at_the_end_is_written_off_in_the_ledger_once(unit, bound, asked):
    bound()
    request = asked()
    request_hold(unit, request)
    entitlement = of(unit, request)
    expire_entitlement(unit, entitlement.account_id)
    assert unit.ledger.movements[-1].reason is Reason.HOLD
    unit.now = entitlement.valid_until
    for _ in range(2):
        expire_entitlement(unit, entitlement.account_id)
    (lapse,) = [one for one in unit.ledger.movements if one.reason is Reason.ENTITLEMENT_EXPIRY]
    assert lapse.entries() == ((Account.CEILING, Decimal("-391.01")), (Account.LAPSED, Decimal("391.01")))
    assert (lapse.person_id, lapse.call_id, lapse.line_id) == (request.person_id, request.call_id, None)
    assert of(unit, request).left == 0


def test_an_entitlement_without_a_ceiling_has_nothing_to_write_off(unit, bound, asked):
    bound(entitlement_amount=None)
    request = asked()
    request_hold(unit, request)
    unit.now = lasting(2, TODAY)
    expire_entitlement(unit, of(unit, request).account_id)
    assert unit.ledger.movements[-1].reason is Reason.HOLD
    assert unit.audited[-1][0] == "expire_entitlement"


def test_an_account_in_which_nothing_was_held_has_no_end_yet():
    fresh = Entitlement(account_id=uuid7(), ceiling=None, valid_until=None)
    assert fresh.bounded(Terms(0, CEILING, 2)) == replace(fresh, ceiling=CEILING)
