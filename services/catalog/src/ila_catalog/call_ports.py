"""Stores of calls and of what the agency does around them; `ports` joins them."""

from collections.abc import Collection
from typing import Protocol
from uuid import UUID

from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.calls import Call
from ila_catalog.domain.needs import NeedProposal
from ila_catalog.domain.outside_offers import OutsideOffer
from ila_catalog.domain.questions import Question


class CallStore(Protocol):
    """Calls with everything that belongs to them."""

    def lock(self) -> None:
        """Wait until nobody else loads a call, and keep others out until this transaction ends."""

    def hold(self, call_id: UUID) -> None:
        """Keep a call as it is until this transaction ends; many may hold it at a time."""

    def has_code(self, code: str) -> bool:
        """Tell whether a call has this code."""

    def get(self, call_id: UUID, states: Collection[str] | None = None, lock: bool = False) -> Call | None:
        """Return a call, or None when there is none (in one of these states); `lock`: it stays so."""

    def add(self, call: Call) -> None:
        """Store a new call."""

    def save(self, call: Call) -> None:
        """Store the next version of a call. Raises Stale when somebody stored one since."""

    def running(self, call_id: UUID) -> list[str]:
        """Return what of a call still runs: `offers`, `agreements`, `programmes`."""

    def page(self, request: PageRequest, states: Collection[str] | None = None) -> Page:
        """Return a page of calls without their needs and documents, in one query."""


class NeedStore(Protocol):
    """Learning needs on their way to a call, and where approved ones are used."""

    def get(self, need_id: UUID) -> NeedProposal | None:
        """Return a proposal, locked, or None when there is none."""

    def add(self, proposal: NeedProposal) -> None:
        """Store a new proposal."""

    def save(self, proposal: NeedProposal) -> None:
        """Store the next version of a proposal. Raises Stale when somebody stored one since."""

    def programmes_of(self, need_id: UUID) -> int:
        """Return how many programmes that are past their draft rest on a need."""

    def page(self, request: PageRequest, call_id: UUID) -> Page:
        """Return a page of needs of a call in every state, those of its file with them, in one query."""


class DocumentStore(Protocol):
    """Documents of calls; they are stored with their call."""

    def page(self, request: PageRequest, call_id: UUID) -> Page:
        """Return a page of the documents of a call in all versions, in one query."""


class QuestionStore(Protocol):
    """Questions about calls and their answers."""

    def get(self, call_id: UUID, question_id: UUID) -> Question | None:
        """Return a question about a call, locked, or None when there is none."""

    def find(self, question_id: UUID) -> Question | None:
        """Return a question, locked, or None when there is none."""

    def open_ones(self, call_id: UUID, person: str) -> int:
        """Return how many questions of a person about a call have no answer yet; the person waits in line."""

    def add(self, question: Question) -> None:
        """Store a new question."""

    def save(self, question: Question) -> None:
        """Store the next version of a question. Raises Stale when somebody stored one since."""

    def page(self, request: PageRequest, call_id: UUID, person: str | None) -> Page:
        """Return a page of the questions about a call, all or those of a person, in one query."""

    def public_page(self, request: PageRequest, call_id: UUID) -> Page:
        """Return a page of the questions about a call that are answered, in one query."""


class OutsideOfferStore(Protocol):
    """The register of offers from outside; every version is a row."""

    def get(self, call_id: UUID, outside_offer_id: UUID) -> OutsideOffer | None:
        """Return the last version of an entry of a call, locked, or None when there is none."""

    def add(self, entry: OutsideOffer) -> None:
        """Store a version of an entry, the last one from now on. Raises Stale."""

    def of_call(self, call_id: UUID) -> list[OutsideOffer]:
        """Return all entries of a call in their last version, in the order of receipt."""

    def page(self, request: PageRequest, call_id: UUID) -> Page:
        """Return a page of the entries of a call in their last version, in one query."""

    def versions(self, request: PageRequest, outside_offer_id: UUID) -> Page:
        """Return a page of the versions of an entry, in one query."""
