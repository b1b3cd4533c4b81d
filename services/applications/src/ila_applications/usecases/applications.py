"""What a learner does with an application: begin, change, submit and withdraw it."""

from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.errors import Stale
from ila_kit.states import WrongState

from ila_applications.domain import applications as domain
from ila_applications.domain.applications import Application, Case, Change, Content, happened
from ila_applications.domain.errors import AlreadyApplied, ProgrammeChanged, UnknownProgramme
from ila_applications.domain.states import LEARNER
from ila_applications.events.published import ApplicationSubmitted, ApplicationWithdrawn
from ila_applications.ports import Unit
from ila_applications.usecases.keeping import keep, note, set_timer
from ila_applications.usecases.messages import tell
from ila_applications.usecases.places import return_place

ME = (LEARNER,)


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginApplication:
    """A person wants to apply for a programme."""

    person_id: UUID
    programme_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeApplication:
    """What a person writes into a draft. `version` is the one that was read."""

    application_id: UUID
    version: int
    preferred_language: str
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitApplication:
    """A person commits to the version of a programme they saw, and to the price shown to them."""

    application_id: UUID
    programme_version: int
    quoted_amount: Decimal | None = None


def begin_application(unit: Unit, command: BeginApplication) -> Case:
    """Open a draft; nothing is promised to anybody yet.

    Raises UnknownProgramme, ApplicationsClosed, EnrolmentsBarred or AlreadyApplied.
    """
    offering = unit.offerings.get(command.programme_id)
    if offering is None:
        raise UnknownProgramme()
    offering.must_not_be_over(unit.now)
    offering.must_let_in()
    application = domain.draft(command.person_id, offering, unit.now)
    happening = happened(application, "begin", LEARNER, {})
    if not unit.applications.add(application, happening):
        raise AlreadyApplied()
    set_timer(unit, application)
    note(unit, Change(application, 0, happening))
    return Case(application, offering)


def change_application(unit: Unit, command: ChangeApplication, scope: Scope) -> Case:
    """Save what a person writes into a draft. Raises Missing, Stale or WrongState."""
    case = unit.applications.get(command.application_id, scope, lock=True)
    was = case.application
    if was.version != command.version:
        raise Stale()
    if was.state != "draft":
        raise WrongState(thing="application", state=was.state, action="change")
    application = replace(
        was,
        preferred_language=command.preferred_language,
        note=command.note,
        version=was.version + 1,
        updated_at=unit.now,
    )
    keep(unit, [Change(application, was.version, happened(application, "change", LEARNER, {}))])
    return Case(application, case.offering)


def submit_application(unit: Unit, command: SubmitApplication, scope: Scope) -> Case:
    """Commit to a programme and get the receipt: its number is the place in the order of all.

    The instant that counts is the one at which the complete request was received. Raises Missing,
    WrongState, ApplicationsNotOpenYet, ApplicationsClosed, EnrolmentsBarred or ProgrammeChanged.
    """
    case = unit.applications.get(command.application_id, scope, lock=True)
    submitted, change = case.step("submit", ME, unit.now)
    case.offering.must_be_open(unit.now)
    case.offering.must_let_in()
    if command.programme_version != case.offering.programme.version:
        raise ProgrammeChanged(version=case.offering.programme.version)
    content = _content(submitted, command)
    receipt = unit.applications.submit(change, content)
    application = replace(submitted.application, receipt=receipt)
    set_timer(unit, application)
    note(unit, change)
    tell(unit, [change])
    unit.publish(
        ApplicationSubmitted.of(
            application,
            programme_version=command.programme_version,
            receipt_sequence=receipt.sequence,
            received_at=receipt.received_at,
        ),
        application.version,
    )
    return Case(application, case.offering)


def withdraw_application(unit: Unit, application_id: UUID, scope: Scope) -> Case:
    """Take an application back; its place goes to the next in line, its money back to the budget.

    Raises Missing or WrongState.
    """
    case = unit.applications.get(application_id, scope, lock=True)
    before = case.application
    withdrawn, change = case.step("withdraw", ME, unit.now, details={"from_state": before.state})
    keep(unit, [change])
    if before.receipt is not None:
        event = ApplicationWithdrawn.of(withdrawn.application, from_state=before.state, withdrawn_at=unit.now)
        unit.publish(event, withdrawn.application.version)
    if before.has_place:
        return_place(unit, case)
    return withdrawn


def _content(case: Case, command: SubmitApplication) -> Content:
    application: Application = case.application
    programme = case.offering.programme
    return Content(
        application_id=application.id,
        person_id=application.person_id,
        programme_id=programme.id,
        programme_version=programme.version,
        call_id=application.call_id,
        title_lv=programme.title_lv,
        starts_on=programme.starts_on,
        quoted_amount=command.quoted_amount,
        preferred_language=application.preferred_language,
        note=application.note,
        received_at=application.updated_at,
    )
