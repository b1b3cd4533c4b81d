"""What a line may spend: proposed by one person, approved by another, refused by name, and nothing alone."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest
from ila_funding.consumers import TIMERS
from ila_funding.domain.errors import (
    ChangePending,
    LimitBelowUse,
    LineExists,
    NothingChanges,
    SamePerson,
    UnknownCall,
)
from ila_funding.domain.line_change import CHANGE_STATES
from ila_funding.domain.stratum import strata_of
from ila_funding.usecases.budget_lines import RegisterCall, register_call
from ila_funding.usecases.holds import request_hold
from ila_funding.usecases.limits import (
    CHANGE_DUE,
    ProposeLimit,
    ProposeLine,
    approve_change,
    propose_limit,
    propose_line,
    withdraw_change,
)
from ila_kit.actor import Actor, process_actor
from ila_kit.errors import DomainError, Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState
from ila_kit.testing.fakes import someone

PRICE = Decimal("608.99")
MANAGER, APPROVER = someone("rate_manager"), someone("rate_approver")
BOTH = someone("rate_manager", "rate_approver")
STEPS = {
    ("proposed", "approve"): ("approved", {"rate_approver"}),
    ("proposed", "withdraw"): ("withdrawn", {"rate_manager", "rate_approver"}),
    ("proposed", "lapse"): ("lapsed", {"system"}),
}


@pytest.fixture(autouse=True)
def published(publish_call, publish_programme):
    publish_call("2000.00")
    publish_programme()


@pytest.fixture
def propose(unit):
    def ask(limit: str, by: Actor = MANAGER):
        unit.actor = by
        return propose_limit(
            unit, ProposeLimit(line_id=unit.line.id, limit=Decimal(limit), reason="Papildu finansējums.")
        )

    return ask


@pytest.fixture
def approve(unit):
    def decide(change, by: Actor = APPROVER):
        unit.actor = by
        return approve_change(unit, change.line_id, change.id)

    return decide


def money(unit) -> tuple:
    """Return what must stay as it is when something is refused."""
    return tuple(unit.lines.rows.values()), len(unit.ledger.movements), len(unit.published)


def test_a_limit_changes_by_the_word_of_a_second_person_and_the_ledger_follows(unit, propose, approve):
    change = propose("2500.00")
    assert unit.line.limit_amount == Decimal("2000.00")
    decided = approve(change)
    assert (decided.state, decided.proposed_by, decided.decided_by) == ("approved", MANAGER.id, APPROVER.id)
    assert unit.line.limit_amount == Decimal("2500.00")
    assert [one.amount for one in unit.ledger.movements] == [Decimal("2000.00"), Decimal("500.00")]
    assert (change.id, CHANGE_DUE) not in unit.timers
    assert ("approve_line_change", "budget_line", str(unit.line.id)) in [one[:3] for one in unit.audited]


@pytest.mark.parametrize("sessions", ["one", "two"])
@pytest.mark.parametrize(
    "roles", [("rate_approver",), ("rate_manager", "rate_approver"), ("rate_approver", "auditor")]
)
def test_who_proposed_approves_under_no_roles_and_in_no_session(unit, propose, approve, roles, sessions):
    change = propose("2500.00", BOTH)
    before = money(unit)
    again = replace(someone(*roles), id=BOTH.id, session=None if sessions == "one" else "another")
    with pytest.raises(SamePerson):
        approve(change, again)
    assert money(unit) == before
    assert "approve" not in change.actions_for(BOTH.id, BOTH.role_names)


def test_who_only_proposes_approves_nothing_of_others(unit, propose, approve):
    change = propose("2500.00")
    with pytest.raises(NotYourStep):
        approve(change, someone("rate_manager", "call_manager", "payment_releaser"))
    assert unit.line.limit_amount == Decimal("2000.00")


def test_a_second_approval_finds_nothing_to_approve(unit, propose, approve):
    change = propose("2500.00")
    approve(change)
    before = money(unit)
    with pytest.raises(WrongState):
        approve(change, someone("rate_approver"))
    assert money(unit) == before


def test_a_proposal_that_was_withdrawn_or_is_of_another_line_is_not_approved(unit, propose, approve):
    change = propose("2500.00")
    with pytest.raises(Missing):
        approve_change(unit, uuid7(), change.id)
    withdraw_change(unit, change.line_id, change.id)
    with pytest.raises(WrongState):
        approve(change)
    later = propose("3000.00")
    with pytest.raises(WrongState):
        approve(change)
    approve(later)
    assert unit.line.limit_amount == Decimal("3000.00")


def test_a_proposal_made_for_another_limit_than_there_is_now_is_stale(unit, propose, approve):
    change = propose("2500.00")
    unit.lines.set_limit(unit.line.id, Decimal("2100.00"), unit.now)
    before = money(unit)
    with pytest.raises(Stale):
        approve(change)
    assert money(unit) == before


def test_a_limit_below_what_is_used_is_refused_when_proposed_and_when_approved(unit, propose, approve, asked):
    change = propose("700.00")
    with pytest.raises(ChangePending):
        propose("800.00")
    for place in (1, 2):
        unit.actor = process_actor("funding")
        request_hold(unit, asked(place))
    before = money(unit)
    with pytest.raises(LimitBelowUse) as fault:
        approve(change)
    assert fault.value.facts["used"] == str(2 * PRICE)
    assert money(unit) == before
    withdraw_change(unit, change.line_id, change.id)
    with pytest.raises(LimitBelowUse):
        propose("1217.97")
    propose("1217.98")


def test_the_limit_that_there_is_already_is_no_proposal(unit, propose):
    with pytest.raises(NothingChanges):
        propose("2000.00")


def test_a_higher_limit_serves_those_who_wait(unit, propose, approve, asked):
    requests = [asked(place) for place in range(1, 6)]
    for one in requests:
        request_hold(unit, one)
    states = lambda: [unit.requests.rows[one.application_id].state for one in requests]  # noqa: E731
    assert states() == ["granted"] * 3 + ["waiting"] * 2
    approve(propose("2440.00"))
    assert states() == ["granted"] * 4 + ["waiting"]


def test_a_call_told_again_with_another_amount_changes_no_limit(unit, call_id):
    before = money(unit)
    told = replace(unit.calls.get(call_id), sequence=2)
    register_call(unit, RegisterCall(call=told, budget_limit=Decimal("900.00")))
    assert money(unit) == before
    assert unit.calls.get(call_id).budget_limit == Decimal("900.00")
    assert unit.audited[-1][0] == "note_limit_of_call"


def test_a_proposal_that_nobody_decides_lapses(unit, propose, approve):
    change = propose("2500.00")
    unit.now, unit.actor = unit.now + timedelta(days=13), process_actor("funding")
    TIMERS[CHANGE_DUE](unit, change.id)
    assert unit.line_changes.rows[change.id].state == "proposed"
    unit.now += timedelta(days=1)
    for _ in range(2):
        TIMERS[CHANGE_DUE](unit, change.id)
    assert unit.line_changes.rows[change.id].state == "lapsed"
    with pytest.raises(WrongState):
        approve(change)


@pytest.fixture
def propose_part(unit, call_id):
    def ask(stratum: str, limit: str = "650.00", **changes):
        unit.actor = MANAGER
        command = ProposeLine(
            call_id=call_id,
            funding_source="RRF 2.3.1.4.i",
            stratum=stratum,
            limit=Decimal(limit),
            reason="Reģionam.",
        )
        return propose_line(unit, replace(command, **changes))

    return ask


def held_on(unit, request) -> str:
    """Return the stratum of the line that an application's hold is on."""
    unit.actor = process_actor("funding")
    request_hold(unit, request)
    return unit.lines.rows[unit.holds.of_application(request.application_id).line_id].stratum


