"""How a commission comes to a decision: who sits on it, who has an interest, and what was decided why."""

import calendar
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from ila_kit.clock import riga_date
from ila_kit.ids import uuid7

from ila_catalog.domain.calls import Call
from ila_catalog.domain.errors import (
    CommissionIncomplete,
    CriterionRepeated,
    EvaluationNotOpen,
    InterestAlreadyDeclared,
    TooFewDeclarations,
)
from ila_catalog.domain.phases import EVALUATION, is_open, phase_named
from ila_catalog.domain.riga import closing

APPROVED, REJECTED = "approved", "rejected"
OUTCOMES = (APPROVED, REJECTED)
# Two independent assessors need two people without a conflict (BR-402).
ASSESSORS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """The people who evaluate the offers of a call; version 0 as long as nobody is appointed."""

    call_id: UUID
    members: tuple[UUID, ...] = ()
    chair: UUID | None = None
    version: int = 0

    def has(self, person_id: UUID | None) -> bool:
        """Tell whether a person sits on it, the chair too."""
        return person_id is not None and person_id in (*self.members, self.chair)


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What a member says about an own interest in an institution of the call."""

    id: UUID
    call_id: UUID
    person_id: UUID
    organisation_id: UUID
    conflict: bool
    declared_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an offer meets or fails one criterion."""

    criterion: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenLikeness:
    """Another offer that was flagged as alike when a decision was made (BR-708)."""

    offer_id: UUID
    kind: str
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the commission decided about an offer; the institution reads the reasons.

    `likenesses` are those that were flagged at that moment. Source: BR-405, BR-708.
    """

    id: UUID
    offer_id: UUID
    outcome: str
    reasons: list[Reason]
    decided_by: UUID
    decided_at: datetime
    likenesses: list[SeenLikeness] = field(default_factory=list)


def appointed(call_id: UUID, members: Sequence[UUID], chair: UUID, version: int) -> Commission:
    """Return the commission of a call in its next version. Raises CommissionIncomplete.

    Source: BR-401, BR-402: a chair who decides, and at least two others who assess.
    """
    others = tuple(dict.fromkeys(member for member in members if member != chair))
    if len(others) < ASSESSORS:
        raise CommissionIncomplete(needed=ASSESSORS)
    return Commission(call_id=call_id, members=others, chair=chair, version=version)


def check_not_over(call: Call, now: datetime) -> None:
    """Refuse what comes when the evaluation of a call has ended. Raises EvaluationNotOpen."""
    phase = phase_named(call.data.phases, EVALUATION)
    if now >= phase.closes_at:
        raise EvaluationNotOpen(opens_at=phase.opens_at, closes_at=phase.closes_at)


def check_open(call: Call, now: datetime) -> None:
    """Refuse a decision outside the evaluation phase. Raises EvaluationNotOpen."""
    phase = phase_named(call.data.phases, EVALUATION)
    if not is_open(phase, now):
        raise EvaluationNotOpen(opens_at=phase.opens_at, closes_at=phase.closes_at)


def declared(standing: Declaration | None, new: Declaration) -> Declaration:
    """Return the declaration that stands now. Raises InterestAlreadyDeclared.

    A conflict may turn up later; one that was declared never goes away by saying so.
    Source: BR-403.
    """
    if standing is not None and (standing.conflict or not new.conflict):
        raise InterestAlreadyDeclared()
    return new


def may_see(person_id: UUID | None, commission: Commission, declarations: Iterable[Declaration]) -> bool:
    """Tell whether a member may see the offers of the institution these declarations are about.

    Source: BR-403: after an own declaration, and never with a conflict.
    """
    mine = [one for one in declarations if one.person_id == person_id]
    return commission.has(person_id) and bool(mine) and not any(one.conflict for one in mine)


def check_assessors(commission: Commission, declarations: Iterable[Declaration]) -> None:
    """Refuse a decision that too few members without a conflict stand behind. Raises TooFewDeclarations.

    Source: BR-402, BR-403; the chair, who decides, is not counted.
    """
    free = {one.person_id for one in declarations if not one.conflict} & set(commission.members)
    if len(free) < ASSESSORS:
        raise TooFewDeclarations(needed=ASSESSORS, declared=len(free))


def decided(offer_id: UUID, outcome: str, reasons: Sequence[Reason], chair: UUID, now: datetime) -> Decision:
    """Return a decision with a reason for each criterion. Raises CriterionRepeated."""
    counted = Counter(reason.criterion for reason in reasons)
    if repeated := sorted(name for name, times in counted.items() if times > 1):
        raise CriterionRepeated(criteria=", ".join(repeated))
    return Decision(
        id=uuid7(),
        offer_id=offer_id,
        outcome=outcome,
        reasons=list(reasons),
        decided_by=chair,
        decided_at=now,
    )


def appeal_over(decided_at: datetime) -> datetime:
    """Return the first instant at which an appeal is too late: after one month of whole Latvian days.

    The month runs from the day after the decision to the day of the same number, or to the last
    day of a shorter month. Source: BR-405; general law: an appeal within one month.
    """
    day = riga_date(decided_at)
    next_month = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    last_day = calendar.monthrange(next_month.year, next_month.month)[1]
    until = next_month.replace(day=min(day.day, last_day))
    return closing(f"{until.isoformat()}T23:59")
