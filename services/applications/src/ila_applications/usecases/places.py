"""Places: taken when eligibility is decided, offered when the money is held, given back exactly once."""

from decimal import Decimal
from uuid import UUID

from ila_kit.actor import EVERYTHING
from ila_kit.money import as_money
from ila_kit.states import SYSTEM

from ila_applications.domain.applications import Case
from ila_applications.domain.states import APPLICATION
from ila_applications.events.published import (
    ApplicationFoundEligible,
    ApplicationRefused,
    PlaceExpired,
    PlaceOffered,
)
from ila_applications.ports import Unit
from ila_applications.usecases.keeping import DUE, keep

BY_ITSELF = (SYSTEM,)
EXHAUSTED = "budget-exhausted"
NO_EVIDENCE = {"code": "evidence-missing", "rule": "evidence", "fact": "evidence"}


def offer_place(unit: Unit, application_id: UUID, amount: Decimal) -> None:
    """Offer the place that is set apart, now that its money is held.

    A second telling, or one after a withdrawal or expiry, changes nothing: funding gives the
    money back by itself when it hears of those.
    """
    case = unit.applications.get(application_id, EVERYTHING, lock=True)
    if "offer" not in APPLICATION.actions(case.application.state):
        return
    offered, change = case.step("offer", BY_ITSELF, unit.now, details={"amount": as_money(amount)})
    keep(unit, [change])
    application = offered.application
    unit.publish(PlaceOffered.of(application, expires_at=application.due_at), application.version)


def note_refused_hold(unit: Unit, application_id: UUID, reason: str) -> None:
    """Let an application wait for funds, its place kept; any reason but an empty budget ends it.

    A refusal that comes late, after the money was held after all, changes nothing.
    """
    case = unit.applications.get(application_id, EVERYTHING, lock=True)
    state = case.application.state
    if reason == EXHAUSTED:
        if state in ("eligible", "provisional"):
            keep(unit, [case.step("lack_funds", BY_ITSELF, unit.now, details={"reason": reason})[1]])
    elif "refuse_funds" in APPLICATION.actions(state):
        refuse(unit, case, "refuse_funds", {"code": "funding-refused", "rule": "funding", "fact": reason})


def refuse(unit: Unit, case: Case, action: str, refusal: dict[str, str]) -> None:
    """End an application by a rule, tell why, and give its place back if it had one."""
    refused, change = case.step(action, BY_ITSELF, unit.now, details=refusal, refusal=refusal)
    keep(unit, [change])
    facts = refusal | {"fact": refusal["fact"].replace("-", "_")}
    unit.publish(ApplicationRefused.of(refused.application, **facts), refused.application.version)
    if case.application.has_place:
        return_place(unit, case.offering.programme.id)


def end_in_time(unit: Unit, application_id: UUID) -> None:
    """Do what the state table says when a state has lasted too long; nothing when it was left before."""
    case = unit.applications.get(application_id, EVERYTHING, lock=True)
    application = case.application
    timer = APPLICATION.timers.get(application.state)
    if timer is None or application.due_at is None or application.due_at > unit.now:
        return
    if application.state == "draft" and case.offering.closes_at > unit.now:
        unit.set_timer(application.id, DUE, case.offering.closes_at)
    elif timer.action == "refuse":
        refuse(unit, case, "refuse", NO_EVIDENCE)
    else:
        _lapse(unit, case, timer.action)


def return_place(unit: Unit, programme_id: UUID) -> None:
    """Give one place back, and let the first of the waiting list have it."""
    unit.offerings.give_back_place(programme_id)
    promote_waiting(unit, programme_id)


def promote_waiting(unit: Unit, programme_id: UUID) -> None:
    """Give free places to the waiting list, in the order of receipts; their money is asked for now."""
    free = unit.offerings.free_places(programme_id)
    queue = unit.applications.waiting(programme_id, free) if free else []
    promoted = queue[: unit.offerings.take_places(programme_id, len(queue))] if queue else []
    steps = [case.step("promote", BY_ITSELF, unit.now) for case in promoted]
    keep(unit, [change for _, change in steps])
    for case, _ in steps:
        tell_eligible(unit, case)


def tell_eligible(unit: Unit, case: Case) -> None:
    """Tell funding that money is to be held for an application that has its place."""
    application = case.application
    event = ApplicationFoundEligible.of(
        application,
        provisional=application.state == "provisional",
        applied_on=application.applied_on,
        receipt_sequence=application.receipt.sequence if application.receipt else 0,
    )
    unit.publish(event, application.version)


def _lapse(unit: Unit, case: Case, action: str) -> None:
    was = case.application
    lapsed, change = case.step(action, BY_ITSELF, unit.now, details={"from_state": was.state})
    keep(unit, [change])
    if was.has_place and not lapsed.application.has_place:
        event = PlaceExpired.of(lapsed.application, from_state=was.state, expired_at=unit.now)
        unit.publish(event, lapsed.application.version)
        return_place(unit, case.offering.programme.id)
