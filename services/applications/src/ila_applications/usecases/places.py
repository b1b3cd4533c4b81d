"""Places: taken when eligibility is decided, offered when the money is held, given back exactly once."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from ila_kit.actor import EVERYTHING
from ila_kit.clock import riga_date
from ila_kit.states import SYSTEM

from ila_applications.domain.applications import Case
from ila_applications.domain.draws import AGAIN
from ila_applications.domain.lots import PLACE, Entry
from ila_applications.domain.results import DROPPED_OUT
from ila_applications.domain.states import APPLICATION
from ila_applications.events.published import ApplicationFoundEligible, ApplicationRefused, PlaceExpired
from ila_applications.ports import Unit
from ila_applications.usecases.keeping import DUE, keep
from ila_applications.usecases.memberships import leave_group
from ila_applications.usecases.results import tell_not_completed

BY_ITSELF = (SYSTEM,)
PLACES_DUE = "places_due"
NO_EVIDENCE = {"code": "evidence-missing", "rule": "evidence", "fact": "evidence"}
UNDECIDED = {"code": "evidence-undecided", "rule": "evidence", "fact": "evidence"}
AGREEMENT_ENDED = "agreement-ended"
# States that end by the schedule of the call, which may have been moved since they were entered.
MOVED_BY_CALL = frozenset({"draft", "waiting"})
LAPSES = {
    "waiting_for_funds": "no-money",
    "offered": "not-accepted",
    "accepted": "no-group",
    "enrolled": "no-group",
}


def refuse(
    unit: Unit,
    case: Case,
    action: str,
    refusal: dict[str, str],
    by: Iterable[str] = BY_ITSELF,
    **changes: Any,
) -> Case:
    """End an application by a rule, tell why, and give its place back if it had one."""
    refused, change = case.step(action, by, unit.now, details=refusal, refusal=refusal, **changes)
    keep(unit, [change])
    facts = refusal | {"fact": refusal["fact"].replace("-", "_")}
    unit.publish(ApplicationRefused.of(refused.application, **facts), refused.application.version)
    if case.application.has_place:
        return_place(unit, case)
    return refused


def expire(unit: Unit, case: Case, action: str, reason: str) -> Case:
    """End an application because its time is over or what it needs is gone; tell it if it had a place.

    Its place goes to the next in line, its money back to the budget: both once, because the state
    table knows no such step of what is over.
    """
    was = case.application
    details = {"from_state": was.state, "reason": reason}
    expired, change = case.step(action, BY_ITSELF, unit.now, details=details)
    keep(unit, [change])
    if was.has_place:
        event = PlaceExpired.of(expired.application, **details, expired_at=unit.now)
        unit.publish(event, expired.application.version)
        return_place(unit, case)
    return expired


def end_in_time(unit: Unit, application_id: UUID) -> None:
    """Do what the state table says when a state has lasted too long; nothing when it was left before.

    Source: BR-605.
    """
    case = unit.applications.get(application_id, EVERYTHING, lock=True)
    application = case.application
    timer = APPLICATION.timers.get(application.state)
    if timer is None or application.due_at is None or application.due_at > unit.now:
        return
    later = case.offering.deadline(application.state, unit.now)
    if application.state in MOVED_BY_CALL and later is not None and later > unit.now:
        unit.set_timer(application.id, DUE, later)
    elif timer.action == "refuse":
        refuse(unit, case, "refuse", UNDECIDED if case.evidenced else NO_EVIDENCE)
    elif timer.action == "lapse":
        expire(unit, case, "lapse", LAPSES.get(application.state, "too-late"))
    elif timer.action == "fail":
        _give_up(unit, case)
    else:
        keep(unit, [case.step(timer.action, BY_ITSELF, unit.now)[1]])


def _give_up(unit: Unit, was: Case) -> None:
    """Let who interrupted the learning for too long have dropped out."""
    case, change = was.step("fail", BY_ITSELF, unit.now)
    keep(unit, [change])
    tell_not_completed(unit, case, was.application.group_id, riga_date(unit.now), DROPPED_OUT)
    leave_group(unit, was.application)


def return_place(unit: Unit, was: Case) -> None:
    """Give back the place of an application as it was, and let the first of the waiting list have it.

    Its place in a group goes to the next without one.
    """
    programme_id = was.offering.programme.id
    unit.offerings.give_back_place(programme_id)
    leave_group(unit, was.application)
    promote_waiting(unit, programme_id)


def promote_waiting(unit: Unit, programme_id: UUID) -> None:
    """Give free places to the waiting list, in its order; their money is asked for now.

    The order is that of receipts or, where lots are drawn, that of the lots; before the draw nobody
    gets a place. A place stays free for who is being changed just now, until it is looked at again.
    Source: BR-505, BR-506.
    """
    free = unit.offerings.free_places(programme_id)
    queue, some_held = unit.applications.waiting(programme_id, free) if free else ([], False)
    if some_held:
        unit.set_timer(programme_id, PLACES_DUE, unit.now + AGAIN)
    promoted = queue[: unit.offerings.take_places(programme_id, len(queue))] if queue else []
    entries = _drawn(unit, promoted)
    steps = []
    for case in promoted:
        action, details = _promotion(case, entries.get(case.application.id))
        steps.append(case.step(action, BY_ITSELF, unit.now, details=details))
    keep(unit, [change for _, change in steps])
    for case, _ in steps:
        _tell(unit, case, entries.get(case.application.id))


def tell_eligible(unit: Unit, case: Case) -> None:
    """Tell funding that money is to be held for an application that has its place."""
    _tell(unit, case, _drawn(unit, [case]).get(case.application.id))


def _tell(unit: Unit, case: Case, entry: Entry | None) -> None:
    application = case.application
    receipt_sequence = application.receipt.sequence if application.receipt else 0
    event = ApplicationFoundEligible.of(
        application,
        provisional=application.provisional,
        applied_on=application.applied_on,
        receipt_sequence=receipt_sequence,
        drawn=entry is not None,
        turn=entry.turn if entry else receipt_sequence,
    )
    unit.publish(event, application.version)


def _drawn(unit: Unit, cases: Sequence[Case]) -> dict[UUID, Entry]:
    """Return the drawn entries of these applications, where their call draws lots."""
    ids = [case.application.id for case in cases if case.offering.by_draw]
    return unit.draws.entries(ids) if ids else {}


def _promotion(case: Case, entry: Entry | None) -> tuple[str, dict[str, Any]]:
    won = entry is not None and entry.outcome == PLACE
    action = "draw_place" if won else "promote"
    details = {"rank": entry.rank} if entry and won else {}
    return f"{action}_provisionally" if case.application.provisional else action, details
