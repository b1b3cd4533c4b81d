"""The agency decides about registrations; an approved one makes an organisation with an administrator."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from ila_kit.actor import EVERYTHING
from ila_kit.errors import Stale
from ila_kit.ids import uuid7
from ila_kit.registers import RegisterAnswer
from ila_kit.states import SYSTEM

from ila_identity.domain.errors import ApproverNotIndependent, InstitutionAlreadyRegistered
from ila_identity.domain.organisations import Organisation
from ila_identity.domain.registrations import LAPSED, Registration
from ila_identity.domain.roles import PROVIDER
from ila_identity.events.published import ProviderApproved
from ila_identity.ports import Unit
from ila_identity.usecases.mandates import admit_administrator
from ila_identity.usecases.registrations import keep

log = logging.getLogger(__name__)
CHECKED = "registration_checked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decide:
    """An approver decides about a registration, with a written reason.

    `version`: the one that was looked at; None where it does not matter which.
    """

    registration_id: UUID
    reason: str
    version: int | None = None


def approve_registration(unit: Unit, command: Decide) -> Registration:
    """Approve a registration; one whose signature could not be verified needs a second approver.

    With the last approval the organisation works on the platform, and the person named is its
    administrator: now, or from their first sign-in on. Raises Missing, WrongState, NotYourStep,
    ApproverNotIndependent, AttestationFailed, RegisterChecksOpen, RegisterChecksFailed,
    SignerNotEntitled, ApprovedByYouAlready, InstitutionAlreadyRegistered or ToxicRoles.

    Source: BR-101, BR-102, BR-103, BR-104.
    """
    registration = _to_decide(unit, command)
    by, roles = UUID(unit.actor.id), unit.actor.role_names
    approved = registration.approved(by, roles, command.reason, unit.now)
    if approved.state != "approved":
        return keep(unit, approved, "registration_endorsed")
    return keep(unit, _admit(unit, approved), "registration_approved")


def check_authorisation(unit: Unit, command: Decide) -> Registration:
    """Note, with a reason, that the uploaded file lets the signer sign for the institution.

    Raises Missing, Stale (another file may have come since), WrongState, NotYourStep,
    ApproverNotIndependent or AuthorisationMissing.

    Source: BR-102.
    """
    registration = _to_decide(unit, command)
    if command.version not in (None, registration.version):
        raise Stale()
    by, roles = UUID(unit.actor.id), unit.actor.role_names
    checked = registration.authorisation_checked(by, roles, command.reason, unit.now)
    unit.audit(
        "authorisation_checked",
        "registration",
        checked.id,
        reason=command.reason,
        sha256=checked.authorisation.sha256 if checked.authorisation else None,
    )
    return keep(unit, checked, "registration_authorised")


def return_registration(unit: Unit, command: Decide) -> Registration:
    """Give a registration back to be mended.

    Raises Missing, WrongState, NotYourStep or ApproverNotIndependent.
    """
    return _end(unit, command, "return", "registration_returned")


def refuse_registration(unit: Unit, command: Decide) -> Registration:
    """Refuse a registration for good.

    Raises Missing, WrongState, NotYourStep or ApproverNotIndependent.
    """
    return _end(unit, command, "refuse", "registration_refused")


def registration_due(unit: Unit, registration_id: UUID) -> None:
    """Note that an answer is due soon or late, or end what nobody went on with.

    Source: BR-103, BR-605.
    """
    registration = unit.registrations.get(registration_id, EVERYTHING, lock=True)
    if registration.lapses_at is None or registration.lapses_at > unit.now:
        return
    if registration.state == "submitted":
        late = registration.noted_late(unit.now)
        alarm = "registration_overdue" if late.overdue else "registration_due_soon"
        log.error("a registration waits for its decision", extra={"alarm": alarm, "registration": late.id})
        keep(unit, late, alarm)
    else:
        ended = registration.ended("lapse", {SYSTEM}, None, LAPSED, unit.now)
        keep(unit, ended, "registration_lapsed")


def keep_register_answers(unit: Unit, registration_id: UUID, answers: Mapping[str, RegisterAnswer]) -> None:
    """Store what registers told about an institution; it may have been decided meanwhile."""
    registration = unit.registrations.get(registration_id, EVERYTHING, lock=True)
    if registration.state == "submitted":
        keep(unit, registration.told(answers, unit.now), CHECKED)


def _end(unit: Unit, command: Decide, action: str, audited: str) -> Registration:
    registration = _to_decide(unit, command)
    by = UUID(unit.actor.id)
    return keep(
        unit, registration.ended(action, unit.actor.role_names, by, command.reason, unit.now), audited
    )


def _to_decide(unit: Unit, command: Decide) -> Registration:
    """Return a registration, locked, for an approver who has nothing to do with any institution.

    Who signed for it decides nothing about it either, by whatever code they had then.
    """
    registration = unit.registrations.get(command.registration_id, EVERYTHING, lock=True)
    approver = UUID(unit.actor.id)
    administrator = unit.persons.by_code(registration.form.administrator.personal_code)
    held = {role.name for role in unit.roles.held(approver)} | unit.actor.role_names
    if approver == registration.registrant_id or held & PROVIDER:
        raise ApproverNotIndependent()
    if administrator is not None and administrator.id == approver:
        raise ApproverNotIndependent()
    signed = {signer.personal_code for signer in registration.attestation.signers}
    if not signed.isdisjoint(unit.persons.codes(approver)):
        raise ApproverNotIndependent()
    return registration


def _admit(unit: Unit, registration: Registration) -> Registration:
    number = registration.form.viis_number
    unit.registrations.lock_institution(number)
    if unit.organisations.by_number(number):
        raise InstitutionAlreadyRegistered(viis_number=number)
    organisation = _organisation(unit, registration)
    unit.organisations.add(organisation)
    tell_of(unit, organisation, registration.approvers)
    named, by = registration.form.administrator, str(registration.registrant_id)
    admit_administrator(unit, organisation, named, added_by=by)
    return replace(registration, organisation_id=organisation.id)


def _organisation(unit: Unit, registration: Registration) -> Organisation:
    """Return the organisation, as the register of institutions describes it."""
    told = (registration.institution and registration.institution.answer) or {}
    made = Organisation(
        id=uuid7(),
        title=registration.form.viis_number,
        viis_number=registration.form.viis_number,
        registration_id=registration.id,
        approved_at=unit.now,
        created_at=unit.now,
        updated_at=unit.now,
    )
    return replace(made.described(told), legal_person_number=registration.form.legal_person_number)


def tell_of(unit: Unit, organisation: Organisation, approved_by: list[UUID]) -> None:
    """Tell the others that an organisation may work on the platform."""
    event = ProviderApproved(
        organisation_id=organisation.id,
        registration_id=organisation.registration_id,
        viis_number=organisation.viis_number or "",
        title=organisation.title,
        institution_type=organisation.institution_type,
        seat=organisation.seat,
        territory=organisation.territory,
        territory_title=organisation.territory_title,
        approved_by=approved_by,
        approved_at=unit.now,
        version=organisation.version,
    )
    unit.publish(event, organisation.version)
    unit.audit("provider_approved", "organisation", organisation.id, by=[str(one) for one in approved_by])
