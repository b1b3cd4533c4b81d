"""Shapes of registrations over HTTP, and how they are shown."""

from collections.abc import Set as AbstractSet
from typing import Any

from ila_kit.web.schemas import ListQuery, Schema, fields

from ila_identity.domain.attestations import NOTED, RIGHTS, Attestation, Authorisation, Signature
from ila_identity.domain.legal_persons import legal_person_number
from ila_identity.domain.members import Named
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.register_checks import FAILED, LEGAL_PERSONS, OPEN, PASSED, RegisterCheck
from ila_identity.domain.registration_forms import Form
from ila_identity.domain.registrations import APPROVER, REGISTRATION, Registration

STATES = sorted(REGISTRATION.states)
EMAIL = r"[^@\s]{1,64}@[^@\s]{1,189}"
# What each action of the state table is called as a path.
PATHS = {
    "submit": "submission",
    "approve": "approval",
    "refuse": "refusal",
    "return": "return",
    "authorise": "authorisation",
    "check_authorisation": "authorisation-check",
}
VERDICTS = ["passed", "indeterminate", "failed"]


class AdministratorSchema(Schema):
    """The person who is to be the administrator of the institution."""

    given_name = fields.Text(max=200, required=True)
    family_name = fields.Text(max=200, required=True)
    personal_code = fields.Text(max=20, required=True)
    email = fields.Text(max=254, pattern=EMAIL, required=True)


class FormSchema(Schema):
    """The form of a registration."""

    viis_number = fields.Text(max=10, pattern=r"[0-9]{10}", required=True)
    legal_person_number = fields.Text(max=11, pattern=r"[0-9]{11}", required=True)
    administrator = fields.Nested(AdministratorSchema, required=True)
    contact_email = fields.Text(max=254, pattern=EMAIL, required=True)


class NewRegistrationSchema(FormSchema):
    """The form, and whether it is only saved for now."""

    draft = fields.Flag(load_default=False)


class NothingSchema(Schema):
    """A form that says nothing but its file."""


class RegistrationQuery(ListQuery):
    """Filters of the list."""

    status = fields.OneOf(STATES)


class AttestationCheckSchema(Schema):
    """One thing that was looked at in the file, in words; `noted` informs alone.

    `reason` says why it did not pass, `signature` which signature it is about (null: the file).
    """

    name = fields.String(required=True)
    verdict = fields.OneOf([*VERDICTS, NOTED], required=True)
    reason = fields.String(required=True, allow_none=True)
    sentence_lv = fields.String(required=True)
    sentence_en = fields.String(required=True)
    signature = fields.String(required=True, allow_none=True)


class SignatureSchema(Schema):
    """One signature of the file. `signed_at` is the signer's own word; the code is masked.

    `level`: `XAdES-T` or `PAdES-T` with a time stamp, `-LT` with the issuer's word on revocation too.
    """

    place = fields.String(required=True)
    verdict = fields.OneOf(VERDICTS, required=True)
    level = fields.String(required=True)
    signer = fields.String(required=True, allow_none=True)
    signer_code = fields.String(required=True, allow_none=True)
    issuer = fields.String(required=True, allow_none=True)
    signed_at = fields.Instant(required=True, allow_none=True)
    time_stamp_at = fields.Instant(required=True, allow_none=True)


class AttestationSchema(Schema):
    """The signed file, and what its verification found. `level`, `signer`, `signed_at` and `time_stamp_at`
    are those of its first signature.
    """

    name = fields.String(required=True)
    media_type = fields.String(required=True)
    received_at = fields.Instant(required=True)
    verdict = fields.OneOf(VERDICTS, required=True)
    level = fields.String(required=True, allow_none=True)
    signer = fields.String(required=True, allow_none=True)
    signed_at = fields.Instant(required=True, allow_none=True)
    time_stamp_at = fields.Instant(required=True, allow_none=True)
    sha256 = fields.String(required=True)
    checks = fields.List(fields.Nested(AttestationCheckSchema), required=True)
    signatures = fields.List(fields.Nested(SignatureSchema), required=True)


