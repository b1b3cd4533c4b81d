"""A person registers an employer; the register of legal persons, asked behind the request, decides."""

from dataclasses import dataclass, field
from uuid import UUID

from ila_kit.actor import EVERYTHING, Scope
from ila_kit.looks import note_look
from ila_kit.registers import RegisterAnswer
from ila_kit.store.listing import PageRequest

from ila_identity.domain.employer_errors import EmployerAlreadyRegistered, EmployerAskedAlready
from ila_identity.domain.employers import (
    ACCOUNT_DISABLED,
    ASKING,
    REGISTERED_ALREADY,
    REGISTRANT,
    EmployerRegistration,
    counts,
    refusal_of,
)
from ila_identity.domain.members import Named
from ila_identity.domain.organisations import Organisation
from ila_identity.events.published import EmployerRegistered, PersonalDataViewed
from ila_identity.ports import Listed, Unit
from ila_identity.usecases.deadlines import keep_deadline
from ila_identity.usecases.mandates import admit_administrator
from ila_identity.usecases.members import SUPERVISION

EMPLOYER_REGISTRATION_DUE = "employer_registration_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterEmployer:
    """A person registers the legal person that they represent; the number is one with a right check digit."""

    registrant_id: UUID
    legal_person_number: str
    contact_email: str = field(repr=False)


def register_employer(unit: Unit, command: RegisterEmployer) -> EmployerRegistration:
    """Store a registration, about which the worker asks the register.

    Others may ask about the same legal person meanwhile: nobody keeps it from those who represent it.
    Raises EmployerAlreadyRegistered or EmployerAskedAlready.
    """
    number = command.legal_person_number
    if unit.organisations.open_employer(number):
        raise EmployerAlreadyRegistered(legal_person_number=number)
    begun = EmployerRegistration.begin(command.registrant_id, number, command.contact_email, unit.now)
    if not unit.employer_registrations.add(begun):
        raise EmployerAskedAlready(legal_person_number=number)
    _note(unit, begun, "employer_registration_begun")
    return begun


def withdraw_employer_registration(unit: Unit, registration_id: UUID, scope: Scope) -> EmployerRegistration:
    """Take back a registration while the register is asked. Raises Missing, WrongState or NotYourStep."""
    registration = unit.employer_registrations.get(registration_id, scope, lock=True)
    return _keep(unit, registration.withdrawn(positions(unit, registration), unit.now), "withdrawn")


def keep_employer_answer(unit: Unit, registration_id: UUID, answer: RegisterAnswer | None) -> None:
    """Decide a registration by what the register told; asked again when it told nothing that counts.

    It may have ended meanwhile. Who may represent the legal person alone is the employer's administrator
    from now on.

    Source: decisions 0011 and 0054.
    """
    registration = unit.employer_registrations.get(registration_id, EVERYTHING, lock=True)
    if registration.state != ASKING:
        return
    if answer is None or not counts(answer, registration.legal_person_number):
        # No audit entry: that would be thousands in three days, and nothing has happened.
        unit.employer_registrations.save(registration.unanswered(unit.now))
        return
    answered = registration.answered(answer)
    if reason := _refusal(unit, answered, answer):
        # Of somebody who is leaving nothing more is kept.
        known = registration if reason == ACCOUNT_DISABLED else answered
        _keep(unit, known.refused(reason, unit.now), "refused", reason=reason)
    else:
        _keep(unit, answered.registered(_admit(unit, answered).id, unit.now), "registered")


def end_employer_registration_in_time(unit: Unit, registration_id: UUID) -> None:
    """End a registration about which the register has been silent for too long.

    Source: BR-605.
    """
    registration = unit.employer_registrations.get(registration_id, EVERYTHING, lock=True)
    if registration.lapses_at is not None and registration.lapses_at <= unit.now:
        _keep(unit, registration.lapsed(unit.now), "lapsed")


def show_employer_registration(unit: Unit, registration_id: UUID, scope: Scope) -> EmployerRegistration:
    """Return a registration in scope; another's is a look at them. Raises Missing."""
    registration = unit.employer_registrations.get(registration_id, scope)
    _note_look(unit, [registration])
    return registration


def list_employer_registrations(
    unit: Unit, request: PageRequest, scope: Scope
) -> Listed[EmployerRegistration]:
    """Return a page of registrations in scope, newest first; those of others are a look at them."""
    page = unit.employer_registrations.page(request, scope)
    _note_look(unit, page.items)
    return page


def positions(unit: Unit, registration: EmployerRegistration) -> set[str]:
    """Return what the caller is to a registration."""
    return {REGISTRANT} if str(registration.registrant_id) == unit.actor.id else set()


def _note_look(unit: Unit, shown: list[EmployerRegistration]) -> None:
    registrants = [one.registrant_id for one in shown]
    note_look(unit, PersonalDataViewed, registrants, ["registration"], SUPERVISION)


def _refusal(unit: Unit, registration: EmployerRegistration, answer: RegisterAnswer) -> str | None:
    """Return why the registrant gets no employer. From here on neither they nor another one is admitted."""
    unit.organisations.lock_employer(registration.legal_person_number)
    codes = unit.persons.codes(registration.registrant_id)
    for code in codes[-1:]:  # the lock of sign-ins and of erasures
        unit.persons.lock_code(code)
    account = unit.persons.account(registration.registrant_id)
    if account is None or account.disabled:
        return ACCOUNT_DISABLED
    if reason := refusal_of(answer, {code.digits for code in codes}):
        return reason
    return REGISTERED_ALREADY if unit.organisations.open_employer(registration.legal_person_number) else None


def _admit(unit: Unit, registration: EmployerRegistration) -> Organisation:
    number, title, seat = registration.legal_person_number, registration.title, registration.seat
    organisation = Organisation.employer(number, title or number, seat or "", registration.id, unit.now)
    unit.organisations.add(organisation)
    unit.publish(
        EmployerRegistered(
            organisation_id=organisation.id,
            title=organisation.title,
            registered_at=unit.now,
            version=organisation.version,
        ),
        organisation.version,
    )
    unit.audit("employer_registered", "organisation", organisation.id, registration=str(registration.id))
    person_id = registration.registrant_id
    admit_administrator(unit, organisation, _named(unit, person_id), added_by=str(person_id))
    return organisation


def _named(unit: Unit, person_id: UUID) -> Named:
    """Return the registrant as a member is named."""
    described = unit.persons.many([person_id])[person_id].description
    return Named(
        given_name=described.given_name,
        family_name=described.family_name,
        personal_code=unit.persons.current_code(person_id),
    )


def _keep(unit: Unit, registration: EmployerRegistration, what: str, **details: str) -> EmployerRegistration:
    unit.employer_registrations.save(registration)
    _note(unit, registration, f"employer_registration_{what}", **details)
    return registration


def _note(unit: Unit, registration: EmployerRegistration, action: str, **details: str) -> None:
    """Set the timer of a registration's state and note what happened; never who represents whom."""
    keep_deadline(unit, registration.id, EMPLOYER_REGISTRATION_DUE, registration.lapses_at)
    unit.audit(action, "employer_registration", registration.id, state=registration.state, **details)
