"""Learning needs as they are proposed by the agency and approved by the supervisory council."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Self
from uuid import UUID

from ila_catalog.domain.calls import LearningNeed, NeedArea
from ila_catalog.domain.desk_errors import ProposerApproves
from ila_catalog.domain.errors import FaultyData
from ila_catalog.domain.states import LEARNING_NEED, PROPOSED


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedProposal:
    """A learning need of a call on its way: what is to be taught, who proposed it, what became of it."""

    id: UUID
    call_id: UUID
    areas: list[NeedArea]
    text_lv: str | None
    text_en: str | None
    source: str
    state: str
    proposed_by: str
    version: int
    created_at: datetime
    updated_at: datetime
    approved_by: str | None = None
    approved_on: date | None = None
    reason: str | None = None

    @property
    def due_at(self) -> datetime:
        """When a proposal that the council does not decide lapses."""
        return self.created_at + LEARNING_NEED.timers[PROPOSED].after

    def approved(self, person: str, roles: Iterable[str], day: date, at: datetime) -> Self:
        """Return the need as the council approved it on a Latvian day.

        Raises WrongState, NotYourStep or ProposerApproves. Source: BR-208.
        """
        stepped = self.step("approve", roles, at)
        if person == self.proposed_by:
            raise ProposerApproves()
        return replace(stepped, approved_by=person, approved_on=day)

    def step(self, action: str, roles: Iterable[str], at: datetime, reason: str | None = None) -> Self:
        """Return the need after another action. Raises WrongState or NotYourStep."""
        state = LEARNING_NEED.next_state(self.state, action, roles, self)
        return replace(self, state=state, version=self.version + 1, updated_at=at, reason=reason)

    def need(self, approved_on: date) -> LearningNeed:
        """Return a need as offers rest on it from the day of its approval."""
        return LearningNeed(
            id=self.id,
            areas=self.areas,
            text_lv=self.text_lv,
            text_en=self.text_en,
            approved_on=approved_on,
            provisional=False,
            source=self.source,
            entered=True,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawal:
    """A wish to take an approved need away: what the guard of the state table looks at."""

    programmes: int


def check_areas(areas: Iterable[NeedArea]) -> None:
    """Raise FaultyData unless each area is named once, from a lowest to a highest level."""
    seen, faults = set(), []
    for index, one in enumerate(areas):
        if one.area in seen:
            faults.append(f"areas[{index}].area is named twice")
        if one.lowest_level > one.highest_level:
            faults.append(f"areas[{index}].lowest_level is above the highest")
        seen.add(one.area)
    if faults:
        raise FaultyData(faults)
