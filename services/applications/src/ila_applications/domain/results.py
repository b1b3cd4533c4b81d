"""What a learner achieved in a group: counted from attendance, entered, verified."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal
from typing import Any
from uuid import UUID

from ila_kit.ids import uuid7

from ila_applications.domain.group_errors import UntoldTest
from ila_applications.domain.group_states import RESULT
from ila_applications.domain.offerings import Call, Part

COMPLETED, NOT_COMPLETED = "completed", "not_completed"
ATTENDANCE, TEST, DROPPED_OUT, NO_SHOW = "attendance", "test", "dropped-out", "no-show"
HUNDREDTH = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One learner's result. `outcome` and `missed` are what verification will decide, or has decided.

    `missed` names what is missing to have completed: `attendance` or `test`. `test_passed` is None
    when the call asks for no test, or nobody told.
    """

    id: UUID
    group_id: UUID
    application_id: UUID
    person_id: UUID
    state: str
    version: int
    attended_hours: int
    total_hours: int
    test_passed: bool | None
    outcome: str
    missed: str | None
    entered_at: datetime
    verified_at: datetime | None = None

    @property
    def percent(self) -> Decimal:
        """The attended share of all learning hours."""
        return attendance_percent(self.attended_hours, self.total_hours)

    def step(self, action: str, roles: frozenset[str], **changes: Any) -> "Result":
        """Return the result after a step of the state table. Raises WrongState or NotYourStep."""
        state = RESULT.next_state(self.state, action, roles, self)
        return replace(self, state=state, version=self.version + 1, **changes)


def attended_hours(parts: Sequence[Part], attended: Mapping[int, int]) -> int:
    """Return the learning hours that count: of each part at most what the part has.

    `attended` are learning hours by part, in whichever group they were attended. Source: BR-602.
    """
    return sum(min(attended.get(number, 0), part.hours) for number, part in enumerate(parts, 1))


def attendance_percent(attended: int, total: int) -> Decimal:
    """Return the attended share in per cent, to the hundredth and never rounded up.

    It is for reading; `enough_attendance` decides by whole numbers.
    """
    return (
        (Decimal(attended * 100) / Decimal(total)).quantize(HUNDREDTH, ROUND_FLOOR) if total else Decimal(0)
    )


def enough_attendance(attended: int, total: int, percent: int) -> bool:
    """Tell whether the attended hours reach the call's percentage, without any rounding. Source: BR-603."""
    return attended * 100 >= percent * total


def missed(call: Call, attended: int, total: int, test_passed: bool | None) -> str | None:
    """Return what somebody misses to have completed: `attendance`, `test`, or None for nothing.

    Source: BR-603; both are parameters of the call.
    """
    if not enough_attendance(attended, total, call.completion_attendance_percent):
        return ATTENDANCE
    return TEST if call.completion_needs_test and not test_passed else None


def must_tell_test(call: Call, passed: Sequence[bool | None]) -> None:
    """Raise UntoldTest when the call asks for a test and somebody's outcome is not told."""
    if call.completion_needs_test and None in passed:
        raise UntoldTest()


def enter(
    before: Result | None,
    *,
    call: Call,
    group_id: UUID,
    application: tuple[UUID, UUID],
    hours: tuple[int, int],
    test_passed: bool | None,
    roles: frozenset[str],
    now: datetime,
) -> Result:
    """Return a new result, or the corrected one. `application` is (id, person), `hours` (attended, total)."""
    lacks = missed(call, *hours, test_passed)
    values: dict[str, Any] = {
        "attended_hours": hours[0],
        "total_hours": hours[1],
        "test_passed": test_passed,
        "outcome": NOT_COMPLETED if lacks else COMPLETED,
        "missed": lacks,
        "entered_at": now,
    }
    if before is not None:
        return before.step("correct", roles, group_id=group_id, **values)
    return Result(
        id=uuid7(),
        group_id=group_id,
        application_id=application[0],
        person_id=application[1],
        state=RESULT.start,
        version=1,
        **values,
    )