class AuthorisationSchema(Schema):
    """The file by which somebody may sign for the institution; `reason` is that of who looked at it."""

    name = fields.String(required=True)
    media_type = fields.String(required=True)
    sha256 = fields.String(required=True)
    received_at = fields.Instant(required=True)
    checked_at = fields.Instant(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class RegisterCheckSchema(Schema):
    """What a register said about the institution, when, on what ground, and the proof of it.

    One that is not `decisive` stops no approval. `snapshot` is question and answer, signed by the gateway;
    that of legal persons names their representatives, so it is kept sealed and not shown.
    """

    name = fields.String(required=True)
    register = fields.String(required=True)
    verdict = fields.OneOf([PASSED, FAILED, OPEN], required=True)
    decisive = fields.Flag(required=True)
    state = fields.String(required=True, allow_none=True)
    observed_at = fields.Instant(required=True, allow_none=True)
    legal_basis = fields.String(required=True, allow_none=True)
    hash = fields.String(required=True, allow_none=True)
    snapshot = fields.String(required=True, allow_none=True)


class ApprovalSchema(Schema):
    """One approver's word."""

    by = fields.Id(required=True)
    at = fields.Instant(required=True)
    reason = fields.String(required=True)


class DecisionSchema(Schema):
    """How it ended and why."""

    outcome = fields.OneOf(["approved", "returned", "refused"], required=True)
    at = fields.Instant(required=True)
    reason = fields.String(required=True)


class RegistrationSchema(Schema):
    """A registration. `due_at` is the first instant that is too late for an answer, `due_soon` from half a
    day before; `title` is null until the register of institutions has told it.

    `signed_by_right`: the signer is the person named, a representative by register, or authorised; else
    nothing is approved.

    `approvals_given` is for the agency; `actions` are what the caller may do now, by their paths.
    """

    id = fields.Id(required=True)
    status = fields.OneOf(STATES, required=True)
    registrant_id = fields.Id(required=True)
    title = fields.String(required=True, allow_none=True)
    viis_number = fields.String(required=True)
    legal_person_number = fields.String(required=True)
    administrator = fields.Nested(AdministratorSchema, required=True)
    contact_email = fields.String(required=True)
    received_at = fields.Instant(required=True, allow_none=True)
    due_at = fields.Instant(required=True, allow_none=True)
    due_soon = fields.Flag(required=True)
    overdue = fields.Flag(required=True)
    attestation = fields.Nested(AttestationSchema, required=True)
    signed_by_right = fields.OneOf(RIGHTS, required=True)
    authorisation = fields.Nested(AuthorisationSchema, required=True, allow_none=True)
    checks = fields.List(fields.Nested(RegisterCheckSchema), required=True)
    approvals = fields.WholeNumber(min=0, max=10, required=True)
    approvals_needed = fields.WholeNumber(min=1, max=10, required=True)
    approvals_given = fields.List(fields.Nested(ApprovalSchema), required=True)
    decision = fields.Nested(DecisionSchema, required=True, allow_none=True)
    organisation_id = fields.Id(required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)


def read_form(body: dict[str, Any]) -> Form:
    """Return the form a body writes. Raises MalformedPersonalCode or MalformedNumber."""
    named = body["administrator"]
    return Form(
        viis_number=body["viis_number"],
        legal_person_number=legal_person_number(body["legal_person_number"]),
        administrator=Named(
            given_name=named["given_name"],
            family_name=named["family_name"],
            personal_code=PersonalCode.parse(named["personal_code"]),
        ),
        administrator_email=named["email"],
        contact_email=body["contact_email"],
    )


def shown(one: Registration, positions: AbstractSet[str]) -> dict[str, Any]:
    """Return a registration as JSON shows it to somebody in these positions."""
    agency = positions & {APPROVER, "auditor"}
    form, named = one.form, one.form.administrator
    plain = {name: getattr(one, name) for name in RegistrationSchema().fields if hasattr(one, name)}
    return plain | {
        "status": one.state,
        "viis_number": form.viis_number,
        "legal_person_number": form.legal_person_number,
        "administrator": {
            "given_name": named.given_name,
            "family_name": named.family_name,
            "personal_code": named.personal_code.masked(),
            "email": form.administrator_email,
        },
        "contact_email": form.contact_email,
        "attestation": _attestation(one.attestation),
        "authorisation": one.authorisation and _authorisation(one.authorisation),
        "checks": [_check(check) for check in one.checks],
        "approvals": len(one.approvals),
        "approvals_given": list(one.approvals) if agency else [],
        "decision": one.decision
        and {"outcome": one.decision.outcome, "at": one.decision.at, "reason": one.decision.reason},
        "actions": [PATHS.get(action, action) for action in one.actions(positions)],
    }


def _attestation(one: Attestation) -> dict[str, Any]:
    own = ("name", "media_type", "received_at", "verdict", "sha256", "checks")
    first = _signature(one.first) if one.first else {}
    return {
        **{name: getattr(one, name) for name in own},
        **{name: first.get(name) for name in ("level", "signer", "signed_at", "time_stamp_at")},
        "signatures": [_signature(each) for each in one.signatures],
    }


def _signature(one: Signature) -> dict[str, Any]:
    own = ("place", "verdict", "level", "signed_at", "time_stamp_at")
    signer = one.signer
    code = signer.personal_code if signer else None
    return {
        **{name: getattr(one, name) for name in own},
        "signer": signer and signer.name,
        "signer_code": code and code.masked(),
        "issuer": signer and signer.issuer,
    }


def _authorisation(one: Authorisation) -> dict[str, Any]:
    shown = ("name", "media_type", "sha256", "received_at", "checked_at", "reason")
    return {name: getattr(one, name) for name in shown}


def _check(one: RegisterCheck) -> dict[str, Any]:
    proof = ("state", "observed_at", "legal_basis", "hash", "snapshot")
    return {
        "name": one.name,
        "register": one.register,
        "verdict": one.verdict,
        "decisive": one.decisive,
        **{name: getattr(one.answer, name, None) for name in proof},
    } | ({"snapshot": None} if one.register == LEGAL_PERSONS else {})
