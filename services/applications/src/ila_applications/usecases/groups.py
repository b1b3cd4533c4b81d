"""The life of a group: planned, opened, formed, started, finished, or cancelled with everybody moved."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ila_kit.errors import Stale

from ila_applications.domain.applications import Case
from ila_applications.domain.errors import UnknownProgramme
from ila_applications.domain.group_errors import WrongGroupDates
from ila_applications.domain.group_states import AWAITING_RESULTS, GROUP, UNFINISHED
from ila_applications.domain.groups import SYSTEM_REACH, Group, Reach, Terms, plan, roles_in
from ila_applications.domain.sessions import lacking_hours
from ila_applications.events.published import GroupCancelled, GroupFinished, GroupOpened, GroupStarted
from ila_applications.ports import Unit
from ila_applications.usecases.keeping import keep
from ila_applications.usecases.memberships import (
    BY_ITSELF,
    keep_group,
    locked_group,
    locked_with_members,
    move,
    note_group,
    place_learners,
    taught,
)
from ila_applications.usecases.places import expire
from ila_applications.usecases.results import enter_silence

INSTITUTION, AGREEMENT_ENDED, GROUP_CANCELLED = "institution", "agreement-ended", "group-cancelled"
TOO_LATE = {
    "planned": "not-formed",
    "recruiting": "not-formed",
    "formed": "not-started",
    "started": "not-finished",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanGroup:
    """An institution wants to teach a programme to a group."""

    programme_id: UUID
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeGroup:
    """An institution decides otherwise about a group. `version` is the one that was read."""

    group_id: UUID
    version: int
    terms: Terms


def plan_group(unit: Unit, command: PlanGroup, reach: Reach) -> Group:
    """Plan a group of a programme of one's own institution; the call says how many it needs.

    A foreign programme is as unknown as one that is not published. Raises UnknownProgramme,
    ApplicationsClosed, MaximumTooLow or WrongGroupDates.
    """
    offering = unit.offerings.get(command.programme_id)
    if offering is None or offering.call is None:
        raise UnknownProgramme()
    provider = offering.programme.provider_id
    if provider is None or provider not in reach.managed:
        raise UnknownProgramme()
    offering.must_not_be_closed()
    group = plan(offering.programme, offering.call, provider, command.terms, unit.now)
    unit.groups.add(group)
    note_group(unit, group, "plan")
    return group


def change_group(unit: Unit, command: ChangeGroup, reach: Reach) -> Group:
    """Change the terms of a group; places that come free that way are filled at once.

    Raises Missing, Stale, WrongState, NotYourStep, GroupBegun, MaximumTooLow or WrongGroupDates.
    """
    was = locked_group(unit, command.group_id, reach)
    if was.version != command.version:
        raise Stale()
    group = was.changed(command.terms, roles_in(unit.actor, was), unit.now)
    _must_hold_sessions(unit, group)
    keep_group(unit, group, "change")
    if group.state == "recruiting":
        place_learners(unit, group.programme_id)
    return _now(unit, group)


def _must_hold_sessions(unit: Unit, group: Group) -> None:
    """Raise WrongGroupDates when a session would lie outside the days of its group."""
    planned = [one for one in unit.sessions.of_group(group.id) if one.counts]
    if any(one.outside(group.starts_on, group.ends_on) for one in planned):
        raise WrongGroupDates(ends_on=group.ends_on)


def open_group(unit: Unit, group_id: UUID, reach: Reach) -> Group:
    """Let a group take learners: who is enrolled and waits gets a place, in the order of receipts.

    Raises Missing, WrongState or NotYourStep.
    """
    was = locked_group(unit, group_id, reach)
    group = _step(unit, was, "open")
    event = GroupOpened.of(
        group,
        minimum=group.minimum,
        maximum=group.maximum,
        starts_on=group.starts_on,
        ends_on=group.ends_on,
    )
    unit.publish(event, group.version)
    place_learners(unit, group.programme_id)
    return _now(unit, group)


def form_group(unit: Unit, group_id: UUID, reach: Reach) -> Group:
    """Close a group to newcomers. Raises Missing, WrongState, NotYourStep or GroupTooSmall."""
    return _step(unit, locked_group(unit, group_id, reach), "form")


def start_group(unit: Unit, group_id: UUID, reach: Reach) -> Group:
    """Begin the learning: every member learns from now on.

    Raises Missing, WrongState, NotYourStep, GroupEmpty, NoTrainer or GroupNotDue.
    """
    was, cases = locked_with_members(unit, group_id, reach)
    group = _step(unit, was, "start")
    begin_learning(unit, cases)
    unit.publish(GroupStarted.of(group, started_at=unit.now), group.version)
    return group


def begin_learning(unit: Unit, cases: list[Case]) -> None:
    """Let those learn who are enrolled; who came from another group may learn already."""
    enrolled = [case for case in cases if case.application.state == "enrolled"]
    keep(unit, [case.step("start", BY_ITSELF, unit.now)[1] for case in enrolled])


def finish_group(unit: Unit, group_id: UUID, reach: Reach) -> Group:
    """End the learning, once sessions that are over cover every part of the programme.

    Raises Missing, WrongState, NotYourStep or HoursLacking.
    """
    return _finish(unit, locked_group(unit, group_id, reach))


def _finish(unit: Unit, was: Group) -> Group:
    group = _step(unit, was, "finish", lacking=_lacking(unit, was), finished_at=unit.now)
    unit.publish(GroupFinished.of(group, finished_at=unit.now), group.version)
    return group


def _lacking(unit: Unit, group: Group) -> dict[int, int]:
    programme, _ = taught(unit, group)
    return lacking_hours(programme.parts, unit.sessions.of_group(group.id), unit.now)


def cancel_group(unit: Unit, group_id: UUID, reason: str, reach: Reach) -> Group:
    """Give a group up: its members move to other recruiting groups of the programme, or their places
    and money are free again. `reason` stays with the group, in the institution's words.

    Raises Missing, WrongState or NotYourStep.
    """
    was, cases = locked_with_members(unit, group_id, reach)
    group = _cancelled(unit, was, "cancel", reason, INSTITUTION)
    _release(unit, group, cases)
    return group


def cancel_groups_of(unit: Unit, programme_id: UUID) -> set[UUID]:
    """Cancel the unfinished groups of a programme that is taught no more; what is cancelled stays so.

    Gives the groups that have finished and await their results: their learners keep what they did.
    Whoever calls holds the applications of the programme, and ends those of the cancelled groups.

    Source: BR-406.
    """
    unit.groups.lock_programme(programme_id)
    for group in unit.groups.in_states(programme_id, UNFINISHED):
        _cancelled(unit, group, "cancel", AGREEMENT_ENDED, AGREEMENT_ENDED)
    return {group.id for group in unit.groups.in_states(programme_id, AWAITING_RESULTS)}


def _cancelled(unit: Unit, was: Group, action: str, reason: str, told: str) -> Group:
    """Cancel a group, and tell why in a word; its places are nobody's any more."""
    group = _stepped(unit, was, action, reason=reason, members=0)
    keep_group(unit, group, action, reason=told)
    unit.publish(GroupCancelled.of(group, cancelled_at=unit.now, reason=told), group.version)
    return group


