"""A person takes the place that is offered, by an own act bound to programme, price and dates."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.money import as_money

from ila_applications.domain.applications import Acceptance, Application, Case
from ila_applications.domain.errors import PlaceNoLongerOffered, PriceChanged, ProgrammeChanged
from ila_applications.domain.states import LEARNER
from ila_applications.events.published import LearnerEnrolled
from ila_applications.ports import Unit
from ila_applications.usecases.keeping import keep
from ila_applications.usecases.memberships import place_learners
from ila_applications.usecases.places import BY_ITSELF


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptPlace:
    """A person commits to the version of a programme they saw, at the price that is held for them."""

    application_id: UUID
    programme_version: int
    amount: Decimal


def accept_place(unit: Unit, command: AcceptPlace, scope: Scope) -> Case:
    """Accept a place and be enrolled at once, in a group if one is open: the money is to be committed.

    What the person committed to is kept with its hash where nobody can change it. Raises Missing,
    WrongState, PlaceNoLongerOffered, ApplicationsClosed, EnrolmentsBarred, ProgrammeChanged or
    PriceChanged.

    Source: BR-506, BR-507, BR-709.
    """
    case = unit.applications.get(command.application_id, scope, lock=True)
    terms = _terms(unit, case, command)
    details = {"amount": as_money(terms.amount), "sha256": terms.sha256()}
    accepted, acceptance = case.step("accept", (LEARNER,), unit.now, details=details)
    _must_be_as_offered(unit, case, command)
    enrolled, enrolment = accepted.step("enrol", BY_ITSELF, unit.now)
    keep(unit, [acceptance, enrolment])
    unit.applications.keep_acceptance(terms)
    application = enrolled.application
    sequence = application.receipt.sequence if application.receipt else 0
    event = LearnerEnrolled.of(application, enrolled_at=unit.now, receipt_sequence=sequence)
    unit.publish(event, application.version)
    place_learners(unit, application.programme_id)
    return unit.applications.get(application.id, scope)


def _must_be_as_offered(unit: Unit, case: Case, command: AcceptPlace) -> None:
    """Raise unless the offer stands, for this version and this price."""
    application: Application = case.application
    if application.due_at is not None and application.due_at <= unit.now:
        raise PlaceNoLongerOffered(expired_at=application.due_at)
    case.offering.must_not_be_closed()
    case.offering.must_let_in()
    if command.programme_version != case.offering.programme.version:
        raise ProgrammeChanged(version=case.offering.programme.version)
    if command.amount != application.amount:
        raise PriceChanged(amount=application.amount)


def _terms(unit: Unit, case: Case, command: AcceptPlace) -> Acceptance:
    application, programme = case.application, case.offering.programme
    return Acceptance(
        application_id=application.id,
        person_id=application.person_id,
        programme_id=programme.id,
        programme_version=programme.version,
        title_lv=programme.title_lv,
        starts_on=programme.starts_on,
        ends_on=programme.ends_on,
        hold_id=application.hold_id,
        amount=command.amount,
        accepted_at=unit.now,
    )
