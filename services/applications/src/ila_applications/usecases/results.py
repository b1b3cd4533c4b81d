"""Results: entered by the institution from attendance and tests, verified by the agency.

Source: BR-603, BR-604.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ila_kit.clock import riga_date
from ila_kit.errors import Stale

from ila_applications.domain.applications import Case
from ila_applications.domain.group_errors import NotAMember, ResultsIncomplete
from ila_applications.domain.groups import Group, Reach, roles_in
from ila_applications.domain.results import COMPLETED, TEST, Result, attended_hours, enter, must_tell_test
from ila_applications.events.published import LearningCompleted, LearningNotCompleted, ResultVerified
from ila_applications.ports import Unit
from ila_applications.usecases.keeping import keep
from ila_applications.usecases.memberships import (
    BY_ITSELF,
    close_when_paid,
    keep_group,
    locked_with_members,
    taught,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterResults:
    """Who passed the final test. `version` is that of the group that was read."""

    group_id: UUID
    version: int
    passed: Mapping[UUID, bool | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyResults:
    """The agency stands for the results of a group. `version`, if given, is the one that was looked at."""

    group_id: UUID
    notes: str | None
    version: int | None


def enter_results(unit: Unit, command: EnterResults, reach: Reach) -> Group:
    """Enter or correct the results of all members; attendance is counted, never typed.

    Raises Missing, Stale, WrongState, NotYourStep, NotAMember, ResultsIncomplete or UntoldTest.
    """
    was, cases = locked_with_members(unit, command.group_id, reach)
    if was.version != command.version:
        raise Stale()
    roles = roles_in(unit.actor, was)
    group = was.step("enter_results", roles, unit.now)
    _must_be_all(cases, command.passed)
    must_tell_test(taught(unit, group)[1], list(command.passed.values()))
    _enter(unit, group, cases, command.passed, roles)
    return keep_group(unit, group, "enter_results")


def enter_silence(unit: Unit, was: Group, cases: Sequence[Case]) -> Group:
    """Enter results for an institution that did not: attendance as counted, no test told by anybody.

    The institution may still correct them until the agency verifies. Source: BR-605.
    """
    group = was.step("lapse", BY_ITSELF, unit.now)
    _enter(unit, group, cases, dict.fromkeys((case.application.id for case in cases), None), BY_ITSELF)
    return keep_group(unit, group, "lapse")


def _must_be_all(cases: Sequence[Case], passed: Mapping[UUID, bool | None]) -> None:
    members = {case.application.id for case in cases}
    if foreign := passed.keys() - members:
        raise NotAMember(application_ids=sorted(map(str, foreign)))
    if missing := members - passed.keys():
        raise ResultsIncomplete(application_ids=sorted(map(str, missing)))


def _enter(
    unit: Unit,
    group: Group,
    cases: Sequence[Case],
    passed: Mapping[UUID, bool | None],
    roles: frozenset[str],
) -> None:
    before = {one.application_id: one for one in unit.results.of_group(group.id)}
    hours = unit.sessions.attended_hours([case.application.id for case in cases])
    programme, call = taught(unit, group)
    results = []
    for case in cases:
        one = case.application
        result = enter(
            before.get(one.id),
            call=call,
            group_id=group.id,
            application=(one.id, one.person_id),
            hours=(attended_hours(programme.parts, hours.get(one.id, {})), programme.hours),
            test_passed=passed[one.id],
            roles=roles,
            now=unit.now,
        )
        results.append(result)
    unit.results.save(results)


def verify_results(unit: Unit, command: VerifyResults, reach: Reach) -> Group:
    """Stand for the results: who completed may be paid for, what was held for the others is free.

    The group closes at once when nobody completed. Raises Missing, Stale, WrongState or NotYourStep.
    """
    was, cases = locked_with_members(unit, command.group_id, reach)
    if command.version is not None and was.version != command.version:
        raise Stale()
    roles = roles_in(unit.actor, was)
    group = was.step("verify", roles, unit.now, notes=command.notes, verified_at=unit.now)
    results = {one.application_id: one for one in unit.results.of_group(group.id)}
    verified = [
        (case, results[case.application.id].step("verify", roles, verified_at=unit.now)) for case in cases
    ]
    unit.results.save([result for _, result in verified])
    _end_learning(unit, group, verified)
    return close_when_paid(unit, keep_group(unit, group, "verify"))


def _end_learning(unit: Unit, group: Group, verified: Sequence[tuple[Case, Result]]) -> None:
    """Let each member have completed or not, and tell it; an interrupted one has not.

    A learner completed on the day on which the group finished.
    """
    on = riga_date(group.finished_at or unit.now)
    steps = []
    for case, result in verified:
        completed = result.outcome == COMPLETED and case.application.state == "learning"
        after, change = case.step("complete" if completed else "fail", BY_ITSELF, unit.now)
        steps.append((after, change, result, completed))
    keep(unit, [change for _, change, _, _ in steps])
    for after, _, result, completed in steps:
        if completed:
            _tell_completed(unit, group, after, result, on)
        else:
            tell_not_completed(unit, after, group.id, on, result.missed or TEST)


def _tell_completed(unit: Unit, group: Group, case: Case, result: Result, on: date) -> None:
    one = case.application
    event = LearningCompleted.of(
        one,
        group_id=group.id,
        completed_on=on,
        attended_hours=result.attended_hours,
        total_hours=result.total_hours,
        attendance_percent=str(result.percent),
    )
    unit.publish(event, one.version)
    unit.publish(ResultVerified.about(one, result, group, on, unit.now), one.version)


def tell_not_completed(unit: Unit, case: Case, group_id: UUID | None, on: date, reason: str) -> None:
    """Tell that a learner ended without completing: funding gives back what the call's rule says."""
    one = case.application
    event = LearningNotCompleted.of(one, group_id=group_id, ended_on=on, reason=reason)
    unit.publish(event, one.version)
