"""Registrations of institutions over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import flask
from ila_kit.errors import Missing
from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import list_of
from ila_kit.web.uploads import UploadedFile, download

from ila_identity.api.registration_alarms import AlarmSchema, shown_alarms
from ila_identity.api.registration_schemas import (
    FormSchema,
    NewRegistrationSchema,
    NothingSchema,
    RegistrationQuery,
    RegistrationSchema,
    read_form,
    shown,
)
from ila_identity.api.schemas import ReasonSchema
from ila_identity.domain import errors
from ila_identity.domain.registrations import Registration
from ila_identity.usecases.approvals import (
    Decide,
    approve_registration,
    check_authorisation,
    refuse_registration,
    return_registration,
)
from ila_identity.usecases.registrations import (
    ChangeRegistration,
    ReceivedFile,
    RegisterInstitution,
    attestation_file,
    authorisation_file,
    authorise_signer,
    change_registration,
    due_registrations,
    list_registrations,
    positions,
    register_institution,
    show_registration,
    submit_registration,
)

PREFIX = "/api/identity/v1/provider-registrations"
registrations = Resource(
    "provider-registrations", __name__, url_prefix=PREFIX, description="Institutions register"
)
FILE, AUTHORISATION = "attestation", "authorisation"
REGISTRANTS = Access(own={"learner"}, acr="high")
READERS = Access(own={"learner"}, any={"user_approver", "auditor"})
WATCHERS = Access(any={"user_approver", "auditor", "platform_admin"})
APPROVERS = Access(any={"user_approver"}, acr="high")
FORM_REFUSALS = [
    errors.MalformedPersonalCode,
    errors.MalformedNumber,
    errors.AttestationFormat,
    errors.InstitutionAlreadyRegistered,
]


@registrations.operation(
    "GET", "", READERS, query=RegistrationQuery, answer=(200, list_of(RegistrationSchema))
)
def get_registrations(call: Call) -> dict[str, Any]:
    """List registrations, newest first or by due time: one's own, or all for approvers and auditors."""
    page = list_registrations(call.unit, page_request(call.query), call.scope)
    return {"items": [shown(one, positions(call.unit, one)) for one in page.items], "next": page.next}


@registrations.operation(
    "POST",
    "",
    REGISTRANTS,
    body=NewRegistrationSchema,
    files=(FILE,),
    answer=(201, RegistrationSchema),
    idempotent=True,
    refusals=FORM_REFUSALS,
)
def post_registration(call: Call) -> Answer:
    """Register an institution with the signed attestation; the agency answers within one working day."""
    if call.scope.person is None:
        raise Missing()
    command = RegisterInstitution(
        registrant_id=call.scope.person,
        form=read_form(call.body),
        file=_received(call.files[FILE]),
        draft=call.body["draft"],
    )
    return _answer(call, register_institution(call.unit, command, call.deps.verifier))


@registrations.operation("GET", "/alarms", WATCHERS, answer=(200, list_of(AlarmSchema)))
def get_alarms(call: Call) -> dict[str, Any]:
    """List what somebody must look after: registrations due soon or late, trusted lists that do not count."""
    lists = call.deps.verifier.alarms(call.unit.now)
    return {"items": shown_alarms(due_registrations(call.unit), lists), "next": None}


@registrations.operation("GET", "/<uuid:registration_id>", READERS, answer=(200, RegistrationSchema))
def get_registration(call: Call, registration_id: UUID) -> Answer:
    """Show a registration."""
    return _answer(call, show_registration(call.unit, registration_id, call.scope))


@registrations.operation(
    "PUT",
    "/<uuid:registration_id>",
    REGISTRANTS,
    body=FormSchema,
    files=(FILE,),
    answer=(200, RegistrationSchema),
    if_match=True,
    refusals=[WrongState, *FORM_REFUSALS],
)
def put_registration(call: Call, registration_id: UUID) -> Answer:
    """Write a draft or a returned registration anew, with its attestation."""
    command = ChangeRegistration(
        registration_id=registration_id,
        version=call.if_match or 0,
        form=read_form(call.body),
        file=_received(call.files[FILE]),
    )
    return _answer(call, change_registration(call.unit, command, call.scope, call.deps.verifier))