def _release(unit: Unit, cancelled: Group, cases: list[Case]) -> None:
    """Move the learners of a cancelled group to others with room; end the applications of the rest."""
    for case in move(unit, cancelled.programme_id, cases):
        expire(unit, case, "cancel_group", GROUP_CANCELLED)


def end_group_in_time(unit: Unit, group_id: UUID) -> None:
    """Do what the state table says when a group's state has lasted too long; nothing when it was left.

    A group whose sessions cover the programme is finished, not cancelled: the learners have learned.

    Source: BR-605.
    """
    group, cases = locked_with_members(unit, group_id, SYSTEM_REACH)
    timer = GROUP.timers.get(group.state)
    if timer is None or group.due_at is None or group.due_at > unit.now:
        return
    if timer.action == "alarm":
        _step(unit, group, "alarm")
    elif group.state == "finished":
        enter_silence(unit, group, cases)
    elif group.state == "started" and not _lacking(unit, group):
        _finish(unit, group)
    else:
        why = TOO_LATE[group.state]
        _release(unit, _cancelled(unit, group, "lapse", why, why), cases)


def _step(unit: Unit, was: Group, action: str, **changes: Any) -> Group:
    return keep_group(unit, _stepped(unit, was, action, **changes), action)


def _stepped(unit: Unit, was: Group, action: str, **changes: Any) -> Group:
    return was.step(action, roles_in(unit.actor, was), unit.now, **changes)


def _now(unit: Unit, group: Group) -> Group:
    return unit.groups.get(group.id, SYSTEM_REACH)
