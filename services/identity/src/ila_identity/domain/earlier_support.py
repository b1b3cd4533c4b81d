"""What the register of earlier support told about a person, and when it is asked again.

Source: BR-713 (nobody is paid twice for the same content; a register that is down holds, never passes).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from ila_kit.ids import uuid7
from ila_kit.registers import RegisterAnswer

from ila_identity.domain.asking import pause
from ila_identity.domain.personal_codes import PersonalCode

REGISTER = "earlier_support"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportQuestion:
    """Whether the register is asked about a person; `tries` were in vain since it was wanted."""

    person_id: UUID
    wanted: bool
    next_at: datetime
    tries: int = 0

    def failed(self, now: datetime) -> "SupportQuestion":
        """Return the question after a vain try: asked again, later each time."""
        return replace(self, tries=self.tries + 1, next_at=now + pause(self.tries))

    def answered(self) -> "SupportQuestion":
        """Return the question when it is settled."""
        return replace(self, wanted=False, tries=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class SupportAnswer:
    """What the register told of a person at one moment; never changed, as decisions stand on it.

    `supports` lists reference, source, family, title and day of each support, empty when there was none;
    `proofs` are the hash and the signed snapshot of each code's question and answer.
    """

    id: UUID
    person_id: UUID
    observed_at: datetime
    legal_basis: str
    supports: Sequence[dict[str, Any]]
    proofs: Sequence[dict[str, str | None]] = field(repr=False)


def support_answer(
    person_id: UUID, codes: Sequence[PersonalCode], told: Mapping[str, RegisterAnswer]
) -> SupportAnswer | None:
    """Return what the register told of a person by every code that person has or had.

    None unless it told something by each of them: support under an earlier code is support too.
    """
    answers = [told.get(code.digits) for code in codes]
    known = [one for one in answers if one and one.known and one.observed_at and one.legal_basis]
    if not codes or len(known) < len(codes) or not all(map(_says_what, known)):
        return None
    return SupportAnswer(
        id=uuid7(),
        person_id=person_id,
        observed_at=min(one.observed_at for one in known if one.observed_at),
        legal_basis=known[0].legal_basis or "",
        supports=[support for one in known for support in (one.answer or {}).get("supports", ())],
        proofs=[{"hash": one.hash, "snapshot": one.snapshot} for one in known],
    )


def _says_what(answer: RegisterAnswer) -> bool:
    """Tell whether an answer that finds somebody also lists what for."""
    return not answer.found or bool((answer.answer or {}).get("supports"))
