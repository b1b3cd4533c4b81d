"""The deadline of offers on ordinary days and on both nights of the clock, with a set clock.

Each line: the last minute as the call writes it in Latvian time, the last instant that is in, and the
first that is out. What is in moves; from the next millisecond on nothing does.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from ila_catalog.domain.errors import FaultyData, OffersClosed, OffersNotOpenYet
from ila_catalog.domain.riga import closing, opening
from ila_catalog.usecases.attachments import Subject, detach
from ila_catalog.usecases.offers import (
    judge_requirements,
    revise_offer,
    show_receipt,
    submit_offer,
    try_submission,
    withdraw_offer,
)

DEADLINES = [
    # until (Riga)        last instant in             first instant out           why
    ("2024-10-11T23:59", "2024-10-11T20:59:59.999Z", "2024-10-11T21:00:00.000Z", "call 1, summer time"),
    ("2024-12-06T23:59", "2024-12-06T21:59:59.999Z", "2024-12-06T22:00:00.000Z", "winter time"),
    (
        "2024-10-26T23:59",
        "2024-10-26T20:59:59.999Z",
        "2024-10-26T21:00:00.000Z",
        "the eve of the longer night",
    ),
    ("2024-10-27T03:30", "2024-10-27T01:30:59.999Z", "2024-10-27T01:31:00.000Z", "a minute that comes twice"),
    (
        "2024-10-27T02:59",
        "2024-10-26T23:59:59.999Z",
        "2024-10-27T00:00:00.000Z",
        "just before the clock goes back",
    ),
    ("2024-10-27T23:59", "2024-10-27T21:59:59.999Z", "2024-10-27T22:00:00.000Z", "the day with 25 hours"),
    (
        "2025-03-29T23:59",
        "2025-03-29T21:59:59.999Z",
        "2025-03-29T22:00:00.000Z",
        "the eve of the shorter night",
    ),
    (
        "2025-03-30T02:59",
        "2025-03-30T00:59:59.999Z",
        "2025-03-30T01:00:00.000Z",
        "the last minute before the gap",
    ),
    (
        "2025-03-30T04:00",
        "2025-03-30T01:00:59.999Z",
        "2025-03-30T01:01:00.000Z",
        "the first minute after the gap",
    ),
    ("2025-03-30T23:59", "2025-03-30T20:59:59.999Z", "2025-03-30T21:00:00.000Z", "the day with 23 hours"),
    ("2024-12-31T23:59", "2024-12-31T21:59:59.999Z", "2024-12-31T22:00:00.000Z", "the turn of the year"),
    ("2028-02-29T23:59", "2028-02-29T21:59:59.999Z", "2028-02-29T22:00:00.000Z", "a leap day"),
]
IDS = [line[3] for line in DEADLINES]


@pytest.fixture
def desk_until(desk):
    """An institution at work an hour before a deadline."""

    def made(until):
        closes = closing(until)
        set_offers(desk, opens_at=closes - timedelta(days=11), closes_at=closes)
        desk.unit.now = closes - timedelta(hours=1)
        return desk

    return made


def set_offers(desk, **window):
    """Have offers taken in another window."""
    phases = [replace(one, **window) if one.name == "offers" else one for one in desk.call.data.phases]
    desk.call = replace(desk.call, data=replace(desk.call.data, phases=phases))
    desk.unit.calls.rows[desk.call.id] = desk.call


def acts_of(desk):
    """What one may do with a draft, a submitted offer, and one that was withdrawn."""
    draft, submitted, withdrawn = desk.ready(), desk.ready(), desk.ready()
    desk.submit(submitted)
    desk.submit(withdrawn)
    withdraw_offer(desk.unit, withdrawn.id, desk.scope)
    file = desk.unit.attachments.of(draft.id)[0]
    subject = Subject(kind="offer", id=draft.id)
    return {
        "attach": lambda: desk.attach(draft),
        "detach": lambda: detach(desk.unit, subject, file.id, desk.scope),
        "change": lambda: desk.write(draft),
        "withdraw": lambda: withdraw_offer(desk.unit, submitted.id, desk.scope),
        "revise": lambda: revise_offer(desk.unit, withdrawn.id, desk.scope),
    }


def at(text):
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(("until", "last", "first", "why"), DEADLINES, ids=IDS)
def test_the_last_millisecond_is_in_and_the_next_is_out(desk_until, until, last, first, why):
    desk = desk_until(until)
    in_time, late = desk.ready(), desk.ready()
    desk.unit.now = at(last)
    _, receipt = submit_offer(desk.unit, in_time.id, desk.scope, desk.signer)
    assert receipt.received_at == at(last)
    desk.unit.now = at(first)
    with pytest.raises(OffersClosed):
        submit_offer(desk.unit, late.id, desk.scope, desk.signer)
    assert (desk.state(in_time), desk.state(late)) == ("submitted", "draft")


@pytest.mark.parametrize(("until", "last", "first", "why"), DEADLINES, ids=IDS)
def test_everything_else_moves_until_then_and_nothing_afterwards(desk_until, until, last, first, why):
    desk = desk_until(until)
    acts = acts_of(desk)
    before = dict(desk.unit.offers.rows), dict(desk.unit.attachments.rows)
    desk.unit.now = at(first)
    for act in acts.values():
        with pytest.raises(OffersClosed):
            act()
    assert (desk.unit.offers.rows, desk.unit.attachments.rows) == before
    desk.unit.now = at(last)
    for act in acts.values():
        act()


@pytest.mark.parametrize(("until", "last", "first", "why"), DEADLINES, ids=IDS)
def test_offers_open_with_the_first_instant_of_their_day(desk_until, until, last, first, why):
    desk = desk_until(until)
    offer = desk.ready()
    opens = opening(f"{until[:10]}T00:00")
    set_offers(desk, opens_at=opens)
    desk.unit.now = opens - timedelta(milliseconds=1)
    with pytest.raises(OffersNotOpenYet):
        desk.submit(offer)
    desk.unit.now = opens
    desk.submit(offer)


@pytest.mark.parametrize("until", ["2025-03-30T03:00", "2025-03-30T03:30", "2025-03-30T03:59"])
def test_a_minute_that_never_comes_is_no_deadline(until):
    with pytest.raises((ValueError, FaultyData)):
        closing(until)


def test_everything_stays_readable_for_ever(desk_until):
    desk = desk_until("2024-10-11T23:59")
    draft, submitted = desk.ready(), desk.ready()
    _, receipt = desk.submit(submitted)
    desk.unit.now = at("2074-10-11T21:00:00Z")
    assert show_receipt(desk.unit, submitted.id, desk.scope) == receipt
    assert "offers-closed" in [fault.code for fault in try_submission(desk.unit, draft.id, desk.scope)]
    for offer in (draft, submitted):
        assert judge_requirements(desk.unit, offer.id, desk.scope)
        assert len(desk.unit.attachments.of(offer.id)) == 4
