"""An institution registers, and the agency decides: by whom, when, and on what grounds."""

from datetime import timedelta

import pytest
from ila_identity.domain.errors import (
    ApprovedByYouAlready,
    ApproverNotIndependent,
    AttestationFormat,
    InstitutionAlreadyRegistered,
    MalformedNumber,
    RegisterChecksFailed,
    RegisterChecksOpen,
    ToxicRoles,
)
from ila_identity.domain.legal_persons import legal_person_number
from ila_identity.domain.register_checks import FAILED, INSTITUTIONS, LEGAL_PERSONS, OPEN, PASSED
from ila_identity.domain.registrations import LAPSED, WARNED_BEFORE
from ila_identity.events.published import ProviderApproved, RoleGranted
from ila_identity.usecases.approvals import (
    Decide,
    approve_registration,
    keep_register_answers,
    refuse_registration,
    registration_due,
    return_registration,
)
from ila_identity.usecases.registrations import (
    REGISTRATION_DUE,
    ChangeRegistration,
    RegisterInstitution,
    attestation_file,
    change_registration,
    register_institution,
    submit_registration,
)
from ila_kit.actor import Role, Scope
from ila_kit.errors import Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState

VIIS, LEGAL_PERSON, CODE = "9900000001", "40003009497", "327291-09472"
INSTITUTION = {
    "number": VIIS,
    "title": "Paraugu koledža 01",
    "type": "Koledža",
    "seat": "Paraugu iela 1, Rīga, LV-1001",
    "territory": "LV-RIX",
    "territory_title": "Rīga",
    "accredited": True,
    "operating": True,
    "legal_person_number": LEGAL_PERSON,
}
LEGAL = {"number": LEGAL_PERSON, "title": "SIA Paraugs", "status": "registered", "viis_numbers": [VIIS]}
REGISTRANT = uuid7()
MINE = Scope(person=REGISTRANT)


def tell(world, registration, institution=INSTITUTION, legal=LEGAL):
    """Have both registers answer."""
    answers = {
        INSTITUTIONS: world.answer(institution, key=VIIS),
        LEGAL_PERSONS: world.answer(legal, key=LEGAL_PERSON),
    }
    keep_register_answers(world.unit, registration.id, answers)


def decide(world, registration, use_case=approve_registration, approver=None, reason="the register says so"):
    world.act_as(approver, "user_approver")
    return use_case(world.unit, Decide(registration_id=registration.id, reason=reason))


@pytest.fixture
def submitted(world):
    """A submitted registration about which the registers have answered."""
    registration = world.registered(REGISTRANT)
    tell(world, registration)
    return registration


def test_a_submitted_registration_waits_for_an_answer_within_one_working_day(world):
    registration = world.registered(REGISTRANT)
    assert registration.state == "submitted"
    assert registration.attestation.verdict == "indeterminate"
    assert registration.received_at == world.unit.now
    assert world.unit.timers[registration.id, REGISTRATION_DUE] == registration.due_at - WARNED_BEFORE
    assert world.unit.registrations.files[registration.attestation.id] == "ab" * 32


def test_nothing_personal_goes_into_the_audit_trail_or_a_repr(world):
    registration = world.registered(REGISTRANT)
    shown = str(world.unit.audited) + repr(registration)
    assert not any(secret in shown for secret in ("Ilona", "Priede", "09472", "ilona@"))


def test_two_approvers_make_it_an_organisation_whose_administrator_waits_for_the_first_sign_in(
    world, submitted
):
    first, second = uuid7(), uuid7()
    endorsed = decide(world, submitted, approver=first)
    assert (endorsed.state, len(endorsed.approvals)) == ("submitted", 1)
    assert world.unit.events == []
    approved = decide(world, submitted, approver=second)
    assert (approved.state, approved.decision.by) == ("approved", second)
    told = next(event for event in world.unit.events if isinstance(event, ProviderApproved))
    assert told.approved_by == [first, second]
    assert (told.title, told.institution_type, told.territory) == ("Paraugu koledža 01", "Koledža", "LV-RIX")
    assert (told.registration_id, told.organisation_id) == (approved.id, approved.organisation_id)
    assert (approved.id, REGISTRATION_DUE) not in world.unit.timers
    assert [member.state for member in world.unit.members.of(told.organisation_id)] == ["confirmed"]
    administrator = world.person(CODE)
    assert world.unit.roles.held(administrator) == [Role("provider_admin", told.organisation_id)]
    assert [member.person_id for member in world.unit.members.of(told.organisation_id)] == [administrator]


