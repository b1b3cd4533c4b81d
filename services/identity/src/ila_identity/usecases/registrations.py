"""An institution registers: its registrant writes, changes and submits the form with the attestation."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from uuid import UUID

from ila_kit.actor import EVERYTHING, Scope
from ila_kit.errors import Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.looks import note_look
from ila_kit.store.listing import PageRequest

from ila_identity.domain.attestations import Attestation, Authorisation
from ila_identity.domain.errors import AttestationFormat, AuthorisationFormat, InstitutionAlreadyRegistered
from ila_identity.domain.registration_forms import Form
from ila_identity.domain.registrations import REGISTRANT, Registration
from ila_identity.events.published import PersonalDataViewed
from ila_identity.ports import Listed, SignatureVerifier, Unit
from ila_identity.usecases.deadlines import keep_deadline
from ila_identity.usecases.members import SUPERVISION

REGISTRATION_DUE = "registration_due"
MOST_ALARMS = 200
CONTAINERS = (".edoc", ".asice", ".pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedFile:
    """A file as it was received, with the SHA-256 under which its bytes are kept."""

    name: str
    media_type: str
    data: bytes = field(repr=False)
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterInstitution:
    """A person registers an institution. `draft`: only saved, and submitted later."""

    registrant_id: UUID
    form: Form
    file: ReceivedFile
    draft: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRegistration:
    """The registrant writes the form anew. `version` is the one that was read."""

    registration_id: UUID
    version: int
    form: Form
    file: ReceivedFile


def register_institution(
    unit: Unit, command: RegisterInstitution, verifier: SignatureVerifier
) -> Registration:
    """Store a registration with its attestation as verified, and submit it unless it is a draft.

    A file that is not signed as it must be is taken all the same: its registrant reads why, and mends it.

    Raises AttestationFormat or InstitutionAlreadyRegistered.

    Source: BR-101, BR-102.
    """
    attestation = _verified(unit, command.file, verifier)
    registration = Registration.draft(command.registrant_id, command.form, attestation, unit.now)
    _must_be_free(unit, registration)
    if not command.draft:
        registration = registration.submitted(unit.now)
    unit.registrations.add_attestation(registration.id, attestation)
    unit.registrations.add(registration)
    note(unit, registration, "registration_drafted" if command.draft else "registration_submitted")
    return registration


def change_registration(
    unit: Unit, command: ChangeRegistration, scope: Scope, verifier: SignatureVerifier
) -> Registration:
    """Write a draft or a returned registration anew.

    Raises Missing, Stale, WrongState, AttestationFormat or InstitutionAlreadyRegistered.
    """
    unit.registrations.get(command.registration_id, scope)
    attestation = _verified(unit, command.file, verifier)  # takes time: nobody is locked out meanwhile
    registration = unit.registrations.get(command.registration_id, scope, lock=True)
    if registration.version != command.version:
        raise Stale()
    changed = registration.changed(command.form, attestation, unit.now)
    _must_be_free(unit, changed)
    unit.registrations.add_attestation(changed.id, attestation)
    return keep(unit, changed, "registration_changed")


def submit_registration(unit: Unit, registration_id: UUID, scope: Scope) -> Registration:
    """Submit a draft or a returned registration; the time of the answer runs from now.

    Raises Missing, WrongState or InstitutionAlreadyRegistered.

    Source: BR-103.
    """
    registration = unit.registrations.get(registration_id, scope, lock=True)
    submitted = registration.submitted(unit.now)
    _must_be_free(unit, submitted)
    return keep(unit, submitted, "registration_submitted")


def attestation_file(unit: Unit, registration_id: UUID, scope: Scope) -> Attestation:
    """Return the attestation of a registration, to be handed out; the look is noted. Raises Missing."""
    attestation = unit.registrations.get(registration_id, scope).attestation
    unit.audit("attestation_read", "registration", registration_id, sha256=attestation.sha256)
    return attestation


def authorise_signer(unit: Unit, registration_id: UUID, file: ReceivedFile, scope: Scope) -> Registration:
    """Add the file by which the signer may sign for the institution; an approver looks at it.

    Raises Missing, WrongState or AuthorisationFormat.

    Source: BR-102.
    """
    if not _is_container(file):
        raise AuthorisationFormat()
    registration = unit.registrations.get(registration_id, scope, lock=True)
    authorisation = Authorisation(
        id=uuid7(), name=file.name, media_type=file.media_type, sha256=file.sha256, received_at=unit.now
    )
    authorised = registration.authorised(authorisation, unit.now)
    unit.registrations.add_authorisation(registration.id, authorisation)
    return keep(unit, authorised, "authorisation_added")


def authorisation_file(unit: Unit, registration_id: UUID, scope: Scope) -> Authorisation:
    """Return the authorisation of a registration, to be handed out; the look is noted. Raises Missing."""
    authorisation = unit.registrations.get(registration_id, scope).authorisation
    if authorisation is None:
        raise Missing()
    unit.audit("authorisation_read", "registration", registration_id, sha256=authorisation.sha256)
    return authorisation


def show_registration(unit: Unit, registration_id: UUID, scope: Scope) -> Registration:
    """Return a registration in scope; another's is a look at them. Raises Missing."""
    registration = unit.registrations.get(registration_id, scope)
    _note_look(unit, [registration])
    return registration


