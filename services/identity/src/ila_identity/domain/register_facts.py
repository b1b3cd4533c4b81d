"""What the population register told about a person, how long it is relied on, and when it is asked again.

Source: BR-501 to BR-503 (facts from a register or e-identity; a register that is down).
"""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from ila_kit.registers import RegisterAnswer

from ila_identity.domain.asking import pause
from ila_identity.domain.persons import Description

REGISTER = "population"
ALIVE = "alive"
KNOWN, ASKED, UNAVAILABLE = "register", "asked", "unavailable"
# An answer out of the gateway's cache may be as old as a fact may be: it serves at least this long,
# or its reader would ask again and again.
_SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFact:
    """What the register told of a person; `wanted`: it is asked at `next_at`.

    `birth_date` is None with an `observed_at` when the register knows no such person.
    `proof` is the hash and the signed snapshot of question and answer.
    """

    person_id: UUID
    wanted: bool
    next_at: datetime
    tries: int = 0
    birth_date: date | None = field(default=None, repr=False)
    alive: bool | None = None
    observed_at: datetime | None = None
    valid_until: datetime | None = None
    legal_basis: str | None = None
    proof: dict[str, str | None] | None = field(default=None, repr=False)

    def state(self, now: datetime) -> str:
        """Return `register` while the fact is relied on, else `asked`, or `unavailable` after a vain try."""
        if self.valid_until is not None and now < self.valid_until:
            return UNAVAILABLE if self.birth_date is None else KNOWN
        return UNAVAILABLE if self.wanted and self.tries else ASKED

    def failed(self, now: datetime) -> "RegisterFact":
        """Return the fact after a vain try: asked again, later each time; what was told before is kept."""
        return replace(self, tries=self.tries + 1, next_at=now + pause(self.tries))

    def answered(self, answer: RegisterAnswer, now: datetime, validity: timedelta) -> "RegisterFact":
        """Return the fact as the register told it, be it that it knows no such person."""
        observed = answer.observed_at or now
        told = answer.answer or {}
        return replace(
            self,
            wanted=False,
            tries=0,
            birth_date=date.fromisoformat(told["birth_date"]) if answer.found else None,
            alive=told["status"] == ALIVE if answer.found else None,
            observed_at=observed,
            valid_until=max(observed + validity, now + _SHORTEST),
            legal_basis=answer.legal_basis,
            proof={"hash": answer.hash, "snapshot": answer.snapshot},
        )


def wanted(person_id: UUID, now: datetime) -> RegisterFact:
    """Return the fact of a person about whom the register is to be asked."""
    return RegisterFact(person_id=person_id, wanted=True, next_at=now)


def usable(answer: RegisterAnswer, person: Description) -> bool:
    """Tell whether an answer says something, and says it about this person.

    A register that tells both another name and another birth date speaks of somebody else; one of
    the two alone may have changed, or may have been written down wrongly.
    """
    if not answer.known or not answer.found:
        return answer.known
    told = answer.answer or {}
    try:
        born = date.fromisoformat(told["birth_date"])
        names = _spoken(told["given_name"], told["family_name"])
        known_status = isinstance(told["status"], str)
    except (KeyError, TypeError, ValueError):
        return False
    same = born == person.birth_date or names == _spoken(person.given_name, person.family_name)
    return same and known_status


def _spoken(given_name: Any, family_name: Any) -> tuple[str, str]:
    return str(given_name).casefold().strip(), str(family_name).casefold().strip()
