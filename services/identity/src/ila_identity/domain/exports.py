"""Everything about me: a person asks for it, it is collected from every service, kept for a while, and gone.

Source: 04-contracts section 3 (identity), 05-promises (export of everything about me ≤ 60 s).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM, StateMachine, Step, Timer

SERVICES = ("identity", "applications", "funding")
COLLECTING, READY, EXPIRED = "collecting", "ready", "expired"
KEPT_FOR = timedelta(days=7)
_SYSTEM = frozenset({SYSTEM})
_LONGEST_PAUSE = timedelta(minutes=5)
EXPORT = StateMachine(
    "export",
    COLLECTING,
    [
        Step(COLLECTING, "finish", READY, _SYSTEM),
        Step(COLLECTING, "expire", EXPIRED, _SYSTEM),
        Step(READY, "expire", EXPIRED, _SYSTEM),
    ],
    timers={COLLECTING: Timer(KEPT_FOR, "expire"), READY: Timer(KEPT_FOR, "expire")},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export of a person's data; `waiting_for` are the services whose part is missing.

    `sha256` names the file while it is there; `next_at` is when it is tried next.
    """

    id: UUID
    person_id: UUID
    state: str
    requested_at: datetime
    next_at: datetime
    expires_at: datetime
    waiting_for: tuple[str, ...] = SERVICES
    tries: int = 0
    ready_at: datetime | None = None
    sha256: str | None = None
    size: int | None = None
    version: int = 1

    @classmethod
    def asked(cls, person_id: UUID, now: datetime) -> "Export":
        """Return a new export, to be collected at once."""
        return cls(
            id=uuid7(),
            person_id=person_id,
            state=EXPORT.start,
            requested_at=now,
            next_at=now,
            expires_at=now + KEPT_FOR,
        )

    def postponed(self, missing: tuple[str, ...], now: datetime) -> "Export":
        """Return the export that waits for services that did not answer, longer each time."""
        pause = min(_LONGEST_PAUSE, timedelta(seconds=2 * 2 ** min(self.tries, 10)))
        return replace(
            self, waiting_for=missing, tries=self.tries + 1, next_at=now + pause, version=self.version + 1
        )

    def finished(self, sha256: str, size: int, now: datetime) -> "Export":
        """Return the export whose file is there. Raises WrongState."""
        state = EXPORT.next_state(self.state, "finish", _SYSTEM)
        return replace(
            self,
            state=state,
            waiting_for=(),
            ready_at=now,
            expires_at=now + KEPT_FOR,
            sha256=sha256,
            size=size,
            version=self.version + 1,
        )

    def expired(self) -> "Export":
        """Return the export whose file is gone. Raises WrongState."""
        state = EXPORT.next_state(self.state, "expire", _SYSTEM)
        return replace(self, state=state, sha256=None, version=self.version + 1)
