"""Eligibility: decided by facts, in the order of receipts, places given in that order too.

Source: BR-501, BR-502, BR-503, BR-504, BR-505, BR-709.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from ila_kit.events import to_json

from ila_applications.domain.applications import Case, Change
from ila_applications.domain.eligibility import (
    ASKED,
    FAILED,
    PROVISIONAL,
    UNKNOWN,
    Check,
    PersonFacts,
    judge,
    refusal,
    verdict,
)
from ila_applications.ports import Unit
from ila_applications.usecases.draws import join_line
from ila_applications.usecases.keeping import keep
from ila_applications.usecases.places import AGREEMENT_ENDED, BY_ITSELF, expire, refuse, tell_eligible

PURPOSE = "eligibility check of submitted applications"
# How long the register's answer is waited for before the e-identity's facts do provisionally [default].
PATIENCE = timedelta(seconds=20)


def begin_checks(unit: Unit, limit: int) -> list[tuple[UUID, UUID]]:
    """Begin to check submitted applications, oldest receipt first; give (application, person) of each.

    What an earlier try left unfinished comes again, in its old place of the order. Nobody is checked
    while somebody with an earlier receipt is still being submitted.

    Source: BR-505.
    """
    cases = unit.applications.unchecked(unit.applications.last_receipt(), unit.now, limit)
    fresh = [case for case in cases if case.application.state == "submitted"]
    keep(unit, [case.step("check", BY_ITSELF, unit.now)[1] for case in fresh])
    return [(case.application.id, case.application.person_id) for case in cases]


def decide(unit: Unit, application_ids: Sequence[UUID], facts: Mapping[UUID, PersonFacts]) -> int:
    """Apply the rules of the call to applications that are being checked, in the order of receipts.

    Who passes takes a place, or joins the waiting list when none is left; who fails is refused;
    a fact that no source has asks the person for evidence. Nobody passes without a fact. While the
    register's answer about somebody is on the way, nobody with a later receipt in the same call is
    decided, for `PATIENCE` at most. Returns how many were left for later by that.
    """
    passed: list[tuple[Case, str]] = []
    held_up: set[UUID] = set()
    left = 0
    for case in unit.applications.checking(application_ids):
        call = case.offering.call
        if call is None:
            continue
        known = facts.get(case.application.person_id)
        if call.id in held_up or _on_the_way(case, known, unit):
            held_up.add(call.id)
            left += 1
            continue
        checks = judge(call, known, case.application.applied_on)
        case, outcome = case.noting(to_json(checks)), verdict(checks, known)
        if case.offering.closed_at is not None:
            expire(unit, case, "close", AGREEMENT_ENDED)
        elif outcome in (FAILED, UNKNOWN):
            _turn_down(unit, case, checks, outcome)
        else:
            passed.append((case, "pass_provisionally" if outcome == PROVISIONAL else "pass"))
    admit(unit, passed)
    return left


def admit(
    unit: Unit, cases: Sequence[tuple[Case, str]], by: Iterable[str] = BY_ITSELF, **changes: Any
) -> None:
    """Give places to who may learn, each by the action named beside it; who finds none free waits.

    One programme after the other in the order of ids (never a deadlock). `changes` are stored with
    the step.
    """
    by_programme: dict[UUID, list[tuple[Case, Change]]] = defaultdict(list)
    for case, action in cases:
        mark = action == "pass_provisionally"
        step = case.step(action, by, unit.now, provisional=mark, **changes)
        by_programme[case.offering.programme.id].append(step)
    for programme_id, passed in sorted(by_programme.items()):
        by_receipt = passed[0][0].offering.by_receipt
        places = unit.offerings.take_places(programme_id, len(passed)) if by_receipt else 0
        _settle(unit, passed, places)
        if passed[0][0].offering.by_draw:
            join_line(unit, programme_id, [case for case, _ in passed])


def _on_the_way(case: Case, facts: PersonFacts | None, unit: Unit) -> bool:
    """Tell whether the register's answer is worth waiting for: asked, and not for too long."""
    asked = facts is not None and facts.state == ASKED
    return asked and unit.now < case.application.updated_at + PATIENCE


def _turn_down(unit: Unit, case: Case, checks: list[Check], outcome: str) -> None:
    if outcome == FAILED:
        refuse(unit, case, "refuse", refusal(checks))
        return
    missing = [check.fact for check in checks if check.verdict == UNKNOWN]
    keep(unit, [case.step("ask_evidence", BY_ITSELF, unit.now, details={"facts": missing})[1]])


def _settle(unit: Unit, passed: list[tuple[Case, Change]], places: int) -> None:
    changes = [change for _, change in passed]
    placed, rest = passed[:places], passed[places:]
    for case, _ in rest:
        drawn = {"for": "draw"} if case.offering.awaits_draw else {}
        changes.append(case.step("queue", BY_ITSELF, unit.now, details=drawn)[1])
    keep(unit, changes)
    recheck_soon(unit, [case.application.id for case, _ in passed if case.application.provisional])
    for case, _ in placed:
        tell_eligible(unit, case)


def recheck_soon(unit: Unit, application_ids: Sequence[UUID]) -> None:
    """Have provisional decisions looked at again, later each time the register does not answer."""
    if application_ids:
        unit.applications.postpone(application_ids, unit.now)
