"""A person contests a refusal; somebody who did not decide it decides.

Source: BR-504; 01-mission section 5 (another officer).
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ila_kit.actor import Scope

from ila_applications.domain.applications import Case, Statement
from ila_applications.domain.errors import AlreadyApplied, ContestTooLate, DecidedByYou
from ila_applications.domain.states import APPEAL_OFFICER, LEARNER
from ila_applications.ports import Unit
from ila_applications.usecases.decisions import officer_of
from ila_applications.usecases.eligibility import admit
from ila_applications.usecases.keeping import keep


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestRefusal:
    """A person says why a refusal is wrong."""

    application_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideContest:
    """An officer upholds or dismisses a contest. `outcome` is `upheld` or `dismissed`."""

    application_id: UUID
    outcome: str
    reason: str


def contest_refusal(unit: Unit, command: ContestRefusal, scope: Scope) -> Case:
    """Contest a refusal within a month of it.

    Raises Missing, WrongState, ContestTooLate, ApplicationsClosed when the programme was closed
    meanwhile, or AlreadyApplied when the person has begun anew.
    """
    case = unit.applications.get(command.application_id, scope, lock=True)
    said = Statement(kind="contest", outcome=None, text=command.reason, by=LEARNER, at=unit.now)
    contested, change = case.step("contest", (LEARNER,), unit.now, statements=case.with_statement(said))
    was = case.application
    if was.due_at is not None and was.due_at <= unit.now:
        raise ContestTooLate(until=was.due_at)
    case.offering.must_not_be_closed()
    if any(one.application.programme_id == was.programme_id for one in unit.applications.live(was.person_id)):
        raise AlreadyApplied()
    keep(unit, [change])
    return contested


def decide_contest(unit: Unit, command: DecideContest, scope: Scope) -> Case:
    """Uphold a contest, which gives a place or a wait for one, or dismiss it for good.

    Raises Missing, WrongState, DecidedByYou, OwnApplication, or ApplicationsClosed.
    """
    case = unit.applications.get(command.application_id, scope, lock=True)
    officer = officer_of(unit, case)
    if case.application.decided_by == officer:
        raise DecidedByYou()
    said = Statement(
        kind="contest_decision",
        outcome=command.outcome,
        text=command.reason,
        by=APPEAL_OFFICER,
        at=unit.now,
    )
    stored: dict[str, Any] = {"statements": case.with_statement(said), "decided_by": officer}
    if command.outcome == "upheld":
        case.offering.must_not_be_closed()
        admit(unit, [(case, "uphold_contest")], (APPEAL_OFFICER,), refusal=None, **stored)
        return unit.applications.get(command.application_id, scope)
    dismissed, change = case.step("dismiss_contest", (APPEAL_OFFICER,), unit.now, **stored)
    keep(unit, [change])
    return dismissed
