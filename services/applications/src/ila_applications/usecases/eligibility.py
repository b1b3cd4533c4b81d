"""Eligibility: facts are fetched by the door between two units of work; here is what surrounds that."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from ila_kit.events import to_json

from ila_applications.domain.applications import Case, Change
from ila_applications.domain.eligibility import (
    FAILED,
    PASSED,
    REFUSALS,
    UNKNOWN,
    Check,
    PersonFacts,
    judge,
    verdict,
)
from ila_applications.ports import Unit
from ila_applications.usecases.keeping import keep
from ila_applications.usecases.places import BY_ITSELF, refuse, tell_eligible

PURPOSE = "eligibility check of submitted applications"


def begin_checks(unit: Unit, limit: int) -> list[tuple[UUID, UUID]]:
    """Begin to check submitted applications, oldest receipt first; give (application, person) of each.

    What an earlier try left unfinished comes again, in its old place of the order.
    """
    cases = unit.applications.unchecked(unit.now, limit)
    fresh = [case for case in cases if case.application.state == "submitted"]
    keep(unit, [case.step("check", BY_ITSELF, unit.now)[1] for case in fresh])
    return [(case.application.id, case.application.person_id) for case in cases]


def decide(unit: Unit, application_ids: Sequence[UUID], facts: Mapping[UUID, PersonFacts]) -> None:
    """Apply the rules of the call to applications that are being checked, in the order of receipts.

    Who passes takes a place, or joins the waiting list when none is left; who fails is refused;
    a fact that the source does not have asks the person for evidence. Nobody passes without a fact.
    """
    passed: list[Case] = []
    for case in unit.applications.checking(application_ids):
        call = case.offering.call
        if call is None:
            continue
        checks = judge(call, facts.get(case.application.person_id), case.application.applied_on)
        outcome = verdict(checks)
        if outcome == PASSED:
            passed.append(_with(case, checks))
        else:
            _turn_down(unit, _with(case, checks), checks, outcome)
    _give_places(unit, passed)


def _with(case: Case, checks: list[Check]) -> Case:
    return case.noting(to_json(checks))


def _turn_down(unit: Unit, case: Case, checks: list[Check], outcome: str) -> None:
    if outcome == UNKNOWN:
        missing = [check.fact for check in checks if check.verdict == UNKNOWN]
        keep(unit, [case.step("ask_evidence", BY_ITSELF, unit.now, details={"facts": missing})[1]])
        return
    failed = next(check for check in checks if check.verdict == FAILED)
    refuse(unit, case, "refuse", {"code": REFUSALS[failed.rule], "rule": failed.rule, "fact": failed.fact})


def _give_places(unit: Unit, passed: list[Case]) -> None:
    """Give places to who passed, one programme after the other in the order of ids (never a deadlock)."""
    by_programme: dict[UUID, list[Case]] = defaultdict(list)
    for case in passed:
        by_programme[case.offering.programme.id].append(case)
    for programme_id, cases in sorted(by_programme.items()):
        by_receipt = cases[0].offering.by_receipt
        got = unit.offerings.take_places(programme_id, len(cases)) if by_receipt else 0
        _settle(unit, cases, got)


def _settle(unit: Unit, cases: list[Case], places: int) -> None:
    changes: list[Change] = []
    placed: list[Case] = []
    for number, case in enumerate(cases):
        eligible, change = case.step("pass", BY_ITSELF, unit.now)
        changes.append(change)
        if number < places:
            placed.append(eligible)
        else:
            changes.append(eligible.step("queue", BY_ITSELF, unit.now)[1])
    keep(unit, changes)
    for case in placed:
        tell_eligible(unit, case)
