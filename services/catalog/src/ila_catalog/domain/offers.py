"""An offer: an institution's item for a call, its submissions and their receipts."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from ila_kit.canonical import sha256_hex
from ila_kit.ids import uuid7

from ila_catalog.domain.calls import Paper
from ila_catalog.domain.states import DRAFT, OFFER


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


def missing_files(papers: Iterable[Paper], kind: str, family: str, attached: Iterable[str]) -> list[str]:
    """Return which files an offer of a kind and family still lacks, by the papers of its call.

    Of papers that stand instead of another one, all are needed once one of them is attached.
    Source: BR-307; S-Sub2.
    """
    mine, there = [paper for paper in papers if paper.concerns(kind, family)], set(attached)
    needed = [paper.kind for paper in mine if paper.required and paper.kind not in there]
    lacking = [one for wanted in needed for one in _lacking(wanted, mine, there)]
    return list(dict.fromkeys(lacking))


def _lacking(kind: str, papers: Iterable[Paper], attached: Collection[str]) -> list[str]:
    others = [paper.kind for paper in papers if kind in paper.instead_of]
    open_ones = [one for one in others if one not in attached]
    return open_ones if len(open_ones) < len(others) else [kind]