def test_a_proposed_line_pays_for_nothing_until_it_is_approved(
    unit, propose_part, approve, asked, publish_programme
):
    publish_programme(sequence=2, territory="LV-RIX")
    change = propose_part("territory:LV-RIX")
    assert held_on(unit, asked(1)) == ""
    approve(change)
    assert held_on(unit, asked(2)) == "territory:LV-RIX"


def test_the_most_specific_line_pays_and_one_without_its_own_is_paid_by_the_line_for_all(
    unit, propose_part, approve, asked, publish_programme, programme_id
):
    publish_programme(sequence=2, territory="LV-RIX", family="vocational")
    for stratum in ("family:vocational", "kind:module_set", "territory:LV-JEL", "territory:LV-RIX"):
        approve(propose_part(stratum))
    assert held_on(unit, asked(1)) == "territory:LV-RIX"
    approve(propose_part(f"programme:{programme_id}"))
    assert held_on(unit, asked(2)) == f"programme:{programme_id}"
    publish_programme(sequence=3, programme_id=(other := uuid7()), territory="LV-DGV")
    assert held_on(unit, asked(3, programme_id=other)) == "kind:module_set"


def test_a_line_of_its_own_that_is_full_lets_wait_and_does_not_take_from_the_others(
    unit, propose_part, approve, asked
):
    approve(propose_part("kind:module_set"))
    first, second = asked(1), asked(2)
    assert held_on(unit, first) == "kind:module_set"
    request_hold(unit, second)
    assert unit.requests.rows[second.application_id].state == "waiting"


def test_a_place_has_one_line_and_a_line_belongs_to_a_known_call(unit, propose_part):
    propose_part("kind:module")
    with pytest.raises(LineExists):
        propose_part("kind:module")
    with pytest.raises(LineExists):
        propose_part("")
    with pytest.raises(UnknownCall):
        propose_part("kind:module", call_id=uuid7())


def test_what_catalog_did_not_tell_of_a_programme_is_no_stratum(unit, programme_id):
    programme = unit.programmes.get(programme_id)
    assert strata_of(programme) == (f"programme:{programme_id}", "kind:module_set")


def test_every_step_of_a_change_is_taken_by_its_roles_and_every_other_is_refused():
    roles = [
        "rate_manager",
        "rate_approver",
        "call_manager",
        "auditor",
        "platform_admin",
        "learner",
        "system",
    ]
    for state, action, role in product(CHANGE_STATES.states, ("approve", "withdraw", "lapse"), roles):
        target, allowed = STEPS.get((state, action), (None, set()))
        try:
            found = CHANGE_STATES.next_state(state, action, [role])
        except DomainError as refusal:
            found = refusal.code
        expected = target if role in allowed else "wrong-state" if target is None else "not-your-step"
        assert found == expected, (state, action, role)
    assert CHANGE_STATES.states - set(CHANGE_STATES.timers) == {"approved", "withdrawn", "lapsed"}
