"""Pauses by hand: a line lets new holds wait at once, until somebody else lets it go on."""

from dataclasses import replace
from uuid import UUID

from ila_funding.domain.budget import BudgetLine
from ila_funding.domain.errors import SamePerson
from ila_funding.domain.line_change import PAUSE_STATES
from ila_funding.ports import Unit
from ila_funding.usecases.limits import known_line
from ila_funding.usecases.waiting import serve_waiting


def pause_line(unit: Unit, line_id: UUID, reason: str) -> None:
    """Let new holds of a line wait, except those its rules exempt; what is held already is not touched.

    One person stops, because it may be urgent and takes nothing from anybody. Raises Missing, WrongState.
    """
    line = _stepped(unit, line_id, "pause")
    paused = replace(line, paused_at=unit.now, paused_by=unit.actor.id, pause_reason=reason)
    unit.lines.save_pause(replace(paused, version=line.version + 1, updated_at=unit.now))
    unit.audit("pause_budget_line", "budget_line", line.id, reason=reason)


def resume_line(unit: Unit, line_id: UUID, reason: str) -> None:
    """Let a line go on, as another person than who paused it; those who wait are served in order of receipt.

    Raises Missing, WrongState, SamePerson.
    """
    line = _stepped(unit, line_id, "resume")
    if line.paused_by == unit.actor.id:
        raise SamePerson(thing="budget line")
    running = replace(line, paused_at=None, paused_by=None, pause_reason=None)
    unit.lines.save_pause(replace(running, version=line.version + 1, updated_at=unit.now))
    unit.audit("resume_budget_line", "budget_line", line.id, reason=reason)
    serve_waiting(unit, line.id)


def _stepped(unit: Unit, line_id: UUID, action: str) -> BudgetLine:
    """Return a line, locked, with which a step of the table may be taken."""
    line = known_line(unit, line_id)
    state = "running" if line.paused_at is None else "paused"
    PAUSE_STATES.next_state(state, action, unit.actor.role_names)
    return line
