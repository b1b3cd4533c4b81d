"""State machines as tables: what the table lacks is refused."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ila_kit.errors import Conflict, Denied

SYSTEM = "system"


class WrongState(Conflict):
    """The thing's state does not allow this step."""

    code = "wrong-state"


class NotYourStep(Denied):
    """Somebody else takes this step."""

    code = "not-your-step"


@dataclass(frozen=True, slots=True)
class Timer:
    """What happens by itself when a state lasts too long: `action` is a step of the same table."""

    after: timedelta
    action: str


@dataclass(frozen=True, slots=True)
class Step:
    """One allowed transition: from a state, by an action of one of the roles, to a state.

    `guard` gets the thing and raises a DomainError when the step is not allowed now.
    """

    source: str
    action: str
    target: str
    roles: frozenset[str]
    guard: Callable[[Any], None] | None = None


class StateMachine:
    """The transitions of one kind of thing, its timers, and who may take each step."""

    def __init__(self, name: str, start: str, steps: Iterable[Step], timers: dict[str, Timer] | None = None):
        self.name, self.start, self.timers = name, start, timers or {}
        rows = list(steps)
        self.steps = {(step.source, step.action): step for step in rows}
        if len(self.steps) < len(rows):
            raise ValueError(f"{name}: a step stands in the table twice")
        self.states = {start} | {s for step in self.steps.values() for s in (step.source, step.target)}
        self._check()

    def next_state(self, state: str, action: str, roles: Iterable[str], thing: Any = None) -> str:
        """Return the state an action leads to. Raises WrongState, NotYourStep, or what the guard raises."""
        step = self.steps.get((state, action))
        if step is None:
            raise WrongState(thing=self.name, state=state, action=action)
        if step.roles.isdisjoint(roles):
            raise NotYourStep(thing=self.name, action=action)
        if step.guard is not None:
            step.guard(thing)
        return step.target

    def actions(self, state: str) -> list[str]:
        """Return the actions a state allows, in the order of the table."""
        return [action for source, action in self.steps if source == state]

    def _check(self) -> None:
        """Refuse a table whose timers name a state or a step that it lacks."""
        for state, timer in self.timers.items():
            if SYSTEM not in getattr(self.steps.get((state, timer.action)), "roles", ()):
                raise ValueError(f"{self.name}: the timer of {state} needs a step {timer.action} by {SYSTEM}")
