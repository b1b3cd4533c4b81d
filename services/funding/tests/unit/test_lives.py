"""Facts of an application's life, in any order and three times each: the same money at the end."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ila_funding.consumers import HANDLERS, TIMERS
from ila_funding.consumers.applications import commit_on_enrolment, hold_on_eligibility
from ila_funding.domain.ledger import Account
from ila_funding.domain.request import EarlyEnding
from ila_funding.events.published import HoldRefused
from ila_kit.events import Envelope, NotYet
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import NOON

CALL, PROGRAMME, AGREEMENT, ORGANISATION, APPLICATION, PERSON = (uuid7() for _ in range(6))
AT = "2024-11-20T10:00:00.000000Z"
ABOUT = {
    "application_id": str(APPLICATION),
    "person_id": str(PERSON),
    "call_id": str(CALL),
    "programme_id": str(PROGRAMME),
}


def envelope(kind: str, sequence: int, subject: UUID = APPLICATION, /, **data) -> Envelope:
    return Envelope(
        id=uuid7(),
        source=kind.split(".")[0],
        type=f"{kind}.v1",
        subject=str(subject),
        time=NOON,
        sequence=sequence,
        data=data,
    )


def published(limit: str = "700.00", rule: str = "completion_only") -> list[Envelope]:
    """What catalog tells: the call, the programme and its agreement."""
    call = envelope(
        "catalog.call_published",
        1,
        CALL,
        call_id=str(CALL),
        code="call-1",
        title_lv="Pirmais",
        title_en="First",
        funding_source="AF",
        activity="training",
        budget_limit={"amount": limit, "currency": "EUR"},
        hold_days=30,
        opening_mode="first_come",
        drop_out_rule=rule,
    )
    programme = envelope(
        "catalog.programme_published",
        1,
        PROGRAMME,
        programme_id=str(PROGRAMME),
        call_id=str(CALL),
        kind="study_course",
        title_lv="Datortīkli",
        funding_source="AF",
        parts=[{"title": "Datortīkli", "hours": 160}],
        continuing_programme=None,
        agreement_id=str(AGREEMENT),
    )
    of_agreement = {
        "agreement_id": str(AGREEMENT),
        "organisation_id": str(ORGANISATION),
        "call_id": str(CALL),
        "programme_ids": [str(PROGRAMME)],
    }
    agreed = envelope("catalog.agreement_in_force", 3, AGREEMENT, **of_agreement, number="1", in_force_at=AT)
    over = envelope("catalog.agreement_ended", 4, AGREEMENT, **of_agreement, outcome="ended", ended_at=AT)
    return [call, programme, agreed, over]


def eligible(sequence: int, provisional: bool = False) -> Envelope:
    told = {"provisional": provisional, "applied_on": "2024-11-20", "receipt_sequence": 1}
    return envelope("applications.application_found_eligible", sequence, **ABOUT, **told)


def enrolled(sequence: int) -> Envelope:
    return envelope("applications.learner_enrolled", sequence, **ABOUT)


def withdrawn(sequence: int) -> Envelope:
    return envelope("applications.application_withdrawn", sequence, **ABOUT)


def refused(sequence: int) -> Envelope:
    return envelope("applications.application_refused", sequence, **ABOUT)


def expired(sequence: int) -> Envelope:
    return envelope("applications.place_expired", sequence, **ABOUT)


def not_completed(sequence: int) -> Envelope:
    return envelope("applications.learning_not_completed", sequence, **ABOUT)


def verified(sequence: int) -> Envelope:
    return envelope(
        "applications.result_verified",
        sequence,
        **ABOUT,
        organisation_id=str(ORGANISATION),
        completed_on="2025-02-01",
        verified_at=AT,
    )


# How an application may live: the facts told of it, and where its money is at the end.
LIVES = {
    "found eligible": ([eligible(3)], "held", False),
    "found eligible provisionally": ([eligible(3, True)], "held", True),
    "re-checked": ([eligible(3, True), eligible(4)], "held", False),
    "withdrawn": ([eligible(3), withdrawn(4)], None, False),
    "place expired": ([eligible(3), expired(5)], None, False),
    "refused at once": ([refused(3)], None, None),
    "refused after a provisional decision": ([eligible(3, True), refused(4)], None, True),
    "enrolled": ([eligible(3), enrolled(6)], "committed", False),
    "enrolled, then re-checked": ([eligible(3, True), enrolled(6), eligible(7)], "committed", False),
    "enrolled, then refused by the re-check": ([eligible(3, True), enrolled(6), refused(7)], None, True),
    "enrolled, then withdrawn": ([eligible(3), enrolled(6), withdrawn(7)], None, False),
    "enrolled, group cancelled": ([eligible(3), enrolled(6), expired(7)], None, False),
    "enrolled, not completed": ([eligible(3), enrolled(6), not_completed(8)], None, False),
    "completed": ([eligible(3), enrolled(6), verified(9)], "committed", False),
    "refused, contested, found eligible": ([refused(3), eligible(5)], "held", False),
    "refused, contested, enrolled": ([refused(3), eligible(5), enrolled(7)], "committed", False),
    "held, refused, contested, enrolled": (
        [eligible(3, True), refused(4), eligible(6), enrolled(8)],
        "committed",
        False,
    ),
    "held, refused, contested, withdrawn": (
        [eligible(3, True), refused(4), eligible(6), withdrawn(8)],
        None,
        False,
    ),
}


def deliver(unit, envelopes) -> None:
    """Handle envelopes like the inbox does: what waits for a predecessor comes again at the end."""
    while envelopes:
        late = []
        for one in envelopes:
            try:
                HANDLERS[one.type](unit, one)
            except NotYet:
                late.append(one)
        assert len(late) < len(envelopes), f"everything waits for something: {[one.type for one in late]}"
        envelopes = late


def check(unit, state: str | None, provisional: bool | None) -> None:
    """Compare everything that money is kept in with how the life ended."""
    live = [hold for hold in unit.holds.rows.values() if hold.live]
    amount = sum((hold.amount for hold in live), 0)
    assert [hold.state for hold in live] == ([state] if state else [])
    assert [hold.provisional for hold in live] == ([provisional] if state else [])
    assert (unit.line.held, unit.line.committed) == (
        amount if state == "held" else 0,
        amount if state == "committed" else 0,
    )
    for account in (Account.HELD, Account.COMMITTED):
        assert sum(one.change(account) for one in unit.ledger.movements) == getattr(unit.line, account.value)
    assert sum(change for one in unit.ledger.movements for _, change in one.entries()) == 0
    reversals = [one.reverses for one in unit.ledger.movements if one.reverses]
    assert len(reversals) == len(set(reversals))
    assert bool(unit.timers) is (state == "held")
    request = unit.requests.rows[APPLICATION]
    assert (isinstance(request, EarlyEnding) or request.state == "withdrawn") is (state is None)


@pytest.mark.parametrize("life", LIVES)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_life_told_three_times_in_any_order_ends_with_its_money_in_one_place(new_unit, life, data):
    facts, state, provisional = LIVES[life]
    order = data.draw(st.permutations([*published(), *facts] * 3))
    unit = new_unit()
    deliver(unit, order)
    check(unit, state, provisional)


def test_an_ending_older_than_the_enrolment_takes_no_money_back(new_unit):
    unit = new_unit()
    told = [eligible(3, True), enrolled(8), refused(4), eligible(6), enrolled(8)]
    deliver(unit, [*published()[:3], *told])
    check(unit, "committed", False)


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_part_stays_committed_where_the_call_pays_parts(new_unit, data):
    facts = [eligible(3), enrolled(6), not_completed(8)]
    unit = new_unit()
    deliver(unit, data.draw(st.permutations([*published(rule="pro_rata"), *facts] * 3)))
    check(unit, "committed", False)


def test_each_step_of_a_life_is_told_once(new_unit):
    unit = new_unit()
    facts, *_ = LIVES["held, refused, contested, enrolled"]
    deliver(unit, [one for one in [*published(), *facts] for _ in range(3)])
    assert [event.type.split(".")[1] for event in unit.of_money] == [
        "entitlement_granted",
        "funds_held",
        "funds_released",
        "entitlement_granted",
        "funds_held",
        "funds_committed",
    ]
    assert unit.of_money[2].reason == "application-refused"


def test_an_enrolment_whose_hold_expired_is_told_that_there_is_no_money(new_unit):
    unit = new_unit()
    deliver(unit, [*published(), eligible(3)])
    (hold,) = unit.holds.rows.values()
    unit.now = hold.expires_at
    TIMERS["expire-hold"](unit, hold.id)
    deliver(unit, [enrolled(6), enrolled(6), expired(7)])
    (told,) = unit.told(HoldRefused)
    assert (told.reason, told.application_id) == ("hold-not-held", APPLICATION)
    check(unit, None, None)


def test_an_enrolment_is_waited_with_until_there_is_money_for_it(new_unit, change_limit):
    unit = new_unit()
    deliver(unit, [*published(limit="0.01"), eligible(3)])
    with pytest.raises(NotYet):
        commit_on_enrolment(unit, enrolled(6))
    change_limit("500.00", unit)
    deliver(unit, [enrolled(6)])
    check(unit, "committed", False)


def test_what_waits_for_an_agreement_holds_by_the_methodology_it_pinned(new_unit):
    unit = new_unit()
    call, programme, agreed, _ = published()
    deliver(unit, [call, programme])
    with pytest.raises(NotYet):
        hold_on_eligibility(unit, eligible(3))
    deliver(unit, [agreed, eligible(3)])
    (hold,) = unit.holds.rows.values()
    assert hold.methodology_version == "1-2e/24/254"


def test_under_an_agreement_older_than_every_methodology_nothing_is_held(new_unit):
    unit = new_unit()
    call, programme, agreed, _ = published()
    early = replace(agreed, data=agreed.data | {"in_force_at": "2024-09-01T00:00:00Z"})
    deliver(unit, [call, programme, early, eligible(3)])
    assert [event.reason for event in unit.told(HoldRefused)] == ["no-methodology"]


def test_one_who_waits_for_an_agreement_keeps_no_money_from_coming_free(new_unit):
    unit = new_unit()
    call, programme, agreed, _ = published()
    deliver(unit, [call, programme, agreed, eligible(3)])
    second = {"application_id": str(uuid7()), "person_id": str(uuid7()), "receipt_sequence": 2}
    waits = eligible(3)
    deliver(unit, [replace(waits, data=waits.data | second)])
    other = replace(programme, sequence=2, data=programme.data | {"agreement_id": str(uuid7())})
    deliver(unit, [other, withdrawn(4)])
    assert (unit.line.held, len(unit.told(HoldRefused))) == (0, 1)
    assert set(unit.timers) == {(unit.line.id, "serve-waiting")}