def test_an_administrator_who_is_known_holds_the_role_at_once(world, submitted):
    administrator = world.person(CODE)
    decide(world, submitted)
    approved = decide(world, submitted)
    assert world.unit.roles.held(administrator) == [Role("provider_admin", approved.organisation_id)]
    assert [event.person_id for event in world.unit.events if isinstance(event, RoleGranted)] == [
        administrator
    ]


def test_an_administrator_who_evaluates_offers_is_refused(world, submitted):
    world.person(CODE, Role("commission_member"))
    decide(world, submitted)
    with pytest.raises(ToxicRoles):
        decide(world, submitted)


def test_the_second_approval_is_another_persons(world, submitted):
    approver = uuid7()
    decide(world, submitted, approver=approver)
    with pytest.raises(ApprovedByYouAlready):
        decide(world, submitted, approver=approver)


def test_one_approver_is_enough_where_the_signature_was_verified(world, submitted):
    world.verifier.verdict = "passed"
    decide(world, submitted, refuse_registration)
    again = world.registered(REGISTRANT)
    tell(world, again)
    assert again.approvals_needed == 1
    assert decide(world, again).state == "approved"


@pytest.mark.parametrize("use_case", [approve_registration, refuse_registration, return_registration])
def test_who_belongs_to_an_institution_decides_nothing(world, submitted, use_case):
    administrator = world.person(CODE)
    member = world.person("322503-11111", Role("provider_trainer", uuid7()))
    for involved in (REGISTRANT, administrator, member):
        with pytest.raises(ApproverNotIndependent):
            decide(world, submitted, use_case, involved)
    assert world.unit.registrations.find(submitted.id).state == "submitted"


@pytest.mark.parametrize("use_case", [approve_registration, refuse_registration, return_registration])
def test_another_role_of_the_agency_decides_nothing(world, submitted, use_case):
    world.act_as(None, "call_manager")
    with pytest.raises(NotYourStep):
        use_case(world.unit, Decide(registration_id=submitted.id, reason="why not"))


def test_while_a_register_has_not_answered_nothing_is_approved_and_everything_else_goes_on(world):
    registration = world.registered(REGISTRANT)
    keep_register_answers(world.unit, registration.id, {INSTITUTIONS: world.answer(INSTITUTION)})
    with pytest.raises(RegisterChecksOpen) as refusal:
        decide(world, registration)
    assert all(name.startswith("legal_person") for name in refusal.value.facts["checks"])
    asked = world.unit.registrations.find(registration.id)
    assert asked.questions == {LEGAL_PERSONS: LEGAL_PERSON}
    assert asked.ask_at > world.unit.now
    tell(world, registration)
    assert world.unit.registrations.find(registration.id).ask_at is None
    assert decide(world, registration, return_registration).state == "returned"


@pytest.mark.parametrize(
    ("institution", "legal", "failing"),
    [
        (None, LEGAL, "institution_known"),
        (INSTITUTION | {"operating": False}, LEGAL, "institution_operating"),
        (
            INSTITUTION | {"legal_person_number": "40003000642"},
            LEGAL,
            "institution_of_legal_person",
        ),
        (INSTITUTION, None, "legal_person_known"),
        (INSTITUTION, LEGAL | {"status": "liquidated"}, "legal_person_registered"),
        (INSTITUTION, LEGAL | {"viis_numbers": ["9900000002"]}, "legal_person_holds_institution"),
        (INSTITUTION, LEGAL | {"viis_numbers": None}, "legal_person_holds_institution"),
    ],
)
def test_a_register_that_says_no_stops_the_approval(world, institution, legal, failing):
    registration = world.registered(REGISTRANT)
    tell(world, registration, institution, legal)
    with pytest.raises(RegisterChecksFailed) as refusal:
        decide(world, registration)
    assert failing in refusal.value.facts["checks"]
    assert decide(world, registration, refuse_registration).state == "refused"


