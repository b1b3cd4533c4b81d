"""What offers need from outside: stores, registers and a key to sign receipts with; `ports` joins them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.registers import RegisterAnswer
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.facts import Question, RegisterFact
from ila_catalog.domain.likeness import Likeness
from ila_catalog.domain.offers import Attachment, Offer, Receipt, Submission
from ila_catalog.domain.places import Place
from ila_catalog.domain.schedule import ScheduleChange


class ScheduleChangeStore(Protocol):
    """Proposals to move phases of calls."""

    def pending(self, call_id: UUID) -> bool:
        """Tell whether a proposal of a call waits for its second person."""

    def get(self, change_id: UUID) -> ScheduleChange | None:
        """Return a proposal, locked, or None when there is none."""

    def add(self, change: ScheduleChange) -> None:
        """Store a new proposal."""

    def save(self, change: ScheduleChange) -> None:
        """Store the next version of a proposal. Raises Stale when somebody stored one since."""

    def page(self, request: PageRequest, call_id: UUID) -> Page:
        """Return a page of the proposals of a call, in one query."""


class PlaceStore(Protocol):
    """Places of institutions."""

    def get(self, place_id: UUID, lock: bool = False) -> Place | None:
        """Return a place, or None when there is none. `lock`: nobody else changes it meanwhile."""

    def entered(self, organisation_id: UUID, until: datetime) -> list[Place]:
        """Return, locked, the places of an institution that were entered by an instant and wait."""

    def add(self, place: Place) -> None:
        """Store a new place."""

    def save(self, place: Place) -> None:
        """Store the next version of a place. Raises Stale when somebody stored one since."""

    def page(self, request: PageRequest, scope: Scope) -> Page:
        """Return a page of the places in scope, in one query."""


class FactStore(Protocol):
    """What registers say of institutions."""

    def of(self, provider_id: UUID) -> dict[str, RegisterFact]:
        """Return what is known of an institution, by register."""

    def want(self, provider_id: UUID, registers: Iterable[str]) -> None:
        """Have registers asked about an institution as soon as may be."""

    def due(self, limit: int) -> dict[str, list[Question]]:
        """Return which institutions each register is to be asked about now."""

    def record(self, fact: RegisterFact, asked_at: datetime) -> None:
        """Store an answer; who asked for a newer one meanwhile still waits for it."""

    def postpone(self, question: Question, ask_at: datetime, fault: str) -> None:
        """Note a try in vain, and ask again at an instant."""


class AttachmentStore(Protocol):
    """What is known of the files of offers and programmes; their bytes are kept by their SHA-256."""

    def add(self, attachment: Attachment) -> None:
        """Store a file."""

    def get(self, subject_id: UUID, attachment_id: UUID) -> Attachment | None:
        """Return a file of a subject; one that was taken off a draft too."""

    def of(self, *subject_ids: UUID) -> list[Attachment]:
        """Return the files that are attached to any of these subjects, oldest first."""

    def remove(self, subject_id: UUID, attachment_id: UUID) -> bool:
        """Take a file off its draft; False when it is not there."""

    def page(self, request: PageRequest, subject_id: UUID) -> Page:
        """Return a page of the files attached to a subject, as rows, in one query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLikenesses:
    """What an offer is like, as rows seen from it; `compared_at` is None before it was looked at."""

    compared_at: datetime | None
    rows: Sequence[Mapping[str, Any]]


class LikenessStore(Protocol):
    """Which offers of an institution are alike."""

    def lock(self, call_id: UUID, organisation_id: UUID) -> None:
        """Wait until nobody else compares these offers, and keep others out until this transaction ends."""

    def replace(
        self, call_id: UUID, organisation_id: UUID, offer_ids: Sequence[UUID], found: Sequence[Likeness]
    ) -> None:
        """Store what was found among these offers, in the place of what the institution had before."""

    def of(self, offer_id: UUID) -> ShownLikenesses:
        """Return what an offer is like, the most alike first."""


class OfferStore(Protocol):
    """Offers, their submissions, and the quotas they use up."""

    def get(self, offer_id: UUID, scope: Scope, lock: bool = False) -> Offer:
        """Return an offer in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""

    def view(self, offer_id: UUID, scope: Scope) -> Mapping[str, Any]:
        """Return an offer in scope as a row, with the titles around it. Raises Missing."""

    def page(self, request: PageRequest, scope: Scope) -> Page:
        """Return a page of offers in scope, as `view` gives each, in one query."""

    def of_organisation(self, call_id: UUID, organisation_id: UUID) -> list[Offer]:
        """Return the offers of an institution in a call, in every state, oldest first."""

    def in_state(self, call_id: UUID, state: str) -> list[Offer]:
        """Return, locked, the offers of a call in a state, oldest first."""

    def add(self, offer: Offer) -> bool:
        """Store a new draft; False when its programme has an offer."""

    def save(self, offer: Offer) -> None:
        """Store the next version of an offer. Raises Stale when somebody stored one since."""

    def take_quota(self, offer: Offer, most: int) -> bool:
        """Count a submission of that kind; False when the institution has used up what the call takes."""

    def give_back_quota(self, offer: Offer) -> None:
        """Count a submission of that kind no longer."""

    def used(self, offer: Offer) -> int:
        """Return how many offers of that kind the institution has submitted and not withdrawn."""

    def next_sequence(self) -> int:
        """Return the number of the next receipt; numbers grow, and one may be left out."""

    def add_submission(self, submission: Submission) -> None:
        """Store a submitted version; it never changes."""

    def submissions(self, offer_id: UUID, request: PageRequest) -> Page:
        """Return a page of the submissions of an offer, oldest first, as rows."""

    def receipt(self, offer_id: UUID) -> Receipt | None:
        """Return the receipt of the last submission of an offer."""


class Registers(Protocol):
    """State registers, asked through the gateway."""

    def ask(
        self, register: str, keys: Sequence[str], purpose: str, legal_basis: str
    ) -> dict[str, RegisterAnswer]:
        """Return an answer for each key. Raises Unavailable when nobody answers at all."""


class Signer(Protocol):
    """The service's own key."""

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return claims as a compact JWS."""

    def public_keys(self) -> dict[str, Any]:
        """Return the keys that signatures are checked with, as a JSON Web Key Set."""
