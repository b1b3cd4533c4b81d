"""What the catalogue needs from outside: its stores, the files of calls, and the wiring that brings them."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.files.kept import KeptFiles
from ila_kit.ports import UnitOfWork
from ila_kit.store.listing import Page, PageRequest
from ila_kit.store.unit import Units

from ila_catalog.call_ports import CallStore, DocumentStore, NeedStore, OutsideOfferStore, QuestionStore
from ila_catalog.domain.agreement_text import AgreementTemplates
from ila_catalog.domain.agreements import Agreement
from ila_catalog.domain.catalogue_index import CatalogueIndex
from ila_catalog.domain.digcomp import Area
from ila_catalog.domain.evaluation import Commission, Decision, Declaration
from ila_catalog.domain.listed import Changes
from ila_catalog.domain.prices import Price
from ila_catalog.domain.programmes import Programme, Provider
from ila_catalog.offer_ports import (
    AttachmentStore,
    FactStore,
    LikenessStore,
    OfferStore,
    PlaceStore,
    Registers,
    ScheduleChangeStore,
    Signer,
)

Row = Mapping[str, Any]


class ProgrammeStore(Protocol):
    """Programmes; the public reads see published ones only."""

    def get(self, programme_id: UUID, lock: bool = False) -> Programme | None:
        """Return a programme in any state. `lock`: nobody else changes it meanwhile."""

    def own_page(self, request: PageRequest, scope: Scope) -> Page:
        """Return a page of programmes in scope, in any state, in one query."""

    def of_call(self, call_id: UUID) -> list[Programme]:
        """Return every programme of a call."""

    def among(self, ids: Collection[UUID], lock: bool = False) -> list[Programme]:
        """Return these programmes in the order of their ids; `lock`: nobody else changes them meanwhile."""

    def add(self, programme: Programme) -> None:
        """Store a new programme."""

    def add_all(self, programmes: Collection[Programme]) -> None:
        """Store new programmes, all in one go."""

    def save(self, programme: Programme) -> None:
        """Store the next version of a programme. Raises Stale when somebody stored one since."""

    def public(self, programme_id: UUID) -> Row | None:
        """Return a published programme in full, in one query; None when there is none."""


class PublishedStore(Protocol):
    """Published programmes, for the search of everybody."""

    def changes(self, seen: str | None) -> Changes:
        """Return what was committed since a snapshot, or everything, in one query."""

    def rows(self, ids: Sequence[UUID]) -> list[Row]:
        """Return these programmes in this order, as lists show them, in one query; unpublished ones not."""


class ProviderStore(Protocol):
    """Institutions that give programmes."""

    def put(self, provider: Provider) -> None:
        """Store an institution, or its newer facts."""

    def get(self, provider_id: UUID) -> Provider | None:
        """Return an institution, or None when nobody has told of it."""

    def learn(self, provider: Provider, version: int) -> bool:
        """Store what was told of an institution; False when something newer is known."""

    def set_standing(self, provider_id: UUID, suspended: bool, version: int) -> bool:
        """Store whether an institution is barred from new offers; False when something newer is known."""

    def public_page(self, request: PageRequest) -> Page:
        """Return a page of institutions with at least one published programme, in one query."""


class ProgrammeNewsStore(Protocol):
    """What funding and applications told of programmes, each by the newest version told."""

    def keep_price(self, programme_id: UUID, price: Price, version: int) -> bool:
        """Store a price; False when something newer is known, or no such programme."""

    def keep_members(self, programme_id: UUID, group_id: UUID, members: int, version: int) -> bool:
        """Store how many members a group has; False when something newer is known, or no such programme."""


class OpenDataStore(Protocol):
    """What everybody may have whole."""

    def changes(self, request: PageRequest) -> Page:
        """Return what changed, oldest change first, as far as nothing older can come any more."""

    def batches(self) -> Iterator[list[Row]]:
        """Give every published programme with its provider and call, some hundred at a time."""

    def state(self) -> tuple[str, datetime | None]:
        """Return a text that changes with anything that is given away, and when that changed last."""


class EvaluationStore(Protocol):
    """Who evaluates, with which interests, and what was decided."""

    def commission(self, call_id: UUID) -> Commission:
        """Return the commission of a call; version 0 when nobody is appointed."""

    def put_commission(self, one: Commission) -> None:
        """Store the next version of a commission. Raises Stale when somebody stored one since."""

    def takes_part(self, call_id: UUID, organisation_id: UUID) -> bool:
        """Tell whether an institution has an offer in a call that was submitted and not withdrawn."""

    def declarations(self, call_id: UUID, organisation_id: UUID, lock: bool = False) -> list[Declaration]:
        """Return the declarations that stand about an institution; `lock`: they stay so meanwhile."""

    def put_declaration(self, one: Declaration) -> None:
        """Store a declaration in the place of the one of the same member about the same institution."""

    def institutions(self, request: PageRequest, call_id: UUID, person_id: UUID) -> Page:
        """Return a page of the institutions that take part in a call, with one's own declarations."""

    def add_decision(self, one: Decision) -> None:
        """Store a decision; it never changes."""

    def decision(self, offer_id: UUID) -> Decision | None:
        """Return the last decision about an offer."""

    def decisions(self, call_id: UUID, organisation_id: UUID) -> list[Decision]:
        """Return the last decision about each offer of an institution in a call."""


