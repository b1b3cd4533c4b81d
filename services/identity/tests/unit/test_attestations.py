"""Who may sign an attestation, and what becomes of one that is not signed as it must be."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_identity.domain.attestations import (
    AUTHORISED,
    NAMED,
    REPRESENTATIVE,
    UNPROVEN,
    WAITING,
    Attestation,
    Signature,
    Signer,
    right_of,
)
from ila_identity.domain.errors import (
    ApprovedByYouAlready,
    ApproverNotIndependent,
    AttestationFailed,
    AuthorisationFormat,
    AuthorisationMissing,
    SignerNotEntitled,
)
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.register_checks import INSTITUTIONS, LEGAL_PERSONS
from ila_identity.usecases.approvals import (
    Decide,
    approve_registration,
    check_authorisation,
    keep_register_answers,
    refuse_registration,
    return_registration,
)
from ila_identity.usecases.registrations import (
    ChangeRegistration,
    authorisation_file,
    authorise_signer,
    change_registration,
    submit_registration,
)
from ila_kit.actor import Role, Scope
from ila_kit.errors import Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.registers import RegisterAnswer
from ila_kit.states import NotYourStep, WrongState

REGISTRANT = uuid7()
MINE = Scope(person=REGISTRANT)
NAMED_CODE = PersonalCode.parse("327291-09472")
HEAD, SECOND, STRANGER = "325503-62317", "324404-11111", "329999-22222"


def represented(*people, viis="9900000001", number="40003009497"):
    """Return what the register of legal persons tells, with who may sign together with how many."""
    rows = [{"personal_code": code, "signatures_needed": needed} for code, needed in people]
    return {"number": number, "status": "registered", "viis_numbers": [viis], "representatives": rows}


def tell(world, registration, legal):
    viis = registration.form.viis_number
    institution = {"number": viis, "operating": True, "legal_person_number": legal["number"]}
    answers = {
        INSTITUTIONS: world.answer(institution, key=viis),
        LEGAL_PERSONS: world.answer(legal, key=legal["number"]),
    }
    keep_register_answers(world.unit, registration.id, answers)


def decide(world, registration, use_case=approve_registration, approver=None):
    world.act_as(approver, "user_approver")
    return use_case(world.unit, Decide(registration_id=registration.id, reason="seen by hand"))


def signed_by(*identifiers):
    signatures = [
        Signature(
            place="S0",
            verdict="passed",
            level="XAdES-LT",
            signer=Signer(name="X", identifier=one, country="LV", issuer="I"),
            signed_at=None,
            time_stamp_at=None,
        )
        for one in identifiers
    ]
    return Attestation(
        id=uuid7(),
        name="a.edoc",
        media_type="x",
        sha256="ab",
        verdict="passed",
        received_at=None,
        signatures=tuple(signatures),
    )


def answered(*people):
    return RegisterAnswer(key="4", state="fresh", found=True, answer=represented(*people))


# -- the right to sign


@pytest.mark.parametrize(
    ("identifiers", "people", "right"),
    [
        (["PNOLV-327291-09472"], [], NAMED),
        (["327291-09472"], [], NAMED),
        (["PNOLV-32729109472"], [], NAMED),
        ([f"PNOLV-{HEAD}"], [(HEAD, 1)], REPRESENTATIVE),
        ([f"PNOLV-{HEAD}"], [(HEAD.replace("-", ""), 1)], REPRESENTATIVE),
        ([f"PNOLV-{HEAD}"], [(HEAD, 2), (SECOND, 2)], UNPROVEN),
        ([f"PNOLV-{HEAD}", f"PNOLV-{SECOND}"], [(HEAD, 2), (SECOND, 2)], REPRESENTATIVE),
        ([f"PNOLV-{HEAD}", f"PNOLV-{HEAD}"], [(HEAD, 2), (SECOND, 2)], UNPROVEN),
        ([f"PNOLV-{HEAD}"], [(HEAD, 2), (HEAD, 2), (SECOND, 2)], UNPROVEN),
        ([f"PNOLV-{HEAD}"], [(HEAD, 2), (HEAD.replace("-", ""), 2)], UNPROVEN),
        ([f"PNOLV-{HEAD}"], [(HEAD, 2), (HEAD, 1)], REPRESENTATIVE),
        ([f"PNOLV-{HEAD}"], [(HEAD, True)], UNPROVEN),
        ([f"PNOLV-{STRANGER}"], [(HEAD, 1)], UNPROVEN),
        ([f"PNOLV-{HEAD}"], [(HEAD, 0)], UNPROVEN),
        ([f"PNOEE-{HEAD}"], [(HEAD, 1)], UNPROVEN),
        (["NTRLV-40003009497"], [(HEAD, 1)], UNPROVEN),
        ([""], [("", 1)], UNPROVEN),
        ([], [(HEAD, 1)], UNPROVEN),
    ],
)
def test_the_named_person_signs_or_who_the_register_lets_sign(identifiers, people, right):
    assert right_of(signed_by(*identifiers), NAMED_CODE, answered(*people), None) == right


def test_while_the_register_has_not_answered_only_the_named_person_is_known_to_sign_rightly():
    assert right_of(signed_by(f"PNOLV-{HEAD}"), NAMED_CODE, None, None) == WAITING
    assert right_of(signed_by("PNOLV-327291-09472"), NAMED_CODE, None, None) == NAMED


@given(st.text(), st.lists(st.text(), max_size=3))
def test_no_words_of_a_certificate_give_a_right_that_nobody_gave(identifier, codes):
    people = [(code, 1) for code in codes if code.replace("-", "") not in identifier or not code]
    assert right_of(signed_by(identifier), NAMED_CODE, answered(*people), None) == UNPROVEN


def test_who_signed_is_in_no_repr():
    assert "327291" not in repr(signed_by("PNOLV-327291-09472"))


# -- what it does to a registration


@pytest.mark.parametrize("approver", [None, uuid7()])
def test_what_is_not_signed_as_it_must_be_is_never_approved(world, approver):
    world.verifier.verdict = "failed"
    registration = world.registered(REGISTRANT)
    tell(world, registration, represented((HEAD, 1)))
    with pytest.raises(AttestationFailed):
        decide(world, registration, approver=approver)
    offered = world.unit.registrations.find(registration.id).actions({"user_approver"})
    assert set(offered) == {"refuse", "return"}
    assert decide(world, registration, return_registration).state == "returned"


def test_who_has_no_right_to_sign_stops_the_approval_by_name(world):
    world.verifier.verdict, world.verifier.signers = "passed", [f"PNOLV-{STRANGER}"]
    registration = world.registered(REGISTRANT)
    tell(world, registration, represented((HEAD, 1)))
    with pytest.raises(SignerNotEntitled):
        decide(world, registration)
    assert decide(world, registration, refuse_registration).state == "refused"


def test_a_representative_by_register_signs_for_somebody_else_to_administer(world):
    world.verifier.verdict, world.verifier.signers = "passed", [f"PNOLV-{HEAD}"]
    registration = world.registered(REGISTRANT)
    tell(world, registration, represented((HEAD, 1)))
    assert decide(world, registration).state == "approved"


@pytest.mark.parametrize("use_case", [approve_registration, check_authorisation, return_registration])
def test_who_signed_decides_nothing_about_it_also_with_a_code_they_had_before(world, use_case):
    world.verifier.verdict, world.verifier.signers = "passed", [f"PNOLV-{HEAD}"]
    registration = world.registered(REGISTRANT)
    tell(world, registration, represented((HEAD, 1)))
    signer = world.person(HEAD)
    world.unit.persons.add_code(signer, PersonalCode.parse(SECOND), world.unit.now)
    with pytest.raises(ApproverNotIndependent):
        decide(world, registration, use_case, signer)


def test_an_authorisation_that_changes_takes_back_what_was_approved_with_another_one(world):
    world.verifier.verdict, world.verifier.signers = "indeterminate", [f"PNOLV-{STRANGER}"]
    registration = world.registered(REGISTRANT)
    tell(world, registration, represented((HEAD, 1)))
    authorise_signer(world.unit, registration.id, world.file(), MINE)
    decide(world, registration, check_authorisation)
    assert len(decide(world, registration, approver=uuid7()).approvals) == 1
    authorise_signer(world.unit, registration.id, world.file(name="b.pdf"), MINE)
    decide(world, registration, check_authorisation)
    first = decide(world, registration, approver=uuid7())
    assert (first.state, len(first.approvals)) == ("submitted", 1)


def test_an_authorisation_counts_once_an_approver_has_looked_at_it(world):
    world.verifier.verdict, world.verifier.signers = "passed", [f"PNOLV-{STRANGER}"]
    registration = world.registered(REGISTRANT)
    tell(world, registration, represented((HEAD, 1)))
    authorise_signer(world.unit, registration.id, world.file(name="pilnvara.pdf"), MINE)
    with pytest.raises(SignerNotEntitled):
        decide(world, registration)
    looked_at = Decide(registration_id=registration.id, reason="seen by hand", version=registration.version)
    with pytest.raises(Stale):
        check_authorisation(world.unit, looked_at)
    checked = decide(world, registration, check_authorisation)
    assert (checked.signed_by_right, checked.authorisation.reason) == (AUTHORISED, "seen by hand")
    assert "authorisation_checked" in world.unit.actions()
    with pytest.raises(AuthorisationMissing):
        decide(world, registration, check_authorisation)
    assert decide(world, registration).state == "approved"


def test_another_authorisation_is_looked_at_anew(world):
    world.verifier.verdict, world.verifier.signers = "passed", [f"PNOLV-{STRANGER}"]
    registration = world.registered(REGISTRANT)
    tell(world, registration, represented((HEAD, 1)))
    authorise_signer(world.unit, registration.id, world.file(), MINE)
    decide(world, registration, check_authorisation)
    authorise_signer(world.unit, registration.id, world.file(name="b.pdf"), MINE)
    with pytest.raises(SignerNotEntitled):
        decide(world, registration)
    files = world.unit.registrations.files
    assert len(files) == 3, "the attestation and both authorisations stay"


def test_an_authorisation_does_not_outlive_the_attestation_it_was_for(world):
    world.verifier.signers = [f"PNOLV-{STRANGER}"]
    registration = world.registered(REGISTRANT)
    tell(world, registration, represented((HEAD, 1)))
    authorise_signer(world.unit, registration.id, world.file(), MINE)
    decide(world, registration, check_authorisation)
    returned = decide(world, registration, return_registration)
    command = ChangeRegistration(
        registration_id=returned.id, version=returned.version, form=world.form(), file=world.file()
    )
    changed = change_registration(world.unit, command, MINE, world.verifier)
    assert changed.authorisation is None
    assert submit_registration(world.unit, changed.id, MINE).signed_by_right == WAITING


def test_nobody_but_an_independent_approver_looks_at_an_authorisation(world):
    registration = world.registered(REGISTRANT)
    with pytest.raises(AuthorisationMissing):
        decide(world, registration, check_authorisation)
    authorise_signer(world.unit, registration.id, world.file(), MINE)
    member = world.person("322503-11111", Role("provider_trainer", uuid7()))
    for involved in (REGISTRANT, member):
        with pytest.raises(ApproverNotIndependent):
            decide(world, registration, check_authorisation, involved)
    world.act_as(None, "call_manager")
    with pytest.raises(NotYourStep):
        check_authorisation(world.unit, Decide(registration_id=registration.id, reason="x"))


def test_an_authorisation_is_the_registrants_own_and_comes_before_the_decision(world):
    registration = world.registered(REGISTRANT)
    with pytest.raises(Missing):
        authorise_signer(world.unit, registration.id, world.file(), Scope(person=uuid7()))
    with pytest.raises(AuthorisationFormat):
        authorise_signer(world.unit, registration.id, world.file(name="a.docx"), MINE)
    with pytest.raises(Missing):
        authorisation_file(world.unit, registration.id, MINE)
    authorise_signer(world.unit, registration.id, world.file(data=b"mandate"), MINE)
    assert authorisation_file(world.unit, registration.id, MINE).sha256 == "ab" * 32
    decide(world, registration, refuse_registration)
    with pytest.raises(WrongState):
        authorise_signer(world.unit, registration.id, world.file(), MINE)


def test_an_undecided_signature_takes_two_approvers_also_when_the_signer_may_sign(world):
    registration = world.registered(REGISTRANT)
    tell(world, registration, represented())
    first = uuid7()
    assert decide(world, registration, approver=first).state == "submitted"
    with pytest.raises(ApprovedByYouAlready):
        decide(world, registration, approver=first)
    assert decide(world, registration).state == "approved"


def test_an_approver_is_offered_the_look_only_while_there_is_something_to_look_at(world):
    registration = world.registered(REGISTRANT)
    assert "check_authorisation" not in registration.actions({"user_approver"})
    authorised = authorise_signer(world.unit, registration.id, world.file(), MINE)
    assert "check_authorisation" in authorised.actions({"user_approver"})
    checked = replace(
        authorised, authorisation=authorised.authorisation.checked(uuid7(), "r", world.unit.now)
    )
    assert "check_authorisation" not in checked.actions({"user_approver"})
