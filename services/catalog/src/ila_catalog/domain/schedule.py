"""Changes of a call's schedule, made by two persons, and the moments at which its phases turn."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Self
from uuid import UUID

from ila_catalog.domain.calls import Call
from ila_catalog.domain.errors import FaultyData, PhaseIsOver, SameProposer, ScheduleInThePast
from ila_catalog.domain.phases import EVALUATION, OFFERS, Phase, is_open, phase_named
from ila_catalog.domain.states import PROPOSED, SCHEDULE_CHANGE

OPEN, OVER = "open", "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a phase is to be open: from `opens_at` until just before `closes_at`."""

    name: str
    opens_at: datetime
    closes_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleChange:
    """A proposal to move phases of a published call; somebody else applies it."""

    id: UUID
    call_id: UUID
    phases: list[Window]
    reason: str
    state: str
    proposed_by: str
    version: int
    created_at: datetime
    updated_at: datetime
    confirmed_by: str | None = None

    @property
    def due_at(self) -> datetime:
        """When a proposal nobody confirmed lapses: in two weeks, or once an end it proposes has passed."""
        waits = SCHEDULE_CHANGE.timers[PROPOSED].after
        return min(self.created_at + waits, *(window.closes_at for window in self.phases))

    def actions_for(self, person: str, roles: Iterable[str]) -> list[str]:
        """Return the steps that a person may take with it now."""
        held = set(roles)
        return [
            action
            for action in SCHEDULE_CHANGE.actions(self.state)
            if SCHEDULE_CHANGE.steps[self.state, action].roles & held
            and not (action == "apply" and person == self.proposed_by)
        ]

    def step(self, action: str, roles: Iterable[str], at: datetime) -> Self:
        """Return the change after an action. Raises WrongState or NotYourStep."""
        state = SCHEDULE_CHANGE.next_state(self.state, action, roles, self)
        return replace(self, state=state, version=self.version + 1, updated_at=at)

    def applied_by(self, person: str, roles: Iterable[str], at: datetime) -> Self:
        """Return the change as another person confirmed it. Raises SameProposer."""
        if person == self.proposed_by:
            raise SameProposer()
        return replace(self.step("apply", roles, at), confirmed_by=person)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A phase that is open or closed now and was not before; `at` is the instant it turned."""

    phase: str
    state: str
    at: datetime


def planned(phases: Sequence[Phase], windows: Sequence[Window]) -> list[Phase]:
    """Return the phases of a call with a plan of their own. Raises FaultyData.

    `windows` must name each phase once.
    """
    by_name = {window.name: window for window in windows}
    faults = [f"phases lack {phase.name}" for phase in phases if phase.name not in by_name]
    if len(by_name) < len(windows):
        faults.append("phases name one twice")
    if faults:
        raise FaultyData(faults)
    made = [_planned(phase, by_name[phase.name]) for phase in phases]
    must_fit(made)
    return made


def rescheduled(phases: Sequence[Phase], windows: Sequence[Window], at: datetime) -> list[Phase]:
    """Return the phases of a call with some of them moved, as of an instant.

    A phase that is over stays over, one that has begun keeps its beginning, and none ends in the past.
    Raises PhaseIsOver, ScheduleInThePast or FaultyData.
    """
    by_name = {window.name: window for window in windows}
    if len(by_name) < len(windows) or not by_name:
        raise FaultyData(["phases name none, or one twice"])
    made = [_moved(phase, by_name[phase.name], at) if phase.name in by_name else phase for phase in phases]
    must_fit(made)
    return made


def must_fit(phases: Sequence[Phase]) -> None:
    """Raise FaultyData unless each phase ends after it begins, they stand in order, and none may look early.

    Evaluation begins when offers are in, not before: nobody sees an offer that can still change.
    """
    faults = [f"{one.name} ends before it begins" for one in phases if one.opens_at >= one.closes_at]
    for earlier, later in pairwise(phases):
        if later.opens_at < earlier.opens_at:
            faults.append(f"{later.name} begins before {earlier.name}")
    if phase_named(phases, EVALUATION).opens_at < phase_named(phases, OFFERS).closes_at:
        faults.append(f"{EVALUATION} begins before {OFFERS} close")
    if faults:
        raise FaultyData(faults)


def turns(call: Call, at: datetime) -> list[Turn]:
    """Return what nobody was told yet about phases that have begun, in the order it happened."""
    seen = [turn for phase in call.data.phases if (turn := _turn(phase, at))]
    new = [turn for turn in seen if call.phase_states.get(turn.phase) != turn.state]
    return sorted(new, key=lambda turn: turn.at)


def next_turn_at(phases: Iterable[Phase], at: datetime) -> datetime | None:
    """Return the next instant after `at` at which a phase begins or ends; None when all is over."""
    return min((instant for instant in _boundaries(phases) if instant > at), default=None)


def _boundaries(phases: Iterable[Phase]) -> Iterator[datetime]:
    for phase in phases:
        yield from (phase.opens_at, phase.closes_at)


def _turn(phase: Phase, at: datetime) -> Turn | None:
    if is_open(phase, at):
        return Turn(phase=phase.name, state=OPEN, at=phase.opens_at)
    return Turn(phase=phase.name, state=OVER, at=phase.closes_at) if at >= phase.closes_at else None


def _planned(phase: Phase, window: Window) -> Phase:
    opens, closes = window.opens_at, window.closes_at
    return replace(phase, opens_at=opens, closes_at=closes, planned_opens_at=opens, planned_closes_at=closes)


def _moved(phase: Phase, window: Window, at: datetime) -> Phase:
    if phase.closes_at <= at:
        raise PhaseIsOver(phase=phase.name)
    begun = phase.opens_at <= at
    if window.closes_at < at or (begun and window.opens_at != phase.opens_at):
        raise ScheduleInThePast(phase=phase.name)
    return replace(phase, opens_at=window.opens_at, closes_at=window.closes_at)