def list_registrations(unit: Unit, request: PageRequest, scope: Scope) -> Listed[Registration]:
    """Return a page of registrations in scope, newest first; those of others are a look at them."""
    page = unit.registrations.page(request, scope)
    _note_look(unit, page.items)
    return page


def due_registrations(unit: Unit) -> list[Registration]:
    """Return the submitted registrations whose answer is due soon or late, the most urgent first.

    Source: BR-103.
    """
    waiting = PageRequest(limit=MOST_ALARMS, sort="due_at", filters={"status": "submitted"})
    return [one for one in unit.registrations.page(waiting, EVERYTHING).items if one.due_soon]


def positions(unit: Unit, registration: Registration) -> set[str]:
    """Return what the caller is to a registration: its registrant, and what their roles say."""
    mine = {REGISTRANT} if str(registration.registrant_id) == unit.actor.id else set()
    return mine | unit.actor.role_names


def keep(unit: Unit, registration: Registration, action: str) -> Registration:
    """Store the next version of a registration, with its timer and an audit entry."""
    unit.registrations.save(registration)
    note(unit, registration, action)
    return registration


def note(unit: Unit, registration: Registration, action: str) -> None:
    """Set the timer of a registration's state, also one that is due already, and note what happened."""
    keep_deadline(unit, registration.id, REGISTRATION_DUE, registration.lapses_at)
    details = {"state": registration.state, "version": registration.version}
    details["verdict"] = registration.attestation.verdict
    if registration.decision:
        details["reason"] = registration.decision.reason
    unit.audit(action, "registration", registration.id, **details)


def _note_look(unit: Unit, shown: list[Registration]) -> None:
    registrants = [one.registrant_id for one in shown]
    note_look(unit, PersonalDataViewed, registrants, ["registration"], SUPERVISION)


def _verified(unit: Unit, file: ReceivedFile, verifier: SignatureVerifier) -> Attestation:
    """Return what is known of a received file and of its signatures. Raises AttestationFormat."""
    if not _is_container(file):
        raise AttestationFormat()
    found = verifier.verify(file.data, unit.now)
    return Attestation(
        id=uuid7(),
        name=file.name,
        media_type=file.media_type,
        sha256=file.sha256,
        verdict=found.verdict,
        received_at=unit.now,
        checks=found.checks,
        signatures=found.signatures,
    )


def _is_container(file: ReceivedFile) -> bool:
    return PurePosixPath(file.name).suffix.lower() in CONTAINERS


def _must_be_free(unit: Unit, registration: Registration) -> None:
    """Refuse an institution that is on the platform, or that another open registration is about."""
    number = registration.form.viis_number
    unit.registrations.lock_institution(number)
    other = unit.registrations.live(number)
    if unit.organisations.by_number(number) or (other and other.id != registration.id):
        raise InstitutionAlreadyRegistered(viis_number=number)
