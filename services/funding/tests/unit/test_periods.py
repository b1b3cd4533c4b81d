"""Months of the ledger: closed by two people in their order, and what happens in them afterwards."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from ila_funding.domain.errors import PeriodNotNext, PeriodProposed, SamePerson
from ila_funding.domain.late_change import LATE_STATES, LateChange
from ila_funding.domain.period import PERIOD_STATES, has_ended, month_of, next_month
from ila_funding.usecases.periods import booked_on, close_period, next_to_close, propose_closing
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState
from ila_kit.testing.fakes import NOON, someone

NOVEMBER, DECEMBER, JANUARY = date(2024, 11, 1), date(2024, 12, 1), date(2025, 1, 1)
KEEPER = ("rate_manager", "rate_approver")


@pytest.fixture
def december(unit, publish_call):
    """A ledger that began in November; it is the fifth of December."""
    publish_call()
    unit.now = datetime(2024, 12, 5, 10, tzinfo=NOON.tzinfo)
    unit.actor = someone(*KEEPER)
    return unit


def closed(unit, month=NOVEMBER):
    period = propose_closing(unit, month)
    unit.actor = someone(*KEEPER)
    return close_period(unit, period.id)


def test_a_month_is_closed_by_another_person_than_who_proposed_it(december):
    period = propose_closing(december, NOVEMBER)
    with pytest.raises(SamePerson):
        close_period(december, period.id)
    december.actor = someone("rate_approver")
    after = close_period(december, period.id)
    assert (after.state, after.closed_by, after.version) == ("closed", december.actor.id, 2)
    assert [one[0] for one in december.audited][-2:] == ["propose_closing", "close_period"]
    with pytest.raises(WrongState):
        close_period(december, period.id)


def test_who_keeps_no_books_closes_none(december):
    period = propose_closing(december, NOVEMBER)
    december.actor = someone("auditor", "payment_checker")
    with pytest.raises(NotYourStep):
        close_period(december, period.id)


def test_months_are_closed_in_their_order_once_they_are_over(december):
    assert next_to_close(december) == NOVEMBER
    for month in (DECEMBER, JANUARY, date(2024, 10, 1)):
        with pytest.raises(PeriodNotNext):
            propose_closing(december, month)
    closed(december)
    assert next_to_close(december) is None
    december.now = datetime(2024, 12, 31, 22, tzinfo=NOON.tzinfo)
    assert next_to_close(december) == DECEMBER


def test_a_month_ends_at_midnight_in_riga():
    assert not has_ended(NOVEMBER, datetime(2024, 11, 30, 21, 59, tzinfo=NOON.tzinfo))
    assert has_ended(NOVEMBER, datetime(2024, 11, 30, 22, tzinfo=NOON.tzinfo))


def test_one_month_has_one_proposal(december):
    propose_closing(december, NOVEMBER)
    with pytest.raises(PeriodProposed):
        propose_closing(december, NOVEMBER)


def test_an_unknown_period_is_missing(december):
    with pytest.raises(Missing):
        close_period(december, uuid7())


def test_a_ledger_without_entries_has_no_month_to_close(unit):
    assert next_to_close(unit) is None


def test_what_happened_in_an_open_month_is_booked_on_its_day_and_in_a_closed_one_late(december):
    day = date(2024, 11, 29)
    assert (booked_on(december, day).effective_on, booked_on(december, day).belongs_to) == (day, None)
    closed(december)
    assert (booked_on(december, day).effective_on, booked_on(december, day).belongs_to) == (None, NOVEMBER)
    assert booked_on(december, date(2024, 12, 4)).effective_on == date(2024, 12, 4)


@pytest.mark.parametrize(
    ("day", "first", "following"),
    [(date(2024, 12, 31), DECEMBER, JANUARY), (date(2024, 2, 29), date(2024, 2, 1), date(2024, 3, 1))],
)
def test_months_by_their_first_days(day, first, following):
    assert (month_of(day), next_month(first)) == (first, following)


def test_the_state_tables_are_these():
    assert PERIOD_STATES.states == {"proposed", "closed"}
    assert LATE_STATES.states == {"queued", "booked", "dismissed"}
    assert LATE_STATES.actions("queued") == ["book", "dismiss"]
    assert LATE_STATES.actions("booked") == LATE_STATES.actions("dismissed") == []


@pytest.fixture
def late() -> LateChange:
    return LateChange(
        id=uuid7(),
        run_id=UUID(int=1),
        belongs_to=NOVEMBER,
        settled_on=date(2024, 11, 29),
        bank_reference="B-1",
        amount=Decimal("608.99"),
        queued_by="checker",
        queued_at=NOON,
    )


def test_a_late_change_is_resolved_once_by_another_person_who_keeps_the_books(late):
    roles, now = frozenset(KEEPER), NOON + timedelta(days=20)
    booked = late.booked("keeper", roles, now)
    assert (booked.state, booked.booked_in, booked.resolved_by) == ("booked", DECEMBER, "keeper")
    dismissed = late.dismissed("keeper", roles, "Nav noticis.", now)
    assert (dismissed.state, dismissed.booked_in, dismissed.reason) == ("dismissed", None, "Nav noticis.")
    for done in (booked, dismissed):
        with pytest.raises(WrongState):
            done.booked("another", roles, now)
    with pytest.raises(SamePerson):
        late.booked("checker", roles, now)
    with pytest.raises(SamePerson):
        replace(late, queued_by="keeper").dismissed("keeper", roles, "Nav noticis.", now)
    with pytest.raises(NotYourStep):
        late.booked("keeper", frozenset({"payment_checker"}), now)