def test_what_only_informs_stops_no_approval(world):
    registration = world.registered(REGISTRANT)
    tell(world, registration, INSTITUTION | {"accredited": False})
    verdicts = {check.name: check.verdict for check in world.unit.registrations.find(registration.id).checks}
    assert verdicts.pop("institution_accredited") == FAILED
    assert set(verdicts.values()) == {PASSED}
    assert decide(world, registration).state == "submitted"


@pytest.mark.parametrize(
    "answer",
    [
        {"told": INSTITUTION | {"number": "9900000002"}, "key": VIIS},
        {"told": {}, "key": VIIS},
        {"told": None, "key": VIIS, "state": "unavailable"},
        {"told": None, "key": "9900000002"},
    ],
    ids=["another institution", "garbage", "down", "the number of before a change"],
)
def test_an_answer_that_says_nothing_of_this_institution_leaves_the_check_open(world, answer):
    registration = world.registered(REGISTRANT)
    told = world.answer(**answer)
    keep_register_answers(world.unit, registration.id, {INSTITUTIONS: told})
    verdicts = {check.verdict for check in world.unit.registrations.find(registration.id).checks}
    assert verdicts == {OPEN}


def test_an_answer_after_the_decision_changes_nothing(world, submitted):
    refused = decide(world, submitted, refuse_registration)
    tell(world, submitted)
    assert world.unit.registrations.find(submitted.id) == refused


def test_a_returned_registration_is_mended_and_submitted_again_and_nothing_counts_from_before(
    world, submitted
):
    decide(world, submitted)
    decide(world, submitted, return_registration, reason="the signer has no right to sign")
    command = ChangeRegistration(
        registration_id=submitted.id,
        version=world.unit.registrations.find(submitted.id).version,
        form=world.form(contact_email="other@paraugs.example"),
        file=world.file(name="b.PDF"),
    )
    changed = change_registration(world.unit, command, MINE, world.verifier)
    assert (changed.state, changed.attestation.name) == ("returned", "b.PDF")
    world.unit.now += timedelta(days=3)
    again = submit_registration(world.unit, submitted.id, MINE)
    assert (again.state, again.approvals, again.decision) == ("submitted", (), None)
    assert {check.verdict for check in again.checks} == {OPEN}
    assert again.due_at > submitted.due_at


def test_a_change_of_an_older_version_is_refused(world):
    draft = world.registered(REGISTRANT, draft=True)
    command = ChangeRegistration(
        registration_id=draft.id, version=draft.version + 1, form=world.form(), file=world.file()
    )
    with pytest.raises(Stale):
        change_registration(world.unit, command, MINE, world.verifier)


def test_what_is_submitted_or_over_is_not_changed(world, submitted):
    for state in ("submitted", "refused"):
        row = world.unit.registrations.find(submitted.id)
        command = ChangeRegistration(
            registration_id=row.id, version=row.version, form=world.form(), file=world.file()
        )
        assert row.state == state
        with pytest.raises(WrongState):
            change_registration(world.unit, command, MINE, world.verifier)
        with pytest.raises(WrongState):
            submit_registration(world.unit, row.id, MINE)
        if state == "submitted":
            decide(world, submitted, refuse_registration)


def test_a_foreign_registration_is_not_there(world, submitted):
    other = Scope(person=uuid7())
    for see in (submit_registration, attestation_file):
        with pytest.raises(Missing):
            see(world.unit, submitted.id, other)


def test_an_institution_is_registered_once(world, submitted):
    with pytest.raises(InstitutionAlreadyRegistered):
        world.registered(uuid7())
    with pytest.raises(InstitutionAlreadyRegistered):
        world.registered(uuid7(), draft=True)
    decide(world, submitted)
    decide(world, submitted)
    with pytest.raises(InstitutionAlreadyRegistered):
        world.registered(uuid7())