@registrations.operation(
    "GET",
    "/<uuid:registration_id>/attestation",
    READERS,
    answer=(200, None),
    media_type="application/octet-stream",
)
def get_attestation(call: Call, registration_id: UUID) -> flask.Response:
    """Hand out the attestation as it was received."""
    attestation = attestation_file(call.unit, registration_id, call.scope)
    return download(call.deps.kept_files.open(attestation.sha256), attestation.name, attestation.media_type)


@registrations.operation(
    "POST",
    "/<uuid:registration_id>/authorisation",
    REGISTRANTS,
    body=NothingSchema,
    files=(AUTHORISATION,),
    answer=(201, RegistrationSchema),
    idempotent=True,
    refusals=[WrongState, errors.AuthorisationFormat],
)
def post_authorisation(call: Call, registration_id: UUID) -> Answer:
    """Add the file by which the signer may sign for the institution; an approver looks at it by hand."""
    file = _received(call.files[AUTHORISATION])
    return _answer(call, authorise_signer(call.unit, registration_id, file, call.scope))


@registrations.operation(
    "GET",
    "/<uuid:registration_id>/authorisation",
    READERS,
    answer=(200, None),
    media_type="application/octet-stream",
)
def get_authorisation(call: Call, registration_id: UUID) -> flask.Response:
    """Hand out the authorisation as it was received."""
    file = authorisation_file(call.unit, registration_id, call.scope)
    return download(call.deps.kept_files.open(file.sha256), file.name, file.media_type)


@registrations.operation(
    "POST",
    "/<uuid:registration_id>/submission",
    REGISTRANTS,
    answer=(200, RegistrationSchema),
    idempotent=True,
    refusals=[WrongState, errors.InstitutionAlreadyRegistered],
)
def post_submission(call: Call, registration_id: UUID) -> Answer:
    """Submit a draft or a returned registration."""
    return _answer(call, submit_registration(call.unit, registration_id, call.scope))


def _decision(
    action: str,
    summary: str,
    use_case: Callable[[Any, Decide], Registration],
    *refusals: Any,
    if_match: bool = False,
) -> None:
    """Register the route of one decision of the agency; `if_match`: about what was looked at, no other."""

    def view(call: Call, registration_id: UUID) -> Answer:
        reason = call.body["reason"]
        command = Decide(registration_id=registration_id, reason=reason, version=call.if_match)
        return _answer(call, use_case(call.unit, command))

    view.__doc__, view.__name__ = summary, f"post_{action.replace('-', '_')}"
    registrations.operation(
        "POST",
        f"/<uuid:registration_id>/{action}",
        APPROVERS,
        body=ReasonSchema,
        answer=(200, RegistrationSchema),
        idempotent=True,
        if_match=if_match,
        refusals=[WrongState, errors.ApproverNotIndependent, *refusals],
    )(view)


_decision(
    "approval",
    "Approve a registration; it takes two approvers where the signature could not be verified.",
    approve_registration,
    errors.AttestationFailed,
    errors.RegisterChecksOpen,
    errors.RegisterChecksFailed,
    errors.SignerNotEntitled,
    errors.ApprovedByYouAlready,
    errors.InstitutionAlreadyRegistered,
    errors.ToxicRoles,
)
_decision(
    "authorisation-check",
    "Note that the uploaded authorisation, looked at by hand, lets the signer sign.",
    check_authorisation,
    errors.AuthorisationMissing,
    if_match=True,
)
_decision("refusal", "Refuse a registration for good.", refuse_registration)
_decision("return", "Give a registration back to be mended.", return_registration)


def _received(file: UploadedFile) -> ReceivedFile:
    return ReceivedFile(name=file.name, media_type=file.media_type, data=file.data, sha256=file.sha256)


def _answer(call: Call, registration: Registration) -> Answer:
    body = shown(registration, positions(call.unit, registration))
    return Answer(body, location=f"{PREFIX}/{registration.id}", version=registration.version)
