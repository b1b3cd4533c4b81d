"""The lives of a group, of its sessions and of a learner's result, in one table each.

Steps that lead back to the same state say who may do what in it. What a table lacks is refused.
Source: 01-mission section 5; guards BR-601, BR-602, BR-603; timers BR-605 [default].
"""

from dataclasses import dataclass
from datetime import date, timedelta

from ila_kit.states import SYSTEM, StateMachine, Step, Timer

from ila_applications.domain.group_errors import (
    GroupEmpty,
    GroupNotDue,
    GroupTooSmall,
    HoursLacking,
    NoTrainer,
)
from ila_applications.domain.states import LEARNER

ADMIN, EDITOR, TRAINER = "provider_admin", "provider_editor", "provider_trainer"
VERIFIER = "result_verifier"
MANAGERS = frozenset({ADMIN, EDITOR})
STAFF = MANAGERS | {TRAINER}
_SYSTEM = frozenset({SYSTEM})
_RESULTS = frozenset({ADMIN, TRAINER})
_VERIFIER = frozenset({VERIFIER})

UNFINISHED = ("planned", "recruiting", "formed", "started")
WITH_MEMBERS = ("recruiting", "formed", "started")
AWAITING_RESULTS = ("finished", "results_entered")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the guards of a group look at: members, trainers, days, and learning hours still lacking."""

    members: int
    minimum: int
    trainers: int
    starts_on: date
    today: date
    lacking: dict[int, int]


def _enough_members(standing: Standing) -> None:
    """Raise GroupTooSmall below the minimum of the call. Source: BR-601."""
    if standing.members < standing.minimum:
        raise GroupTooSmall(members=standing.members, minimum=standing.minimum)


def _may_begin(standing: Standing) -> None:
    """Raise unless there is whom to teach, who teaches, and the first day has come."""
    if standing.members == 0:
        raise GroupEmpty()
    if standing.trainers == 0:
        raise NoTrainer()
    if standing.today < standing.starts_on:
        raise GroupNotDue(starts_on=standing.starts_on)


def _hours_covered(standing: Standing) -> None:
    """Raise HoursLacking until sessions that are over cover each part of the programme. Source: BR-602."""
    if standing.lacking:
        parts = {str(part): hours for part, hours in standing.lacking.items()}
        raise HoursLacking(hours=sum(standing.lacking.values()), parts=parts)


def _within(state: str, action: str, roles: frozenset[str]) -> Step:
    return Step(state, action, state, roles)


GROUP = StateMachine(
    "group",
    "planned",
    [
        Step("planned", "open", "recruiting", MANAGERS),
        Step("recruiting", "form", "formed", MANAGERS, _enough_members),
        Step("formed", "start", "started", STAFF, _may_begin),
        Step("started", "finish", "finished", STAFF | _SYSTEM, _hours_covered),
        Step("finished", "enter_results", "results_entered", _RESULTS),
        Step("finished", "lapse", "results_entered", _SYSTEM),
        Step("results_entered", "enter_results", "results_entered", _RESULTS),
        Step("results_entered", "verify", "verified", _VERIFIER),
        Step("verified", "close", "closed", _SYSTEM),
        *(Step(state, "cancel", "cancelled", MANAGERS | _SYSTEM) for state in UNFINISHED),
        *(Step(state, "lapse", "cancelled", _SYSTEM) for state in UNFINISHED),
        *(_within(state, "change", MANAGERS) for state in UNFINISHED),
        *(_within(state, "plan_session", STAFF) for state in UNFINISHED),
        *(_within(state, "move_member", STAFF) for state in WITH_MEMBERS),
        _within("started", "teach", frozenset({TRAINER})),
        _within("started", "attend", frozenset({LEARNER})),
        *(_within(state, "alarm", _SYSTEM) for state in ("results_entered", "verified")),
    ],
    timers={
        **{state: Timer(timedelta(days=30), "lapse") for state in (*UNFINISHED, "finished")},
        "results_entered": Timer(timedelta(days=30), "alarm"),
        "verified": Timer(timedelta(days=180), "alarm"),
    },
)

# A session lives as long as its group: it waits for nobody, so it has no timer.
SESSION = StateMachine(
    "session",
    "scheduled",
    [
        Step("scheduled", "cancel", "cancelled", STAFF),
        _within("scheduled", "show_code", frozenset({TRAINER})),
        _within("scheduled", "record", frozenset({TRAINER})),
        _within("scheduled", "confirm", frozenset({LEARNER})),
    ],
)

# A result waits for the verifier as long as its group does, whose timer alarms.
RESULT = StateMachine(
    "result",
    "entered",
    [
        _within("entered", "correct", _RESULTS),
        Step("entered", "verify", "verified", _VERIFIER),
        Step("entered", "void", "voided", _SYSTEM),
        Step("verified", "issue", "credential_issued", _SYSTEM),
        Step("verified", "void", "voided", _VERIFIER | _SYSTEM),
        Step("credential_issued", "void", "voided", _VERIFIER | _SYSTEM),
    ],
)


def own_actions(machine: StateMachine, state: str, roles: frozenset[str]) -> list[str]:
    """Return the actions that a state of a machine allows to somebody in these roles."""
    return [action for action in machine.actions(state) if _allowed(machine, state, action, roles)]


def _allowed(machine: StateMachine, state: str, action: str, roles: frozenset[str]) -> bool:
    return bool(machine.steps[state, action].roles & roles - _SYSTEM)
