"""The learning account of a person: when it opens, and what may happen to it.

Source: 01-mission section 5 (account: opened → active → restricted → closed → erased).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from ila_kit.states import SYSTEM, StateMachine, Step

STRONG = frozenset({"substantial", "high"})
DISABLED = frozenset({"restricted", "closed", "erased"})

_SYSTEM = frozenset({SYSTEM})
_ADMIN = frozenset({"platform_admin"})
_OWNER = frozenset({"learner"})
ACCOUNT = StateMachine(
    "account",
    "opened",
    [
        Step("opened", "use", "active", _SYSTEM),
        Step("opened", "restrict", "restricted", _ADMIN),
        Step("active", "restrict", "restricted", _ADMIN),
        Step("restricted", "lift", "active", _ADMIN),
        Step("opened", "close", "closed", _OWNER),
        Step("active", "close", "closed", _OWNER),
        Step("restricted", "close", "closed", _ADMIN),
        Step("closed", "erase", "erased", _SYSTEM),
    ],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account of a person, from its opening on."""

    person_id: UUID
    state: str
    opened_at: datetime
    version: int = 1

    @classmethod
    def open(cls, person_id: UUID, now: datetime) -> "Account":
        """Return the account a person gets at the first strong sign-in."""
        return cls(person_id=person_id, state=ACCOUNT.start, opened_at=now)

    @property
    def disabled(self) -> bool:
        """Whether nobody signs in with this account."""
        return self.state in DISABLED

    def used(self) -> "Account":
        """Return the account after another sign-in: the first one after the opening makes it active."""
        if self.state != ACCOUNT.start:
            return self
        return self.stepped("use", _SYSTEM)

    def stepped(self, action: str, roles: Iterable[str]) -> "Account":
        """Return the account after a step of the table. Raises WrongState or NotYourStep."""
        state = ACCOUNT.next_state(self.state, action, roles)
        return replace(self, state=state, version=self.version + 1)