class AgreementStore(Protocol):
    """Agreements with what they cover and who signed them."""

    def next_number(self) -> int:
        """Return the next number of agreements; numbers may be left out, never given twice."""

    def add(self, agreement: Agreement) -> bool:
        """Store a new agreement; False when the institution has a live one in the call."""

    def save(self, agreement: Agreement) -> None:
        """Store the next version of an agreement. Raises Stale when somebody stored one since."""

    def get(self, agreement_id: UUID, scope: Scope, lock: bool = False) -> Agreement:
        """Return an agreement in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""

    def find(self, agreement_id: UUID) -> Agreement | None:
        """Return an agreement, or None when there is none."""

    def row(self, agreement_id: UUID, scope: Scope) -> Row:
        """Return an agreement in scope beside the title of its institution. Raises Missing."""

    def live(self, call_id: UUID, organisation_id: UUID) -> Agreement | None:
        """Return the agreement of an institution in a call that has not lapsed."""

    def page(self, request: PageRequest, scope: Scope) -> Page:
        """Return a page of agreements in scope, the newest first, as `row` gives each."""


class Unit(UnitOfWork, Protocol):
    """One transaction of the catalogue."""

    @property
    def calls(self) -> CallStore:
        """Calls."""

    @property
    def programmes(self) -> ProgrammeStore:
        """Programmes."""

    @property
    def public_programmes(self) -> PublishedStore:
        """Published programmes."""

    @property
    def providers(self) -> ProviderStore:
        """Institutions."""

    @property
    def needs(self) -> NeedStore:
        """Learning needs on their way to a call."""

    @property
    def documents(self) -> DocumentStore:
        """Documents of calls."""

    @property
    def questions(self) -> QuestionStore:
        """Questions about calls."""

    @property
    def outside_offers(self) -> OutsideOfferStore:
        """Offers that came another way."""

    @property
    def schedule_changes(self) -> ScheduleChangeStore:
        """Proposals to move phases of calls."""

    @property
    def places(self) -> PlaceStore:
        """Places."""

    @property
    def facts(self) -> FactStore:
        """What registers say."""

    @property
    def offers(self) -> OfferStore:
        """Offers and their submissions."""

    @property
    def likenesses(self) -> LikenessStore:
        """Which offers are alike."""

    @property
    def attachments(self) -> AttachmentStore:
        """Files of offers and programmes."""

    @property
    def programme_news(self) -> ProgrammeNewsStore:
        """Prices and taken places of programmes, as others told them."""

    @property
    def open_data(self) -> OpenDataStore:
        """What everybody may have whole."""

    @property
    def evaluation(self) -> EvaluationStore:
        """Commissions, declared interests and decisions."""

    @property
    def agreements(self) -> AgreementStore:
        """Agreements."""


class CallFiles(Protocol):
    """The files of calls, as people wrote them."""

    def call(self, code: str) -> dict[str, Any]:
        """Return the file of a call. Raises Missing when there is none."""

    def demonstration(self, code: str) -> dict[str, Any]:
        """Return the demonstration programmes of a call. Raises Missing when there are none."""

    def vocabulary(self) -> dict[str, Any]:
        """Return the words that invented institutions and programmes are made of."""

    def institutions(self) -> dict[str, dict[str, str]]:
        """Return rows of the register of institutions by VIIS number."""

    @property
    def agreement_templates(self) -> AgreementTemplates:
        """The Latvian texts an agreement is written from."""


@dataclass(frozen=True)
class Deps:
    """Everything the doors need: units of work, what was read once at the start, and the neighbours.

    `alone(name)` holds a lock that one process has at a time, and gives False when another one has it.
    `kept_files` are those that institutions gave, `catalogue` the published programmes as this process
    searches them.
    """

    units: Units[Any]
    areas: Mapping[int, Area]
    files: CallFiles
    registers: Registers
    signer: Signer
    alone: Callable[[str], AbstractContextManager[bool]]
    kept_files: KeptFiles
    catalogue: CatalogueIndex = field(default_factory=CatalogueIndex)