def test_a_draft_keeps_nobody_else_out_and_comes_too_late_then(world):
    draft = world.registered(REGISTRANT, draft=True)
    assert (draft.state, draft.due_at) == ("draft", None)
    world.registered(uuid7())
    with pytest.raises(InstitutionAlreadyRegistered):
        submit_registration(world.unit, draft.id, MINE)


def test_a_refused_institution_may_register_again(world, submitted):
    decide(world, submitted, refuse_registration)
    assert world.registered(uuid7()).state == "submitted"


def test_half_a_day_before_it_is_due_it_is_said_to_be_due_soon(world, submitted):
    world.unit.now = submitted.due_at - WARNED_BEFORE
    registration_due(world.unit, submitted.id)
    hurried = world.unit.registrations.find(submitted.id)
    assert (hurried.due_soon, hurried.overdue) == (True, False)
    assert "registration_due_soon" in world.unit.actions()
    assert world.unit.timers[submitted.id, REGISTRATION_DUE] == submitted.due_at
    world.unit.now = submitted.due_at
    registration_due(world.unit, submitted.id)
    assert world.unit.registrations.find(submitted.id).overdue


def test_an_answer_that_does_not_come_in_time_is_noted_once_and_can_still_be_given(world, submitted):
    registration_due(world.unit, submitted.id)
    assert not world.unit.registrations.find(submitted.id).overdue
    world.unit.now = submitted.due_at
    registration_due(world.unit, submitted.id)
    late = world.unit.registrations.find(submitted.id)
    assert (late.state, late.overdue) == ("submitted", True)
    assert world.unit.actions().count("registration_overdue") == 1
    assert (submitted.id, REGISTRATION_DUE) not in world.unit.timers
    decide(world, submitted)
    assert decide(world, submitted).overdue


def test_one_that_was_late_and_is_given_back_still_ends_by_itself(world, submitted):
    world.unit.now = submitted.due_at
    registration_due(world.unit, submitted.id)
    decide(world, submitted, return_registration)
    assert (submitted.id, REGISTRATION_DUE) in world.unit.timers


def test_a_register_that_answers_after_the_due_time_does_not_hide_that_it_passed(world, submitted):
    world.unit.now = submitted.due_at + timedelta(days=1)
    keep_register_answers(world.unit, submitted.id, {INSTITUTIONS: world.answer(INSTITUTION)})
    assert (submitted.id, REGISTRATION_DUE) in world.unit.timers
    registration_due(world.unit, submitted.id)
    assert world.unit.registrations.find(submitted.id).overdue


@pytest.mark.parametrize(("state", "days"), [("draft", 90), ("returned", 30)])
def test_what_nobody_goes_on_with_ends_by_itself(world, state, days):
    registration = world.registered(REGISTRANT, draft=state == "draft")
    if state == "returned":
        decide(world, registration, return_registration)
    due = world.unit.now + timedelta(days=days)
    assert world.unit.timers[registration.id, REGISTRATION_DUE] == due
    world.unit.now = due
    registration_due(world.unit, registration.id)
    ended = world.unit.registrations.find(registration.id)
    assert (ended.state, ended.decision.reason, ended.decision.by) == ("refused", LAPSED, None)


def test_the_attestation_is_handed_out_as_it_came_and_the_look_is_noted(world, submitted):
    attestation = attestation_file(world.unit, submitted.id, MINE)
    assert (attestation.name, attestation.sha256) == ("a.edoc", "ab" * 32)
    assert "attestation_read" in world.unit.actions()


@pytest.mark.parametrize("name", ["a.docx", "edoc", "a.edoc.exe", "pdf"])
def test_a_file_that_carries_no_signature_is_refused(world, name):
    command = RegisterInstitution(registrant_id=REGISTRANT, form=world.form(), file=world.file(name=name))
    with pytest.raises(AttestationFormat):
        register_institution(world.unit, command, world.verifier)


@pytest.mark.parametrize("text", ["40003009498", "32272909472", "12345678901", "4000300949", ""])
def test_a_number_that_is_no_legal_persons_is_refused(text):
    with pytest.raises(MalformedNumber):
        legal_person_number(text)
    assert legal_person_number(LEGAL_PERSON) == LEGAL_PERSON
