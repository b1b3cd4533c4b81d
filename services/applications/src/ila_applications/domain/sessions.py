"""Sessions of a group, the code shown in them, and who was there."""

import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from ila_kit.canonical import sha256_hex
from ila_kit.clock import riga_date
from ila_kit.ids import uuid7

from ila_applications.domain.group_errors import (
    CodeExpired,
    ConfirmationClosed,
    PartHoursExceeded,
    SessionNotBegun,
    SessionOutsideGroup,
    SessionTooShort,
    UnknownPart,
    WrongCode,
)
from ila_applications.domain.group_states import SESSION
from ila_applications.domain.groups import Group
from ila_applications.domain.offerings import Call, Part, Programme

# Short, to be read aloud and typed on a phone: guessing it gains nothing, for the trainer has to confirm
# the presence too. Source: BR-602 [default].
CODE_DIGITS = 6
CODE_VALID = timedelta(minutes=15)
CONFIRM_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What somebody says about a session. `part` is the title of the programme's part that it teaches."""

    title: str
    part: str
    starts_at: datetime
    ends_at: datetime
    learning_hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A session of a group. `part` counts the parts of the programme from 1; hours are learning hours.

    `reason` is why it was cancelled, in the words of who did.
    """

    id: UUID
    group_id: UUID
    title: str
    part: int
    starts_at: datetime
    ends_at: datetime
    learning_hours: int
    state: str
    version: int
    created_at: datetime
    updated_at: datetime
    code_hash: str | None = None
    code_valid_until: datetime | None = None
    reason: str | None = None

    @property
    def counts(self) -> bool:
        """Whether the session takes place."""
        return self.state == "scheduled"

    def outside(self, first: date, last: date) -> bool:
        """Tell whether the session does not lie within these legal days."""
        return _outside(self, first, last)

    def step(self, action: str, roles: frozenset[str], now: datetime, **changes: Any) -> "Session":
        """Return the session after a step of the state table. Raises WrongState or NotYourStep."""
        state = SESSION.next_state(self.state, action, roles, self)
        return replace(self, state=state, version=self.version + 1, updated_at=now, **changes)

    def must_have_begun(self, now: datetime) -> None:
        """Raise SessionNotBegun before its first instant."""
        if now < self.starts_at:
            raise SessionNotBegun(starts_at=self.starts_at)

    def with_code(self, roles: frozenset[str], now: datetime) -> tuple["Session", str]:
        """Return the session with a new code, and the code; the one before it is worth nothing any more.

        Raises SessionNotBegun, ConfirmationClosed, WrongState or NotYourStep.
        """
        self.must_have_begun(now)
        if now >= self.ends_at + CONFIRM_WITHIN:
            raise ConfirmationClosed(closed_at=self.ends_at + CONFIRM_WITHIN)
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        changes = {"code_hash": self._hash(code), "code_valid_until": now + CODE_VALID}
        return self.step("show_code", roles, now, **changes), code

    def must_be_code(self, code: str, now: datetime) -> None:
        """Raise WrongCode or CodeExpired unless this is the code shown now."""
        if self.code_hash is None or self.code_valid_until is None:
            raise WrongCode()
        if not hmac.compare_digest(self._hash(code), self.code_hash):
            raise WrongCode()
        if now >= self.code_valid_until:
            raise CodeExpired(expired_at=self.code_valid_until)

    def _hash(self, code: str) -> str:
        return sha256_hex({"session": str(self.id), "code": code})


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendance:
    """What is known of one member's presence in one session; it counts when both sides say so.

    Source: BR-602.
    """

    session_id: UUID
    application_id: UUID
    present: bool | None = None
    confirmed_at: datetime | None = None

    @property
    def attended(self) -> bool:
        """Whether trainer and learner both confirm it."""
        return bool(self.present) and self.confirmed_at is not None


def schedule(
    group: Group, programme: Programme, call: Call, plan: Plan, others: Sequence[Session], now: datetime
) -> Session:
    """Return a new session of a group. `others` are the sessions there are.

    Raises UnknownPart, PartHoursExceeded, SessionTooShort or SessionOutsideGroup.
    """
    part = _part_with_room(plan, programme.parts, others)
    _must_last(plan, call.learning_hour_minutes(programme.kind))
    if _outside(plan, group.starts_on, group.ends_on):
        raise SessionOutsideGroup(starts_on=group.starts_on, ends_on=group.ends_on)
    values = {name: getattr(plan, name) for name in plan.__dataclass_fields__} | {"part": part}
    return Session(
        id=uuid7(),
        group_id=group.id,
        state=SESSION.start,
        version=1,
        created_at=now,
        updated_at=now,
        **values,
    )


def _part_with_room(plan: Plan, parts: Sequence[Part], others: Sequence[Session]) -> int:
    """Return the number of the part that a session teaches; of parts with one title, the first with room.

    Raises UnknownPart, or PartHoursExceeded: what is over the hours of a part can count for nobody.
    """
    free = {
        number: part.hours - hours_of_part(others, number)
        for number, part in enumerate(parts, 1)
        if part.title == plan.part
    }
    if not free:
        raise UnknownPart(parts=[part.title for part in parts])
    room = [number for number, hours in free.items() if plan.learning_hours <= hours]
    if not room:
        raise PartHoursExceeded(part=plan.part, free=max(0, *free.values()))
    return room[0]


def _must_last(plan: Plan, hour_minutes: int) -> None:
    """Raise SessionTooShort unless a session lasts its learning hours by the clock.

    A learning hour is 40 minutes in vocational education and 45 in studies, by the call; with 0
    minutes hours are nominal, and a session only has to end after it began. Source: BR-602a.
    """
    needed = hour_minutes * plan.learning_hours
    lasts = plan.ends_at - plan.starts_at
    if lasts <= timedelta() or lasts < timedelta(minutes=needed):
        raise SessionTooShort(needed=needed, minutes=lasts // timedelta(minutes=1))


def _outside(one: Plan | Session, first: date, last: date) -> bool:
    return riga_date(one.starts_at) < first or riga_date(one.ends_at) > last


def hours_of_part(sessions: Iterable[Session], part: int) -> int:
    """Return the learning hours that sessions have of a part."""
    return sum(one.learning_hours for one in sessions if one.counts and one.part == part)


def lacking_hours(parts: Sequence[Part], sessions: Sequence[Session], now: datetime) -> dict[int, int]:
    """Return the learning hours still to be taught, by part; empty when sessions that are over cover all."""
    over = [one for one in sessions if one.ends_at <= now]
    left = {number: part.hours - hours_of_part(over, number) for number, part in enumerate(parts, 1)}
    return {number: hours for number, hours in left.items() if hours > 0}
