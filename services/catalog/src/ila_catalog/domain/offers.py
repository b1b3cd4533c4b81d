"""An offer: an institution's item for a call, its submissions and their receipts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from ila_kit.canonical import sha256_hex
from ila_kit.ids import uuid7

from ila_catalog.domain.states import DRAFT, OFFER

OFFER_FILES = ("annex_2", "annex_3", "annex_4", "curriculum", "study_plan", "course_description")
PROGRAMME_FILES = ("curriculum", "study_plan", "course_description")
_ANNEXES = ("annex_2", "annex_3", "annex_4")


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file of an offer or a programme, without its bytes."""

    id: UUID
    subject_kind: str
    subject_id: UUID
    kind: str
    name: str
    media_type: str
    size: int
    sha256: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What an institution offers in a call: one programme, which funding source, and its word for it.

    `submission` is the number of the last submission, 0 before the first.
    """

    id: UUID
    organisation_id: UUID
    call_id: UUID
    programme_id: UUID
    kind: str
    funding_source: str | None
    confirmed: bool
    state: str
    submission: int
    version: int
    created_at: datetime
    updated_at: datetime

    def step(self, action: str, roles: Iterable[str], at: datetime) -> Self:
        """Return the offer after an action. Raises WrongState or NotYourStep."""
        state = OFFER.next_state(self.state, action, roles, self)
        return replace(self, state=state, version=self.version + 1, updated_at=at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an institution gets for a submission; `signature` is a compact JWS over the rest.

    Source: BR-308: server time, sequence, SHA-256 of content and attachments, signed by the platform.
    """

    offer_id: UUID
    submission: int
    sequence: int
    received_at: datetime
    sha256: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One submitted version of an offer; it never changes (BR-306)."""

    id: UUID
    receipt: Receipt
    content: dict[str, Any]
    submitted_by: str


def draft(organisation_id: UUID, call_id: UUID, programme_id: UUID, kind: str, at: datetime) -> Offer:
    """Return a new draft of an offer."""
    return Offer(
        id=uuid7(),
        organisation_id=organisation_id,
        call_id=call_id,
        programme_id=programme_id,
        kind=kind,
        funding_source=None,
        confirmed=False,
        state=DRAFT,
        submission=0,
        version=1,
        created_at=at,
        updated_at=at,
    )


def content_hash(content: dict[str, Any]) -> str:
    """Return the SHA-256 of what is submitted; it holds the SHA-256 of each attachment (BR-308)."""
    return sha256_hex(content)


def missing_files(attached: Iterable[str]) -> list[str]:
    """Return which kinds of files an offer still lacks.

    The annexes 2 to 4, and either a copy of the curriculum or a study plan with a course description.
    Source: BR-307; S-Sub2.
    """
    kinds = set(attached)
    lacking = [kind for kind in _ANNEXES if kind not in kinds]
    described: Sequence[str] = [kind for kind in ("study_plan", "course_description") if kind not in kinds]
    if "curriculum" in kinds or not described:
        return lacking
    return [*lacking, *(described if len(described) == 1 else ["curriculum"])]
