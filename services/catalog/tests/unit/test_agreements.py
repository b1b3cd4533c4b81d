"""Agreements: every state, action and role; both signatures; what is published, closed and lapses."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.domain.agreement_text import written
from ila_catalog.domain.agreements import (
    AGENCY,
    PROVIDER,
    Agreement,
    Covered,
    Signing,
    deadline,
    document_hash,
    lapsed,
    loaded,
    over,
    party_of,
    signed,
)
from ila_catalog.domain.call_data import read_call
from ila_catalog.domain.errors import (
    AgreementExists,
    CallNotPublished,
    NoApprovedOffers,
    OffersUndecided,
    OtherDocument,
    PreparerSigns,
    ProviderIsSuspended,
    StandstillNotOver,
)
from ila_catalog.domain.evaluation import Reason, decided
from ila_catalog.domain.parameters import Parameter
from ila_catalog.domain.states import AGREEMENT, BINDING, OFFER, UNDECIDED
from ila_catalog.usecases.agreements import (
    AGREEMENT_DUE,
    EndAgreement,
    PrepareAgreement,
    SignAgreement,
    end_agreement,
    lapse_agreement,
    own_actions,
    prepare_agreement,
    sign_agreement,
)
from ila_kit.actor import EVERYTHING, Actor, Role, Scope, process_actor
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM, NotYourStep, WrongState

MISSION = "prepared signed_by_provider in_force amended ended terminated"
ROLES = sorted(
    {role for step in AGREEMENT.steps.values() for role in step.roles}
    | {"provider_admin", "provider_editor", "call_manager", "commission_chair", "auditor", "platform_admin"}
)
ACTIONS = sorted({action for _, action in AGREEMENT.steps})
OFFICER = Actor(str(uuid7()), (Role("contract_officer"),), "high")
AGENCY_SIGNATORY = Actor(str(uuid7()), (Role("agency_signatory"),), "high")
NOW = datetime(2024, 10, 30, 9, 0, tzinfo=UTC)
DATA = read_call(PackagedFiles().call("call-1"))
UNSIGNED = Agreement(
    id=uuid7(),
    number="IMK-2024/1",
    organisation_id=uuid7(),
    call_id=DATA.id,
    state="prepared",
    version=1,
    prepared_by=OFFICER.id,
    prepared_at=NOW,
    document="Līgums",
    document_sha256=document_hash("Līgums"),
    covered=[],
)


@pytest.fixture
def approved(world):
    """The same world, its offer approved."""
    return with_decision(world, "approved")


def with_decision(world, outcome):
    unit = world.unit
    state = {"approved": "approved", "rejected": "complete"}[outcome]
    world.offer = replace(world.offer, state=outcome, version=world.offer.version + 1)
    world.programme = replace(world.programme, state=state)
    unit.offers.rows[world.offer.id] = world.offer
    unit.programmes.rows[world.programme.id] = world.programme
    reasons = [Reason(criterion="quality", text="Pamatots.")]
    unit.evaluation.add_decision(decided(world.offer.id, outcome, reasons, world.chair, unit.now))
    return world


def signatory(world, organisation=None):
    return Actor(str(uuid7()), (Role("provider_signatory", organisation or world.provider.id),), "high")


def prepare(world, templates, actor=OFFICER):
    world.unit.actor = actor
    command = PrepareAgreement(organisation_id=world.provider.id, call_id=world.call.id)
    return prepare_agreement(world.unit, command, templates)


def sign(world, agreement, actor, sha256=None, scope=EVERYTHING):
    world.unit.actor = actor
    command = SignAgreement(agreement_id=agreement.id, document_sha256=sha256 or agreement.document_sha256)
    return sign_agreement(world.unit, command, scope)


def end(world, agreement, outcome="ended", actor=OFFICER):
    world.unit.actor = actor
    return end_agreement(
        world.unit, EndAgreement(agreement_id=agreement.id, outcome=outcome, reason="Izpildīts.")
    )


def in_force(world, templates):
    agreement = prepare(world, templates)
    sign(world, agreement, signatory(world))
    return sign(world, agreement, AGENCY_SIGNATORY)


def said(unit):
    found = [(event.type.split(".")[1], sequence) for event, sequence in unit.published]
    unit.published.clear()
    return found


class TestTable:
    def test_the_states_are_those_of_the_mission_and_the_named_end_of_silence(self):
        assert AGREEMENT.states == {*MISSION.split(), "lapsed"}

    @pytest.mark.parametrize(("state", "action"), list(product(sorted(AGREEMENT.states), ACTIONS)))
    def test_every_state_action_and_role(self, state, action):
        agreement = replace(UNSIGNED, state=state, demonstration=True)
        wish = Signing(agreement=agreement, person_id=uuid7(), document_sha256=UNSIGNED.document_sha256)
        thing = wish if action.startswith("sign") else agreement
        step = AGREEMENT.steps.get((state, action))
        for role in ROLES:
            if step is None:
                with pytest.raises(WrongState):
                    AGREEMENT.next_state(state, action, {role}, thing)
            elif role not in step.roles:
                with pytest.raises(NotYourStep):
                    AGREEMENT.next_state(state, action, {role}, thing)
            else:
                assert AGREEMENT.next_state(state, action, {role}, thing) == step.target

    def test_a_state_that_waits_ends_by_itself_and_one_that_is_over_stays_over(self):
        assert AGREEMENT.timers.keys() == {"prepared", "signed_by_provider"}
        assert {state for state in AGREEMENT.states if not AGREEMENT.actions(state)} == {
            "ended",
            "terminated",
            "lapsed",
        }

    def test_only_demonstration_data_comes_into_force_unsigned(self, world, covering):
        prepared = covering(world.programme, state="prepared", in_force_at=None)
        with pytest.raises(WrongState):
            loaded(prepared, world.unit.now)
        assert loaded(replace(prepared, demonstration=True), world.unit.now).state == "in_force"

    def test_an_amended_agreement_is_in_force_still(self):
        assert AGREEMENT.next_state("in_force", "amend", {"contract_officer"}) in BINDING
        assert AGREEMENT.next_state("amended", "end", {"contract_officer"}) == "ended"


class TestPreparing:
    def test_it_covers_the_approved_offers_in_a_latvian_text(self, approved, templates):
        agreement = prepare(approved, templates)
        assert (agreement.state, agreement.version, agreement.prepared_by) == ("prepared", 1, OFFICER.id)
        assert agreement.covered == [Covered(programme_id=approved.programme.id, offer_id=approved.offer.id)]
        for words in (
            "SADARBĪBAS LĪGUMS Nr. IMK-2024/1",
            approved.provider.name,
            approved.provider.viis_number,
            "24.10.2024.",
            "«Sistēmu programmēšana»",
            "167 stundas",
            "Nr. 1-2e/24/254, 04.09.2024.",
            "2.3.1.4.i.0/1/23/I/CFLA/001",
        ):
            assert words in agreement.document
        assert "$" not in agreement.document
        assert agreement.document_sha256 == hashlib.sha256(agreement.document.encode()).hexdigest()
        assert approved.unit.timers[agreement.id, AGREEMENT_DUE] == approved.unit.now + timedelta(days=30)
        assert approved.unit.published == []

    def test_an_institution_has_one_per_call(self, approved, templates):
        prepare(approved, templates)
        with pytest.raises(AgreementExists):
            prepare(approved, templates)

    def test_one_that_lapsed_may_be_followed_by_another(self, approved, templates):
        first = prepare(approved, templates)
        approved.unit.agreements.rows[first.id] = replace(first, state="lapsed")
        assert prepare(approved, templates).number == "IMK-2024/2"

    @pytest.mark.parametrize("state", sorted(UNDECIDED))
    def test_it_waits_until_every_offer_is_decided(self, approved, templates, state):
        other = replace(approved.offer, id=uuid7(), state=state)
        approved.unit.offers.rows[other.id] = other
        with pytest.raises(OffersUndecided):
            prepare(approved, templates)

    @pytest.mark.parametrize("state", sorted(OFFER.states - UNDECIDED - {"approved", "final"}))
    def test_offers_that_were_not_approved_are_not_covered(self, approved, templates, state):
        other = replace(approved.offer, id=uuid7(), programme_id=uuid7(), state=state)
        approved.unit.offers.rows[other.id] = other
        assert [one.offer_id for one in prepare(approved, templates).covered] == [approved.offer.id]

    def test_without_an_approved_offer_there_is_none(self, world, templates):
        with_decision(world, "rejected")
        for state in ("rejected", "final"):
            world.unit.offers.rows[world.offer.id] = replace(world.offer, state=state)
            with pytest.raises(NoApprovedOffers):
                prepare(world, templates)

    def test_an_approval_whose_appeal_period_is_over_is_covered_too(self, approved, templates):
        approved.unit.offers.rows[approved.offer.id] = replace(approved.offer, state="final")
        assert prepare(approved, templates).covers(approved.programme.id)

    def test_the_standstill_of_the_call_passes_first(self, approved, templates):
        parameters = approved.call.data.parameters | {"standstill_days": Parameter(value=10, source="test")}
        call = replace(approved.call, data=replace(approved.call.data, parameters=parameters))
        approved.unit.calls.rows[call.id] = call
        # Ten Latvian days over the night of 27.10.2024 are an hour longer than 240 hours.
        until = approved.unit.now + timedelta(days=10, hours=1)
        approved.unit.now = until - timedelta(microseconds=1)
        with pytest.raises(StandstillNotOver):
            prepare(approved, templates)
        approved.unit.now = until
        assert prepare(approved, templates).state == "prepared"

    def test_a_suspended_institution_gets_none(self, approved, templates):
        approved.unit.providers.rows[approved.provider.id] = replace(approved.provider, suspended=True)
        with pytest.raises(ProviderIsSuspended):
            prepare(approved, templates)

    def test_an_institution_or_call_that_there_is_not_is_missing(self, approved, templates):
        for wrong in ({"organisation_id": uuid7()}, {"call_id": uuid7()}):
            ids = {"organisation_id": approved.provider.id, "call_id": approved.call.id} | wrong
            with pytest.raises(Missing):
                prepare_agreement(approved.unit, PrepareAgreement(**ids), templates)

    def test_the_call_says_how_long_a_side_may_take(self, approved):
        data, now = approved.call.data, approved.unit.now
        changed = replace(
            data, parameters=data.parameters | {"agreement_days": Parameter(value=5, source="test")}
        )
        older = replace(
            data, parameters={name: one for name, one in data.parameters.items() if name != "agreement_days"}
        )
        assert deadline(changed, "prepared", now) == now + timedelta(days=5)
        assert deadline(older, "prepared", now) == now + timedelta(days=30)
        assert deadline(data, "in_force", now) is None

    def test_every_kind_and_mode_has_its_words(self, call_data, demonstration, templates):
        for programme in demonstration:
            for mode in ("in_person", "remote", "mixed"):
                text = written(
                    templates,
                    number="1",
                    data=call_data,
                    provider=programme.provider,
                    programmes=[replace(programme, mode=mode)],
                    on=programme.starts_on,
                )
                assert templates.modes[mode] in text
                assert all(part.title in text for part in programme.parts)


class TestSigning:
    def test_the_institution_signs_then_the_agency_and_it_is_in_force(self, approved, templates):
        unit = approved.unit
        agreement = prepare(approved, templates)
        half = sign(approved, agreement, signatory(approved))
        assert (half.state, half.version, half.in_force_at) == ("signed_by_provider", 2, None)
        assert said(unit) == []
        whole = sign(approved, agreement, AGENCY_SIGNATORY)
        assert (whole.state, whole.version, whole.in_force_at) == ("in_force", 3, unit.now)
        assert [one.party for one in whole.signatures] == [PROVIDER, AGENCY]
        assert {one.document_sha256 for one in whole.signatures} == {agreement.document_sha256}
        assert (agreement.id, AGREEMENT_DUE) not in unit.timers
        assert said(unit) == [("agreement_in_force", 3), ("programme_published", 2)]

    def test_its_offers_are_final_and_its_programmes_published(self, approved, templates):
        agreement = in_force(approved, templates)
        assert approved.unit.offers.rows[approved.offer.id].state == "final"
        programme = approved.unit.programmes.rows[approved.programme.id]
        assert (programme.state, programme.agreement_id) == ("published", agreement.id)
        assert programme.published_at == approved.unit.now

    def test_the_agency_does_not_sign_first(self, approved, templates):
        agreement = prepare(approved, templates)
        with pytest.raises(WrongState):
            sign(approved, agreement, AGENCY_SIGNATORY)

    def test_nobody_signs_twice(self, approved, templates):
        agreement = prepare(approved, templates)
        sign(approved, agreement, signatory(approved))
        with pytest.raises(WrongState):
            sign(approved, agreement, signatory(approved))
        sign(approved, agreement, AGENCY_SIGNATORY)
        for actor in (signatory(approved), AGENCY_SIGNATORY):
            with pytest.raises(WrongState):
                sign(approved, agreement, actor)

    @pytest.mark.parametrize("side", [PROVIDER, AGENCY])
    def test_a_signature_over_another_document_is_refused(self, approved, templates, side):
        agreement = prepare(approved, templates)
        if side == AGENCY:
            agreement = sign(approved, agreement, signatory(approved))
        actor = AGENCY_SIGNATORY if side == AGENCY else signatory(approved)
        with pytest.raises(OtherDocument) as refused:
            sign(approved, agreement, actor, sha256=document_hash("cits"))
        assert refused.value.facts == {"document_sha256": agreement.document_sha256}
        assert approved.unit.agreements.rows[agreement.id] == agreement

    def test_the_preparer_does_not_sign_for_the_agency(self, approved, templates):
        both = Actor(str(uuid7()), (Role("contract_officer"), Role("agency_signatory")), "high")
        agreement = prepare(approved, templates, actor=both)
        sign(approved, agreement, signatory(approved))
        with pytest.raises(PreparerSigns):
            sign(approved, agreement, both)
        assert sign(approved, agreement, AGENCY_SIGNATORY).state == "in_force"

    def test_a_signatory_of_the_institution_never_signs_for_the_agency(self, approved, templates):
        both = Actor(
            str(uuid7()),
            (Role("provider_signatory", approved.provider.id), Role("agency_signatory")),
            "high",
        )
        agreement = prepare(approved, templates)
        sign(approved, agreement, both)
        with pytest.raises(WrongState):
            sign(approved, agreement, both)

    def test_a_signatory_of_another_institution_signs_for_nobody(self, approved, templates):
        foreign = signatory(approved, uuid7())
        agreement = prepare(approved, templates)
        with pytest.raises(Missing):
            sign(approved, agreement, foreign, scope=Scope(organisations=frozenset({uuid7()})))
        with pytest.raises(Missing):
            party_of(foreign, approved.provider.id)

    def test_no_machine_signs(self, approved, templates):
        agreement = prepare(approved, templates)
        machine = Actor("svc:portal", (Role("provider_signatory", approved.provider.id),), "high")
        with pytest.raises(NotYourStep):
            sign(approved, agreement, machine)

    def test_a_closed_call_has_nothing_published_any_more(self, approved, templates):
        agreement = sign(approved, prepare(approved, templates), signatory(approved))
        approved.unit.calls.rows[approved.call.id] = replace(approved.call, state="closed")
        with pytest.raises(CallNotPublished):
            sign(approved, agreement, AGENCY_SIGNATORY)

    @given(st.lists(st.sampled_from([PROVIDER, AGENCY]), max_size=6))
    def test_only_provider_then_agency_leads_into_force(self, order):
        agreement, done = UNSIGNED, []
        for party in order:
            wish = Signing(agreement=agreement, person_id=uuid7(), document_sha256=agreement.document_sha256)
            try:
                agreement = signed(agreement, party, wish, DATA, NOW)
                done.append(party)
            except WrongState:
                assert party != [PROVIDER, AGENCY, None][len(done)]
        assert done == [PROVIDER, AGENCY][: len(done)]
        assert (agreement.state == "in_force") is (done == [PROVIDER, AGENCY])


class TestEnding:
    @pytest.mark.parametrize(
        ("outcome", "reason"), [("ended", "fulfilled"), ("terminated", "agreement-terminated")]
    )
    def test_its_programmes_are_closed_and_both_are_told(self, approved, templates, outcome, reason):
        agreement = in_force(approved, templates)
        approved.unit.published.clear()
        ended = end(approved, agreement, outcome)
        assert (ended.state, ended.version, ended.over_reason) == (outcome, 4, "Izpildīts.")
        assert approved.unit.programmes.rows[approved.programme.id].state == "closed"
        about_agreement, about_programme = approved.unit.events
        assert (about_agreement.outcome, about_agreement.ended_at) == (outcome, approved.unit.now)
        assert (about_programme.reason, about_programme.programme_id) == (reason, approved.programme.id)
        assert said(approved.unit) == [("agreement_ended", 4), ("programme_closed", 3)]

    def test_it_ends_once(self, approved, templates):
        agreement = in_force(approved, templates)
        end(approved, agreement)
        for outcome in ("ended", "terminated"):
            with pytest.raises(WrongState):
                end(approved, agreement, outcome)

    def test_one_that_was_never_in_force_does_not_end(self, approved, templates):
        agreement = prepare(approved, templates)
        with pytest.raises(WrongState):
            end(approved, agreement)

    def test_only_the_contract_officer_ends_it(self, approved, templates):
        agreement = in_force(approved, templates)
        for actor in (AGENCY_SIGNATORY, signatory(approved), process_actor("catalog")):
            with pytest.raises(NotYourStep):
                end(approved, agreement, actor=actor)

    def test_the_reason_stays_out_of_the_audit_trail_and_the_events(self, approved, templates):
        end(approved, in_force(approved, templates))
        assert "Izpildīts" not in str(approved.unit.audited) + str(approved.unit.published)


class TestLapsing:
    @pytest.mark.parametrize("signed_first", [False, True])
    def test_silence_of_either_side_lets_it_lapse_once(self, approved, templates, signed_first):
        unit = approved.unit
        agreement = prepare(approved, templates)
        if signed_first:
            unit.now += timedelta(days=29)
            agreement = sign(approved, agreement, signatory(approved))
        unit.actor, unit.now = process_actor("catalog"), agreement.due_at - timedelta(microseconds=1)
        lapse_agreement(unit, agreement.id)
        assert unit.agreements.rows[agreement.id] == agreement
        unit.now = agreement.due_at
        for _ in range(2):
            lapse_agreement(unit, agreement.id)
        gone = unit.agreements.rows[agreement.id]
        assert (gone.state, gone.version, gone.over_at) == ("lapsed", agreement.version + 1, unit.now)
        assert unit.programmes.rows[approved.programme.id].state == "approved"
        assert unit.published == []

    def test_after_it_lapsed_nobody_signs(self, approved, templates):
        agreement = prepare(approved, templates)
        approved.unit.now = agreement.due_at
        lapse_agreement(approved.unit, agreement.id)
        for actor in (signatory(approved), AGENCY_SIGNATORY):
            with pytest.raises(WrongState):
                sign(approved, agreement, actor)

    @pytest.mark.parametrize("state", sorted(AGREEMENT.states - AGREEMENT.timers.keys()))
    def test_what_waits_for_nobody_does_not_lapse(self, world, covering, state):
        assert lapsed(covering(world.programme, state=state), world.unit.now) is None


class TestOwnActions:
    def test_each_sees_the_next_step_that_is_theirs(self, approved, templates):
        agreement = prepare(approved, templates)
        mine = signatory(approved)
        assert own_actions(agreement, mine) == ["sign_for_provider"]
        assert own_actions(agreement, AGENCY_SIGNATORY) == own_actions(agreement, OFFICER) == []
        half = sign(approved, agreement, mine)
        assert own_actions(half, mine) == []
        assert own_actions(half, AGENCY_SIGNATORY) == ["sign_for_agency"]
        whole = sign(approved, half, AGENCY_SIGNATORY)
        assert own_actions(whole, OFFICER) == ["end", "terminate"]
        assert own_actions(whole, process_actor("catalog")) == []


def test_nothing_leads_out_of_what_is_over(world, covering):
    for state in ("ended", "terminated", "lapsed"):
        agreement = covering(world.programme, state=state)
        for outcome in ("ended", "terminated"):
            with pytest.raises(WrongState):
                over(agreement, outcome, "x", ["contract_officer", SYSTEM], world.unit.now)
