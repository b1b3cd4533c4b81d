"""What employers and other funds add: who may, what it pays for, and that every cent is in one place."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ila_funding.domain.errors import (
    NothingUnused,
    SamePerson,
    TopUpDayOutOfRange,
    UnknownCall,
    UnknownLearner,
)
from ila_funding.domain.ledger import Account, Reason
from ila_funding.domain.top_up import TOP_UP_STATES, Funder, TopUp, followed, taken
from ila_funding.usecases.top_ups import (
    EXPIRE_TOP_UP,
    AddTopUp,
    add_top_up,
    confirm_top_up,
    expire_top_up,
    reverse_top_up,
)
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.money import CENT
from ila_kit.states import NotYourStep, WrongState
from ila_kit.testing.fakes import NOON, someone

PERSON, EMPLOYER, CALL = UUID(int=1), UUID(int=2), UUID(int=3)
HUNDRED, DAY = Decimal("100.00"), date(2024, 12, 31)
TOPPED = (Account.TOPPED_UP, Account.TOPPED_HELD, Account.TOPPED_COMMITTED, Account.TOPPED_CONSUMED)


@pytest.fixture
def ready(unit, publish_call, call_id):
    """A call, and a learner who opened an account."""
    publish_call()
    unit.indicators.note_account(PERSON, NOON)
    return unit


@pytest.fixture
def wish(call_id) -> AddTopUp:
    return AddTopUp(
        person_id=PERSON,
        call_id=call_id,
        organisation_id=EMPLOYER,
        funder_name="SIA “Paraugs”",
        amount=HUNDRED,
        kinds=[],
        programme_ids=[],
        valid_through=DAY,
    )


def employer():
    return someone("employer_admin", organisation=EMPLOYER)


def active(**changes) -> TopUp:
    top_up = TopUp(
        id=uuid7(),
        person_id=PERSON,
        call_id=CALL,
        funder_kind=Funder.EMPLOYER,
        funder_id=EMPLOYER,
        funder_name="SIA “Paraugs”",
        amount=HUNDRED,
        valid_until=NOON + timedelta(days=30),
        state="active",
        proposed_by="somebody",
        created_at=NOON,
        updated_at=NOON,
    )
    return replace(top_up, **changes)


def test_an_employers_money_is_there_at_once_and_until_its_last_day_in_riga(ready, wish):
    ready.actor = employer()
    top_up = add_top_up(ready, wish)
    assert (top_up.state, top_up.funder_kind, top_up.left) == ("active", Funder.EMPLOYER, HUNDRED)
    assert ready.timers[top_up.id, EXPIRE_TOP_UP].isoformat() == "2024-12-31T22:00:00+00:00"
    moved = ready.ledger.movements[-1]
    assert (moved.reason, moved.source, moved.target) == (Reason.TOP_UP, Account.FUNDER, Account.TOPPED_UP)
    assert [one[0] for one in ready.audited][-2:] == ["add_top_up", "confirm_top_up"]


def test_only_an_administrator_adds_an_employers_money(ready, wish):
    for actor in (someone("employer_admin", organisation=uuid7()), someone("rate_manager")):
        ready.actor = actor
        with pytest.raises(Missing):
            add_top_up(ready, wish)


def test_another_funds_money_waits_for_a_second_person(ready, wish):
    ready.actor = someone("rate_manager", "rate_approver")
    proposed = add_top_up(ready, replace(wish, organisation_id=None))
    assert (proposed.state, proposed.left) == ("proposed", 0)
    assert ready.ledger.movements[-1].reason is Reason.BUDGET
    with pytest.raises(SamePerson):
        confirm_top_up(ready, PERSON, proposed.id)
    ready.actor = someone("rate_manager")
    with pytest.raises(NotYourStep):
        confirm_top_up(ready, PERSON, proposed.id)
    ready.actor = someone("rate_approver")
    assert confirm_top_up(ready, PERSON, proposed.id).left == HUNDRED
    with pytest.raises(WrongState):
        confirm_top_up(ready, PERSON, proposed.id)


def test_who_proposed_a_funds_money_does_not_take_it_back_once_it_is_confirmed(ready, wish):
    ready.actor = proposer = someone("rate_manager", "rate_approver")
    proposed = add_top_up(ready, replace(wish, organisation_id=None))
    ready.actor = someone("rate_approver")
    confirm_top_up(ready, PERSON, proposed.id)
    ready.actor = proposer
    with pytest.raises(SamePerson):
        reverse_top_up(ready, PERSON, proposed.id, "Kļūda.")


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"person_id": uuid7()}, UnknownLearner),
        ({"call_id": uuid7()}, UnknownCall),
        ({"valid_through": date(2024, 11, 20)}, TopUpDayOutOfRange),
        ({"valid_through": date(2030, 1, 1)}, TopUpDayOutOfRange),
    ],
)
def test_what_cannot_be_added_is_refused_by_name(ready, wish, changes, refusal):
    ready.actor = employer()
    with pytest.raises(refusal):
        add_top_up(ready, replace(wish, **changes))
    assert ready.top_ups.rows == {}


def test_a_reversal_gives_the_unused_part_back_once_and_leaves_what_is_used(ready, wish):
    ready.actor = employer()
    top_up = add_top_up(ready, wish)
    used, _, _ = taken(top_up, uuid7(), Decimal("30.00"), NOON)
    ready.top_ups.save(used)
    ended = reverse_top_up(ready, PERSON, top_up.id, "Vairs nestrādā.")
    assert (ended.state, ended.returned, ended.held, ended.left) == ("reversed", 70, 30, 0)
    assert (ready.ledger.movements[-1].amount, ready.ledger.movements[-1].target) == (70, Account.FUNDER)
    assert (top_up.id, EXPIRE_TOP_UP) not in ready.timers
    with pytest.raises(WrongState):
        reverse_top_up(ready, PERSON, top_up.id, "Vēlreiz.")


def test_a_reversal_that_would_give_nothing_is_refused(ready, wish):
    ready.actor = employer()
    top_up = add_top_up(ready, wish)
    ready.top_ups.save(taken(top_up, uuid7(), HUNDRED, NOON)[0])
    with pytest.raises(NothingUnused):
        reverse_top_up(ready, PERSON, top_up.id, "Vairs nestrādā.")


# An employer's money is confirmed as it is added.
LIVES = [
    (kind, state)
    for kind in Funder
    for state in sorted(TOP_UP_STATES.states)
    if (kind, state) != (Funder.EMPLOYER, "proposed")
]
STEPS = {
    "confirm": confirm_top_up,
    "reverse": lambda unit, person, top_up: reverse_top_up(unit, person, top_up, "Vairs nevajag."),
}


def carries_out(unit, action, top_up) -> bool:
    unit.top_ups.save(top_up)
    try:
        STEPS[action](unit, PERSON, top_up.id)
    except (Missing, WrongState, NotYourStep, SamePerson, NothingUnused):
        return False
    return True


@pytest.mark.parametrize(("kind", "state"), LIVES)
@pytest.mark.parametrize("held", [Decimal("0.00"), HUNDRED])
@pytest.mark.parametrize("proposed_by", ["caller", "somebody"])
@pytest.mark.parametrize(
    "roles",
    [["rate_manager", "rate_approver"], ["rate_manager"], ["rate_approver"], ["learner"], ["auditor"]],
)
def test_the_steps_it_names_are_those_that_are_done_and_no_other(
    ready, kind, state, held, proposed_by, roles
):
    for ready.actor in (someone(*roles), employer(), someone("employer_admin", organisation=uuid7())):
        proposer = ready.actor.id if proposed_by == "caller" else proposed_by
        top_up = active(state=state, held=held, funder_kind=kind, proposed_by=proposer)
        done = [action for action in STEPS if carries_out(ready, action, top_up)]
        assert top_up.actions_for(ready.actor.id, ready.actor.roles) == done


def test_what_is_unused_goes_back_by_itself_when_its_time_is_over_and_once(ready, wish):
    machine, ready.actor = ready.actor, employer()
    top_up = add_top_up(ready, wish)
    ready.actor = machine
    expire_top_up(ready, top_up.id)
    assert ready.top_ups.rows[top_up.id].state == "active"
    ready.now = top_up.valid_until
    for _ in range(2):
        expire_top_up(ready, top_up.id)
    ended = ready.top_ups.rows[top_up.id]
    assert (ended.state, ended.returned) == ("expired", HUNDRED)
    backs = [one for one in ready.ledger.movements if one.reason is Reason.TOP_UP_EXPIRY]
    assert [(one.amount, one.target) for one in backs] == [(HUNDRED, Account.FUNDER)]


@pytest.mark.parametrize(
    ("changes", "kind", "pays"),
    [
        ({}, "module", True),
        ({"kinds": ("study_course",)}, "module", False),
        ({"kinds": ("module",)}, "module", True),
        ({"programme_ids": (UUID(int=9),)}, "module", True),
        ({"programme_ids": (UUID(int=8),)}, "module", False),
        ({"kinds": ("study_course",), "programme_ids": (UUID(int=9),)}, "module", True),
        ({"state": "proposed"}, "module", False),
        ({"state": "reversed"}, "module", False),
        ({"held": HUNDRED}, "module", False),
        ({"valid_until": NOON}, "module", False),
    ],
)
def test_it_pays_only_for_what_it_is_for_while_something_is_left(changes, kind, pays):
    assert active(**changes).pays(kind, UUID(int=9), NOON) is pays


def test_a_share_of_an_ended_top_up_goes_back_to_its_funder():
    top_up, use, _ = taken(active(), uuid7(), Decimal("30.00"), NOON)
    ended, _ = top_up.ended("reverse", frozenset({"employer_admin"}), "Vairs nestrādā.", NOON)
    after, gone, moved = followed(ended, use, "release", NOON)
    assert (after.returned, after.held, gone.state) == (HUNDRED, 0, "released")
    assert (moved.target, moved.reverses) == (Account.FUNDER, use.movement_id)


LIVES = st.lists(
    st.tuples(
        st.integers(1, 4_000),
        st.sampled_from([(), ("commit",), ("release",), ("expire",), ("commit", "consume")]),
        st.booleans(),
    ),
    max_size=6,
)


@settings(max_examples=100)
@given(lives=LIVES, ends=st.booleans())
def test_every_cent_of_a_top_up_is_in_one_place_whatever_its_holds_go_through(lives, ends):
    """Its balances are those of its ledger entries, and together with what went back they are its amount."""
    top_up = active(state="proposed")
    top_up, first = top_up.confirmed("somebody", frozenset({"employer_admin"}), NOON)
    movements = [first]
    for cents, steps, back in lives:
        if cents * CENT > top_up.left:
            continue
        top_up, use, moved = taken(top_up, uuid7(), cents * CENT, NOON)
        movements.append(moved)
        for step in (*steps, *(("recover",) if back and steps[-1:] == ("consume",) else ())):
            top_up, use, moved = followed(top_up, use, step, NOON)
            movements.append(moved)
    if ends and top_up.left > 0:
        top_up, back_again = top_up.ended("reverse", frozenset({"employer_admin"}), "Beigas.", NOON)
        movements.append(back_again)
    balance = {
        account: sum(one.change(account) for one in movements) for account in (*TOPPED, Account.FUNDER)
    }
    assert sum(balance.values()) == 0
    kept = (top_up.unused, top_up.held, top_up.committed, top_up.consumed)
    assert tuple(balance[account] for account in TOPPED) == kept
    assert -balance[Account.FUNDER] == top_up.amount - top_up.returned
    assert all(amount >= 0 for amount in kept)


def test_the_state_table_is_this():
    assert TOP_UP_STATES.states == {"proposed", "active", "reversed", "expired"}
    assert TOP_UP_STATES.actions("proposed") == ["confirm", "reverse", "expire"]
    assert TOP_UP_STATES.actions("active") == ["reverse", "expire"]
    assert TOP_UP_STATES.actions("reversed") == TOP_UP_STATES.actions("expired") == []
