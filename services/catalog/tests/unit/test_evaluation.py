"""A commission decides: who declared what, who sees what, and what follows a decision."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.domain.errors import (
    CommissionIncomplete,
    CriterionRepeated,
    EvaluationNotOpen,
    InterestAlreadyDeclared,
    RegisterChecksOpen,
    TooFewDeclarations,
)
from ila_catalog.domain.evaluation import (
    ASSESSORS,
    Commission,
    Declaration,
    Reason,
    appeal_over,
    appointed,
    check_assessors,
    declared,
    may_see,
)
from ila_catalog.domain.phases import EVALUATION, phase_named
from ila_catalog.domain.states import OFFER, SEEN_BY_COMMISSION
from ila_catalog.usecases.evaluation import (
    APPEAL_OVER,
    AppointCommission,
    DecideOffer,
    DeclareInterest,
    appoint_commission,
    decide_offer,
    declare_interest,
    end_appeal_period,
    show_decision,
)
from ila_kit.actor import EVERYTHING, Actor, Role, Scope
from ila_kit.clock import riga_date
from ila_kit.errors import Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState

REASONS = [Reason(criterion="digital_share", text="81 % satura ir digitāls.")]
CALL, PROVIDER = uuid7(), uuid7()
PEOPLE = [uuid7() for _ in range(4)]


def as_chair(world):
    """Let the chair act, now that the offers are in evaluation."""
    world.unit.actor = Actor(str(world.chair), (Role("commission_chair"),), "high")
    return world.unit


def decide(world, outcome="approved", **changes):
    usual = {
        "offer_id": world.offer.id,
        "person_id": world.chair,
        "outcome": outcome,
        "reasons": REASONS,
    }
    return decide_offer(as_chair(world), DecideOffer(**usual | changes))


def declare(world, person, conflict=False, organisation=None):
    command = DeclareInterest(
        call_id=world.call.id,
        person_id=person,
        organisation_id=organisation or world.provider.id,
        conflict=conflict,
    )
    return declare_interest(world.unit, command)


def declaration(person, conflict=False):
    return Declaration(
        id=uuid7(),
        call_id=CALL,
        person_id=person,
        organisation_id=PROVIDER,
        conflict=conflict,
        declared_at=datetime(2024, 10, 15, 9, 0, tzinfo=UTC),
    )


class TestCommission:
    def test_it_is_appointed_in_versions(self, world):
        members = [uuid7(), uuid7()]
        command = AppointCommission(call_id=world.call.id, version=1, members=members, chair=world.chair)
        made = appoint_commission(world.unit, command)
        assert (made.version, made.members, made.chair) == (2, tuple(members), world.chair)
        with pytest.raises(Stale):
            appoint_commission(world.unit, command)

    def test_nobody_is_appointed_to_a_call_that_there_is_not(self, world):
        with pytest.raises(Missing):
            appoint_commission(
                world.unit, AppointCommission(call_id=uuid7(), version=0, members=PEOPLE[:2], chair=PEOPLE[2])
            )

    @given(st.lists(st.sampled_from(PEOPLE), max_size=8), st.sampled_from(PEOPLE))
    def test_two_different_people_beside_the_chair_are_needed_and_none_counts_twice(self, members, chair):
        others = set(members) - {chair}
        if len(others) < ASSESSORS:
            with pytest.raises(CommissionIncomplete):
                appointed(CALL, members, chair, 1)
        else:
            made = appointed(CALL, members, chair, 1)
            assert set(made.members) == others
            assert len(made.members) == len(others)
            assert all(made.has(person) for person in [*members, chair])

    def test_it_is_not_changed_after_evaluation(self, world):
        world.unit.now = world.evaluation.closes_at
        with pytest.raises(EvaluationNotOpen):
            appoint_commission(
                world.unit,
                AppointCommission(call_id=world.call.id, version=1, members=PEOPLE[:2], chair=world.chair),
            )


class TestDeclaring:
    def test_a_member_declares_once_per_institution(self, world):
        one = world.members[0]
        world.unit.evaluation.declared.clear()
        assert declare(world, one).conflict is False
        with pytest.raises(InterestAlreadyDeclared):
            declare(world, one)

    def test_a_conflict_may_turn_up_later_and_never_goes_away(self, world):
        one = world.members[0]
        assert declare(world, one, conflict=True).conflict
        for again in (True, False):
            with pytest.raises(InterestAlreadyDeclared):
                declare(world, one, conflict=again)

    def test_only_members_of_this_commission_declare(self, world):
        for person in (uuid7(), None):
            with pytest.raises(Missing):
                declare(world, person)

    def test_they_declare_about_institutions_that_take_part_and_no_other(self, world):
        with pytest.raises(Missing):
            declare(world, world.members[0], organisation=uuid7())

    def test_after_evaluation_it_is_too_late(self, world):
        world.unit.evaluation.declared.clear()
        world.unit.now = world.evaluation.closes_at - timedelta(microseconds=1)
        declare(world, world.members[0])
        world.unit.now = world.evaluation.closes_at
        with pytest.raises(EvaluationNotOpen):
            declare(world, world.members[1])

    @given(st.lists(st.booleans(), min_size=1, max_size=6))
    def test_whatever_is_said_a_conflict_stays(self, said):
        standing = None
        for conflict in said:
            try:
                standing = declared(standing, declaration(PEOPLE[0], conflict))
            except InterestAlreadyDeclared:
                assert standing is not None
        assert standing.conflict is any(said)


class TestSeeing:
    @given(st.lists(st.tuples(st.sampled_from(PEOPLE), st.booleans()), max_size=6))
    def test_only_who_declared_and_has_no_conflict_sees(self, said):
        commission = appointed(CALL, PEOPLE[:2], PEOPLE[2], 1)
        stands = {person: declaration(person, conflict) for person, conflict in said}
        for person in PEOPLE:
            sees = may_see(person, commission, stands.values())
            mine = stands.get(person)
            assert sees is (person != PEOPLE[3] and mine is not None and not mine.conflict)
        assert not may_see(None, commission, stands.values())

    def test_two_members_beside_the_chair_are_needed_for_a_decision(self):
        commission = appointed(CALL, PEOPLE[:2], PEOPLE[2], 1)
        free = [declaration(person) for person in PEOPLE[:3]]
        check_assessors(commission, free)
        for fewer in (free[:1], free[1:], [free[0], replace(free[1], conflict=True), free[2]]):
            with pytest.raises(TooFewDeclarations):
                check_assessors(commission, fewer)

    def test_who_left_the_commission_counts_no_more(self):
        commission = Commission(call_id=CALL, members=(PEOPLE[0], PEOPLE[3]), chair=PEOPLE[2], version=2)
        with pytest.raises(TooFewDeclarations):
            check_assessors(commission, [declaration(person) for person in PEOPLE[:3]])


class TestDeciding:
    def test_an_approved_offer_approves_its_programme(self, world):
        offer, decision = decide(world)
        assert (offer.state, offer.version) == ("approved", world.offer.version + 1)
        assert world.unit.programmes.rows[offer.programme_id].state == "approved"
        assert world.unit.evaluation.decided == [decision]
        event, sequence = world.unit.published[-1]
        assert (event.type, event.outcome, sequence) == (
            "catalog.offer_decided.v1",
            "approved",
            offer.version,
        )
        assert world.unit.timers[offer.id, APPEAL_OVER] == appeal_over(world.unit.now)

    def test_a_rejected_offer_frees_its_programme(self, world):
        offer, _ = decide(world, "rejected")
        assert offer.state == "rejected"
        assert world.unit.programmes.rows[offer.programme_id].state == "complete"

    def test_the_institution_reads_the_reasons_and_a_foreign_one_nothing(self, world):
        decide(world, "rejected")
        own = Scope(organisations=frozenset({world.provider.id}))
        _, decision = show_decision(world.unit, world.offer.id, own)
        assert decision.reasons == REASONS
        with pytest.raises(Missing):
            show_decision(world.unit, world.offer.id, Scope(organisations=frozenset({uuid7()})))

    def test_before_a_decision_there_is_none_to_read(self, world):
        with pytest.raises(Missing):
            show_decision(world.unit, world.offer.id, EVERYTHING)

    def test_twice_is_refused(self, world):
        decide(world)
        for outcome in ("approved", "rejected"):
            with pytest.raises(WrongState):
                decide(world, outcome)
        assert len(world.unit.evaluation.decided) == 1

    @pytest.mark.parametrize("early", [True, False])
    def test_before_and_after_its_time_it_is_refused(self, world, early):
        just_before = world.evaluation.opens_at - timedelta(microseconds=1)
        world.unit.now = just_before if early else world.evaluation.closes_at
        with pytest.raises(EvaluationNotOpen):
            decide(world)
        assert world.unit.offers.rows[world.offer.id] == world.offer

    def test_a_chair_with_a_conflict_does_not_find_the_offer(self, world):
        declare(world, world.chair, conflict=True)
        with pytest.raises(Missing):
            decide(world)

    def test_a_chair_who_has_not_declared_does_not_find_the_offer(self, world):
        del world.unit.evaluation.declared[world.call.id, world.provider.id, world.chair]
        with pytest.raises(Missing):
            decide(world)

    def test_nobody_but_the_chair_of_this_call_finds_the_offer(self, world):
        for person in (world.members[0], uuid7(), None):
            with pytest.raises(Missing):
                decide(world, person_id=person)

    def test_too_few_members_without_a_conflict_are_told(self, world):
        declare(world, world.members[0], conflict=True)
        with pytest.raises(TooFewDeclarations) as refused:
            decide(world)
        assert refused.value.facts == {"needed": 2, "declared": 1}

    def test_each_criterion_has_one_reason(self, world):
        with pytest.raises(CriterionRepeated):
            decide(world, reasons=[*REASONS, *REASONS])

    def test_what_a_register_has_not_answered_is_not_approved_but_may_be_rejected(self, world):
        world.unit.facts.rows.clear()
        with pytest.raises(RegisterChecksOpen):
            decide(world)
        assert decide(world, "rejected")[0].state == "rejected"

    @pytest.mark.parametrize("state", sorted(OFFER.states - {"in_evaluation"}))
    @pytest.mark.parametrize("outcome", ["approved", "rejected"])
    def test_an_offer_in_any_other_state_is_not_decided(self, world, state, outcome):
        world.unit.offers.rows[world.offer.id] = replace(world.offer, state=state)
        hidden = state not in SEEN_BY_COMMISSION
        # An appeal is decided by an appeal officer, not by the chair.
        expected = Missing if hidden else NotYourStep if state == "contested" else WrongState
        with pytest.raises(expected):
            decide(world, outcome)
        assert world.unit.published == []


class TestAppealPeriod:
    @pytest.mark.parametrize(
        ("decided_at", "too_late_from"),
        [
            ("2024-10-24T09:30:00+00:00", "2024-11-24T22:00:00+00:00"),
            ("2024-10-31T22:30:00+00:00", "2024-12-01T22:00:00+00:00"),
            ("2025-01-31T09:00:00+00:00", "2025-02-28T22:00:00+00:00"),
            ("2024-01-30T09:00:00+00:00", "2024-02-29T22:00:00+00:00"),
            ("2025-03-05T09:00:00+00:00", "2025-04-05T21:00:00+00:00"),
        ],
    )
    def test_it_is_one_month_of_whole_latvian_days(self, decided_at, too_late_from):
        assert appeal_over(datetime.fromisoformat(decided_at)) == datetime.fromisoformat(too_late_from)

    @given(st.integers(0, 10_000_000))
    def test_it_is_never_shorter_than_a_short_month_or_longer_than_a_long_one(self, minutes):
        at = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        days = (riga_date(appeal_over(at)) - riga_date(at)).days
        assert 29 <= days <= 32

    @pytest.mark.parametrize("outcome", ["approved", "rejected"])
    def test_silence_makes_a_decision_final(self, world, outcome):
        offer, _ = decide(world, outcome)
        until = appeal_over(world.unit.now)
        world.unit.now = until - timedelta(microseconds=1)
        end_appeal_period(world.unit, offer.id)
        assert world.unit.offers.rows[offer.id].state == outcome
        world.unit.now = until
        for _ in range(2):
            end_appeal_period(world.unit, offer.id)
        assert world.unit.offers.rows[offer.id].state == "final"
        assert world.unit.offers.rows[offer.id].version == offer.version + 1

    def test_a_contested_decision_waits(self, world):
        offer, _ = decide(world, "rejected")
        world.unit.offers.rows[offer.id] = replace(offer, state="contested")
        world.unit.now = appeal_over(world.unit.now)
        end_appeal_period(world.unit, offer.id)
        assert world.unit.offers.rows[offer.id].state == "contested"


def test_evaluation_of_call_1_is_open_as_the_slide_says(world):
    phase = phase_named(world.call.data.phases, EVALUATION)
    assert riga_date(phase.opens_at).isoformat() == "2024-10-14"
