"""The second look at provisional decisions: mandatory before money moves, wherever they have come to.

Source: BR-503; 04-contracts section 4 (a provisional decision blocks the claim until its re-check).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from ila_kit.events import to_json

from ila_applications.domain.applications import Case
from ila_applications.domain.eligibility import FAILED, PASSED, PersonFacts, judge, refusal, verdict
from ila_applications.ports import Unit
from ila_applications.usecases.eligibility import recheck_soon
from ila_applications.usecases.keeping import keep
from ila_applications.usecases.places import BY_ITSELF, refuse, tell_eligible

PURPOSE = "second look at provisional eligibility"


def due_rechecks(unit: Unit, limit: int) -> list[tuple[UUID, UUID]]:
    """Give (application, person) of provisional decisions whose time to be looked at again has come."""
    cases = unit.applications.provisional(unit.now, limit)
    return [(case.application.id, case.application.person_id) for case in cases]


def recheck(unit: Unit, application_ids: Sequence[UUID], facts: Mapping[UUID, PersonFacts]) -> int:
    """Confirm or refuse provisional decisions by what the register says now; the rest is asked again.

    One programme after the other in the order of ids (never a deadlock). Returns how many are still
    open.
    """
    still_open: list[UUID] = []
    cases = unit.applications.marked(application_ids)
    for case in sorted(cases, key=lambda one: one.application.programme_id):
        known = facts.get(case.application.person_id)
        call = case.offering.call
        checks = judge(call, known, case.application.applied_on) if call else []
        outcome = verdict(checks, known) if checks else None
        case = case.noting(to_json(checks))
        if outcome == PASSED:
            confirm(unit, case)
        elif outcome == FAILED:
            refuse(unit, case, "refuse", refusal(checks))
        else:
            still_open.append(case.application.id)
    recheck_soon(unit, still_open)
    return len(still_open)


def confirm(unit: Unit, case: Case, by: Iterable[str] = BY_ITSELF, **changes: Any) -> Case:
    """Take the mark off a decision; funding is told if money is, or is to be, held for it."""
    confirmed, change = case.step("confirm", by, unit.now, provisional=False, **changes)
    keep(unit, [change])
    if case.application.has_place:
        tell_eligible(unit, confirmed)
    return confirmed
