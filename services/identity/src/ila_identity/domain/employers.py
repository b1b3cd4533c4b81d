"""Registrations of employers: a person names a legal person, and its register says who may represent it.

Source: 01-mission section 2 (employer, a kind of organisation; `employer_admin`); BR-710 (top-ups by an
employer, which is why there are employers); decision 0054.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ila_kit.ids import uuid7
from ila_kit.registers import RegisterAnswer
from ila_kit.states import SYSTEM, StateMachine, Step, Timer

from ila_identity.domain.asking import pause
from ila_identity.domain.register_checks import usable

REGISTRANT = "registrant"
ASKING, REGISTERED = "asking", "registered"
# What each status of the register of legal persons means: `registered` alone is one that works.
ACTIVE = "registered"
_NOT_ACTIVE = {"liquidated": "struck_off", "insolvent": "insolvent"}
UNKNOWN, NOT_ENTITLED, ONLY_JOINTLY = "unknown_number", "not_entitled", "only_jointly"
REGISTERED_ALREADY, ACCOUNT_DISABLED, SILENT = "registered_already", "account_disabled", "register_silent"
REASONS = (
    *(UNKNOWN, *_NOT_ACTIVE.values(), NOT_ENTITLED, ONLY_JOINTLY),
    *(REGISTERED_ALREADY, ACCOUNT_DISABLED, SILENT),
)

_SYSTEM, _REGISTRANT = frozenset({SYSTEM}), frozenset({REGISTRANT})
EMPLOYER_REGISTRATION = StateMachine(
    "employer_registration",
    ASKING,
    [
        Step(ASKING, "register", REGISTERED, _SYSTEM),
        Step(ASKING, "refuse", "refused", _SYSTEM),
        Step(ASKING, "withdraw", "withdrawn", _REGISTRANT),
        Step(ASKING, "lapse", "lapsed", _SYSTEM),
    ],
    timers={ASKING: Timer(timedelta(days=3), "lapse")},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerRegistration:
    """A person registers the legal person that they may represent alone.

    `answer` is what the register told, with its proof; it names representatives, so the `repr` hides it.
    `reason` is one of `REASONS` for a refused or lapsed one, else None. `lapses_at` is the first instant
    at which the silence of the register ends it, `ask_at` when it is asked next; both None at the end.
    """

    id: UUID
    state: str
    registrant_id: UUID
    legal_person_number: str
    contact_email: str = field(repr=False)
    created_at: datetime
    updated_at: datetime
    lapses_at: datetime | None
    ask_at: datetime | None
    ask_tries: int = 0
    answer: RegisterAnswer | None = field(default=None, repr=False)
    reason: str | None = None
    decided_at: datetime | None = None
    organisation_id: UUID | None = None
    version: int = 1

    @classmethod
    def begin(
        cls, registrant_id: UUID, legal_person_number: str, contact_email: str, now: datetime
    ) -> "EmployerRegistration":
        """Return a new registration, about which the register is asked at once."""
        return cls(
            id=uuid7(),
            state=EMPLOYER_REGISTRATION.start,
            registrant_id=registrant_id,
            legal_person_number=legal_person_number,
            contact_email=contact_email,
            created_at=now,
            updated_at=now,
            lapses_at=now + EMPLOYER_REGISTRATION.timers[ASKING].after,
            ask_at=now,
        )

    @property
    def title(self) -> str | None:
        """How the register calls the legal person; None until it has told."""
        return _text(self.told, "title")

    @property
    def seat(self) -> str | None:
        """Where the register says that the legal person has its seat; None while it has not."""
        return _text(self.told, "seat")

    @property
    def told(self) -> Mapping[str, Any]:
        """What the register told of the legal person; empty while it told nothing or knows none."""
        return (self.answer and self.answer.answer) or {}

    def answered(self, answer: RegisterAnswer) -> "EmployerRegistration":
        """Return it with what the register told, to be decided by that."""
        return replace(self, answer=answer)

    def registered(self, organisation_id: UUID, now: datetime) -> "EmployerRegistration":
        """Return it with the employer that it made. Raises WrongState."""
        return replace(self._ended("register", _SYSTEM, now), organisation_id=organisation_id)

    def refused(self, reason: str, now: datetime) -> "EmployerRegistration":
        """Return it refused by what the register told, and why. Raises WrongState."""
        return replace(self._ended("refuse", _SYSTEM, now), reason=reason)

    def withdrawn(self, roles: Iterable[str], now: datetime) -> "EmployerRegistration":
        """Return it taken back by who registers. Raises WrongState or NotYourStep."""
        return self._ended("withdraw", roles, now)

    def lapsed(self, now: datetime) -> "EmployerRegistration":
        """Return it ended by the silence of the register. Raises WrongState.

        Source: BR-605.
        """
        return replace(self._ended("lapse", _SYSTEM, now), reason=SILENT)

    def unanswered(self, now: datetime) -> "EmployerRegistration":
        """Return it after a question in vain: asked again, later each time."""
        return replace(
            self,
            ask_at=now + pause(self.ask_tries),
            ask_tries=self.ask_tries + 1,
            updated_at=now,
            version=self.version + 1,
        )

    def _ended(self, action: str, roles: Iterable[str], now: datetime) -> "EmployerRegistration":
        return replace(
            self,
            state=EMPLOYER_REGISTRATION.next_state(self.state, action, roles),
            decided_at=now,
            lapses_at=None,
            ask_at=None,
            updated_at=now,
            version=self.version + 1,
        )


def counts(answer: RegisterAnswer, number: str) -> bool:
    """Tell whether an answer decides: it is about this number, and says what it must of one that is found."""
    if not usable(answer, number):
        return False
    told = answer.answer or {}
    known = told.get("status") in (ACTIVE, *_NOT_ACTIVE) and _text(told, "title") is not None
    signing = told.get("representatives") or []
    named = isinstance(signing, list) and all(isinstance(one, Mapping) for one in signing)
    return not answer.found or (known and named)


def refusal_of(answer: RegisterAnswer, codes: AbstractSet[str]) -> str | None:
    """Return why a person may not register a legal person by what its register told; None if they may.

    `answer` is one that `counts`; `codes` are all personal codes that the person has or had, eleven digits
    each. Who represents in two positions, in one of them alone, represents alone.

    Source: decision 0054.
    """
    if not answer.found:
        return UNKNOWN
    told = answer.answer or {}
    if told["status"] != ACTIVE:
        return _NOT_ACTIVE[told["status"]]
    needed = [
        one.get("signatures_needed") for one in told.get("representatives") or [] if _code(one) in codes
    ]
    together = [one for one in needed if type(one) is int and one >= 1]
    if not together:
        return NOT_ENTITLED
    return None if min(together) == 1 else ONLY_JOINTLY


def _code(representative: Mapping[str, Any]) -> str:
    return str(representative.get("personal_code", "")).replace("-", "")


def _text(told: Mapping[str, Any], name: str) -> str | None:
    value = told.get(name)
    return value if isinstance(value, str) and value else None
