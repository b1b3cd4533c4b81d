"""What people see of applications."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.actor import Actor, Scope
from ila_kit.looks import note_look as tell_look
from ila_kit.store.listing import PageRequest

from ila_applications.domain.applications import Case, Happening, Receipt
from ila_applications.domain.states import APPLICATION, LEARNER
from ila_applications.events.published import PersonalDataViewed
from ila_applications.ports import Unit

LOOK_PURPOSE = "handling of applications"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationView:
    """An application with what it is for, and what its owner may do next."""

    id: UUID
    person_id: UUID
    programme_id: UUID
    programme_version: int
    title_lv: str
    title_en: str
    kind: str
    starts_on: date
    ends_on: date | None
    call_id: UUID
    by_draw: bool
    state: str
    version: int
    provisional: bool
    amount: Decimal | None
    funds: str | None
    group_id: UUID | None
    preferred_language: str
    note: str | None
    receipt: Receipt | None
    checks: list[dict[str, Any]]
    refusal: dict[str, Any] | None
    statements: list[dict[str, Any]]
    due_at: datetime | None
    actions: list[str]
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened to an application, and when its present state ends by itself."""

    case: Case
    happenings: list[Happening]


def view(case: Case, actor: Actor) -> ApplicationView:
    """Return an application as it is shown to somebody, with what that person may do."""
    one, programme = case.application, case.offering.programme
    return ApplicationView(
        id=one.id,
        person_id=one.person_id,
        programme_id=programme.id,
        programme_version=programme.version,
        title_lv=programme.title_lv,
        title_en=programme.title_en,
        kind=programme.kind,
        starts_on=programme.starts_on,
        ends_on=programme.ends_on,
        call_id=one.call_id,
        by_draw=case.offering.by_draw,
        state=one.state,
        version=one.version,
        provisional=one.provisional,
        amount=one.amount,
        funds=one.funds,
        group_id=one.group_id,
        preferred_language=one.preferred_language,
        note=one.note,
        receipt=one.receipt,
        checks=one.checks,
        refusal=one.refusal,
        statements=one.statements,
        due_at=one.due_at,
        actions=actions_of(case, actor),
        created_at=one.created_at,
        updated_at=one.updated_at,
    )


def show_application(unit: Unit, application_id: UUID, scope: Scope) -> ApplicationView:
    """Return an application in scope; a look by anybody but its owner is noted. Raises Missing."""
    case = unit.applications.get(application_id, scope)
    note_look(unit, case, "application")
    return view(case, unit.actor)


def list_applications(
    unit: Unit, request: PageRequest, scope: Scope
) -> tuple[list[ApplicationView], str | None]:
    """Return a page of applications in scope, and the cursor of the next."""
    page = unit.applications.page(request, scope)
    persons = [case.application.person_id for case in page.cases]
    tell_look(unit, PersonalDataViewed, persons, ["application"], LOOK_PURPOSE)
    return [view(case, unit.actor) for case in page.cases], page.next


def show_timeline(unit: Unit, application_id: UUID, scope: Scope) -> Timeline:
    """Return what happened to an application in scope. Raises Missing."""
    case = unit.applications.get(application_id, scope)
    note_look(unit, case, "timeline")
    return Timeline(case, unit.applications.history(application_id))


def open_applications(unit: Unit, person_id: UUID) -> list[Case]:
    """Return a person's applications that are not over, the most pressing first."""
    return sorted(unit.applications.live(person_id), key=_pressing)


def _pressing(case: Case) -> tuple[bool, bool, str]:
    """Order by: waits for the person, then ends soonest."""
    one = case.application
    mine = one.state in ("offered", "needs_evidence", "draft")
    return (not mine, one.due_at is None, one.due_at.isoformat() if one.due_at else "")


def actions_of(case: Case, actor: Actor) -> list[str]:
    """Return what somebody may do with an application now: its owner as a learner, others by their roles.

    Evidence, and an officer's decision, are for what no rule has decided for good.
    """
    application = case.application
    own = actor.id == str(application.person_id)
    roles = frozenset({LEARNER}) if own else actor.role_names - {LEARNER}
    state = application.state
    possible = [one for one in APPLICATION.actions(state) if APPLICATION.steps[state, one].roles & roles]
    undecided = application.provisional or state in ("needs_evidence", "contested")
    return [one for one in possible if undecided or one not in ("give_evidence", "confirm", "refuse")]


def note_look(unit: Unit, case: Case, what: str) -> None:
    """Note that somebody else than its owner looked at a part of an application."""
    one = case.application
    tell_look(unit, PersonalDataViewed, [one.person_id], [what], LOOK_PURPOSE, application=str(one.id))
