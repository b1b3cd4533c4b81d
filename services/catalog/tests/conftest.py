"""What tests of the catalogue share: the files as read, and stores that live in memory."""

import copy
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.domain.agreement_text import AgreementTemplates
from ila_catalog.domain.agreements import Agreement, Covered, document_hash
from ila_catalog.domain.call_data import read_call
from ila_catalog.domain.calls import Call, CallData
from ila_catalog.domain.evaluation import Commission, Decision, Declaration
from ila_catalog.domain.facts import Question, RegisterFact
from ila_catalog.domain.likeness import Likeness
from ila_catalog.domain.needs import NeedProposal
from ila_catalog.domain.offers import Attachment, Offer, Receipt, Submission
from ila_catalog.domain.places import Place
from ila_catalog.domain.prices import Price
from ila_catalog.domain.programme_data import read_programmes
from ila_catalog.domain.programmes import Programme, Provider
from ila_catalog.domain.questions import Question as CallQuestion
from ila_catalog.domain.schedule import ScheduleChange
from ila_catalog.domain.states import SEEN_BY_COMMISSION
from ila_catalog.offer_ports import ShownLikenesses
from ila_kit.actor import Scope, process_actor
from ila_kit.errors import Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.store.listing import Page, PageRequest
from ila_kit.testing.fakes import FakeUnit

FILES = PackagedFiles()
RAW_CALL = FILES.call("call-1")
RAW_PROGRAMMES = FILES.demonstration("call-1")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class FakeCalls:
    """Calls in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Call] = {}
        self.locked = False
        self.runs: list[str] = []

    def lock(self) -> None:
        self.locked = True

    def hold(self, call_id: UUID) -> None:
        self.held = call_id

    def has_code(self, code: str) -> bool:
        return any(call.data.code == code for call in self.rows.values())

    def get(self, call_id: UUID, states: Collection[str] | None = None, lock: bool = False) -> Call | None:
        found = self.rows.get(call_id)
        return found if found and (states is None or found.state in states) else None

    def add(self, call: Call) -> None:
        assert call.id not in self.rows
        self.rows[call.id] = call

    def save(self, call: Call) -> None:
        if self.rows[call.id].version != call.version - 1:
            raise Stale
        self.rows[call.id] = call

    def running(self, call_id: UUID) -> list[str]:
        return self.runs

    def page(self, request: PageRequest, states: Collection[str] | None = None) -> Page:
        kept = [call for call in self.rows.values() if states is None or call.state in states]
        return Page([{"call": call} for call in kept[: request.limit]], None)


class FakeProgrammes:
    """Programmes in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Programme] = {}

    def get(self, programme_id: UUID, lock: bool = False) -> Programme | None:
        return self.rows.get(programme_id)

    def of_call(self, call_id: UUID) -> list[Programme]:
        return [programme for programme in self.rows.values() if programme.call_id == call_id]

    def among(self, ids: Collection[UUID], lock: bool = False) -> list[Programme]:
        return [self.rows[one] for one in sorted(ids) if one in self.rows]

    def add(self, programme: Programme) -> None:
        assert programme.id not in self.rows
        self.rows[programme.id] = programme

    def add_all(self, programmes: Collection[Programme]) -> None:
        for programme in programmes:
            self.add(programme)

    def save(self, programme: Programme) -> None:
        if self.rows[programme.id].version != programme.version - 1:
            raise Stale
        self.rows[programme.id] = programme

    def public(self, programme_id: UUID) -> dict[str, Any] | None:
        found = self.rows.get(programme_id)
        return {"id": found.id} if found and found.state == "published" else None


class FakeProviders:
    """Institutions in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Provider] = {}
        self.versions: dict[UUID, tuple[int, int]] = {}

    def put(self, provider: Provider) -> None:
        self.rows[provider.id] = provider

    def get(self, provider_id: UUID) -> Provider | None:
        return self.rows.get(provider_id)

    def learn(self, provider: Provider, version: int) -> bool:
        told, standing = self.versions.get(provider.id, (0, 0))
        if told >= version:
            return False
        before = self.rows.get(provider.id)
        self.rows[provider.id] = replace(provider, suspended=before.suspended if before else False)
        self.versions[provider.id] = (version, standing)
        return True

    def set_standing(self, provider_id: UUID, suspended: bool, version: int) -> bool:
        told, standing = self.versions.get(provider_id, (0, 0))
        if standing >= version:
            return False
        self.rows[provider_id] = replace(self.rows[provider_id], suspended=suspended)
        self.versions[provider_id] = (told, version)
        return True


class FakeOffers:
    """Offers in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Offer] = {}
        self.counted: Counter[tuple[UUID, UUID, str]] = Counter()
        self.submitted: list[Submission] = []

    def add(self, offer: Offer) -> bool:
        if any(one.programme_id == offer.programme_id for one in self.rows.values()):
            return False
        self.rows[offer.id] = offer
        return True

    def in_state(self, call_id: UUID, state: str) -> list[Offer]:
        return [one for one in self.rows.values() if (one.call_id, one.state) == (call_id, state)]

    def take_quota(self, offer: Offer, most: int) -> bool:
        if self.used(offer) >= most:
            return False
        self.counted[offer.organisation_id, offer.call_id, offer.kind] += 1
        return True

    def give_back_quota(self, offer: Offer) -> None:
        self.counted[offer.organisation_id, offer.call_id, offer.kind] -= 1

    def used(self, offer: Offer) -> int:
        return self.counted[offer.organisation_id, offer.call_id, offer.kind]

    def next_sequence(self) -> int:
        return len(self.submitted) + 1

    def add_submission(self, submission: Submission) -> None:
        self.submitted.append(submission)

    def receipt(self, offer_id: UUID) -> Receipt | None:
        mine = [one.receipt for one in self.submitted if one.receipt.offer_id == offer_id]
        return mine[-1] if mine else None

    def get(self, offer_id: UUID, scope: Scope, lock: bool = False) -> Offer:
        found = self.rows.get(offer_id)
        if found is None or not scope.covers(organisation=found.organisation_id):
            raise Missing
        return found

    def save(self, offer: Offer) -> None:
        if self.rows[offer.id].version != offer.version - 1:
            raise Stale
        self.rows[offer.id] = offer

    def of_organisation(self, call_id: UUID, organisation_id: UUID) -> list[Offer]:
        mine = (call_id, organisation_id)
        return [one for one in self.rows.values() if (one.call_id, one.organisation_id) == mine]


class FakeScheduleChanges:
    """Proposals to move phases in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, ScheduleChange] = {}

    def pending(self, call_id: UUID) -> bool:
        return any(one.call_id == call_id and one.state == "proposed" for one in self.rows.values())

    def get(self, change_id: UUID) -> ScheduleChange | None:
        return self.rows.get(change_id)

    def add(self, change: ScheduleChange) -> None:
        self.rows[change.id] = change

    def save(self, change: ScheduleChange) -> None:
        assert self.rows[change.id].version == change.version - 1
        self.rows[change.id] = change


class FakePlaces:
    """Places in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Place] = {}

    def get(self, place_id: UUID, lock: bool = False) -> Place | None:
        return self.rows.get(place_id)

    def entered(self, organisation_id: UUID, until: datetime) -> list[Place]:
        waiting = [one for one in self.rows.values() if one.state == "entered" and one.created_at <= until]
        return [one for one in waiting if one.organisation_id == organisation_id]

    def add(self, place: Place) -> None:
        self.rows[place.id] = place

    def save(self, place: Place) -> None:
        assert self.rows[place.id].version == place.version - 1
        self.rows[place.id] = place


class FakeFacts:
    """Facts of registers in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[UUID, str], RegisterFact] = {}
        self.wanted: list[tuple[UUID, str]] = []
        self.postponed: list[tuple[str, datetime, str]] = []

    def of(self, provider_id: UUID) -> dict[str, RegisterFact]:
        return {register: fact for (owner, register), fact in self.rows.items() if owner == provider_id}

    def want(self, provider_id: UUID, registers: Iterable[str]) -> None:
        self.wanted += [(provider_id, register) for register in registers]

    def record(self, fact: RegisterFact, asked_at: datetime) -> None:
        self.rows[fact.provider_id, fact.register] = fact

    def postpone(self, question: Question, ask_at: datetime, fault: str) -> None:
        self.postponed.append((question.viis_number, ask_at, fault))


class FakeAttachments:
    """Files in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Attachment] = {}
        self.removed: set[UUID] = set()

    def add(self, attachment: Attachment) -> None:
        self.rows[attachment.id] = attachment

    def get(self, subject_id: UUID, attachment_id: UUID) -> Attachment | None:
        found = self.rows.get(attachment_id)
        return found if found and found.subject_id == subject_id else None

    def of(self, *subject_ids: UUID) -> list[Attachment]:
        attached = [one for one in self.rows.values() if one.id not in self.removed]
        return [one for one in attached if one.subject_id in subject_ids]

    def remove(self, subject_id: UUID, attachment_id: UUID) -> bool:
        if self.get(subject_id, attachment_id) is None or attachment_id in self.removed:
            return False
        self.removed.add(attachment_id)
        return True


class FakeAgreements:
    """Agreements in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Agreement] = {}
        self.numbers = count(1)

    def next_number(self) -> int:
        return next(self.numbers)

    def add(self, agreement: Agreement) -> bool:
        if self.live(agreement.call_id, agreement.organisation_id):
            return False
        self.rows[agreement.id] = agreement
        return True

    def save(self, agreement: Agreement) -> None:
        if self.rows[agreement.id].version != agreement.version - 1:
            raise Stale
        self.rows[agreement.id] = agreement

    def get(self, agreement_id: UUID, scope: Scope, lock: bool = False) -> Agreement:
        found = self.rows.get(agreement_id)
        if found is None or not scope.covers(organisation=found.organisation_id):
            raise Missing
        return found

    def find(self, agreement_id: UUID) -> Agreement | None:
        return self.rows.get(agreement_id)

    def live(self, call_id: UUID, organisation_id: UUID) -> Agreement | None:
        mine = [
            one
            for one in self.rows.values()
            if (one.call_id, one.organisation_id) == (call_id, organisation_id) and one.state != "lapsed"
        ]
        return mine[0] if mine else None


class FakeEvaluation:
    """Commissions, declarations and decisions in memory."""

    def __init__(self, offers: Any) -> None:
        self._offers = offers
        self.commissions: dict[UUID, Commission] = {}
        self.declared: dict[tuple[UUID, UUID, UUID], Declaration] = {}
        self.decided: list[Decision] = []

    def commission(self, call_id: UUID) -> Commission:
        return self.commissions.get(call_id, Commission(call_id=call_id))

    def put_commission(self, one: Commission) -> None:
        if self.commission(one.call_id).version != one.version - 1:
            raise Stale
        self.commissions[one.call_id] = one

    def takes_part(self, call_id: UUID, organisation_id: UUID) -> bool:
        mine = self._offers.of_organisation(call_id, organisation_id)
        return any(one.state in {"submitted", *SEEN_BY_COMMISSION} for one in mine)

    def declarations(self, call_id: UUID, organisation_id: UUID, lock: bool = False) -> list[Declaration]:
        return [
            one
            for one in self.declared.values()
            if (one.call_id, one.organisation_id) == (call_id, organisation_id)
        ]

    def put_declaration(self, one: Declaration) -> None:
        self.declared[one.call_id, one.organisation_id, one.person_id] = one

    def add_decision(self, one: Decision) -> None:
        self.decided.append(one)

    def decision(self, offer_id: UUID) -> Decision | None:
        return next((one for one in reversed(self.decided) if one.offer_id == offer_id), None)

    def decisions(self, call_id: UUID, organisation_id: UUID) -> list[Decision]:
        mine = [one.id for one in self._offers.of_organisation(call_id, organisation_id)]
        return [one for offer_id in mine if (one := self.decision(offer_id))]


class FakeLikenesses:
    """Likenesses in memory, in the order in which they were found."""

    def __init__(self) -> None:
        self.found: list[Likeness] = []
        self.compared: dict[UUID, datetime] = {}

    def lock(self, call_id: UUID, organisation_id: UUID) -> None:
        self.locked = (call_id, organisation_id)

    def replace(
        self, call_id: UUID, organisation_id: UUID, offer_ids: Collection[UUID], found: list[Likeness]
    ) -> None:
        self.found, self.compared = list(found), dict.fromkeys(offer_ids, NOW)

    def of(self, offer_id: UUID) -> ShownLikenesses:
        mine = [one for one in self.found if offer_id in (one.one, one.other)]
        rows = [
            {"offer_id": one.other, "kind": one.kind, "percent": one.percent, "hours": list(one.hours)}
            for one in mine
        ]
        return ShownLikenesses(compared_at=self.compared.get(offer_id), rows=rows)


class FakeProgrammeNews:
    """Prices and members of groups in memory, of `known` programmes."""

    def __init__(self) -> None:
        self.known: set[UUID] = set()
        self.prices: dict[UUID, tuple[Price, int]] = {}
        self.groups: dict[UUID, tuple[UUID, int, int]] = {}

    def keep_price(self, programme_id: UUID, price: Price, version: int) -> bool:
        if programme_id not in self.known or self.prices.get(programme_id, (None, 0))[1] >= version:
            return False
        self.prices[programme_id] = (price, version)
        return True

    def keep_members(self, programme_id: UUID, group_id: UUID, members: int, version: int) -> bool:
        if programme_id not in self.known or self.groups.get(group_id, (None, 0, 0))[2] >= version:
            return False
        self.groups[group_id] = (programme_id, members, version)
        return True

    def taken(self, programme_id: UUID) -> int:
        return sum(count for programme, count, _ in self.groups.values() if programme == programme_id)


class FakeNeeds:
    """Proposed learning needs in memory; `used` tells how many programmes rest on each."""

    def __init__(self) -> None:
        self.rows: dict[UUID, NeedProposal] = {}
        self.used: Counter[UUID] = Counter()

    def get(self, need_id: UUID) -> NeedProposal | None:
        return self.rows.get(need_id)

    def add(self, proposal: NeedProposal) -> None:
        self.rows[proposal.id] = proposal

    def save(self, proposal: NeedProposal) -> None:
        if self.rows[proposal.id].version != proposal.version - 1:
            raise Stale
        self.rows[proposal.id] = proposal

    def programmes_of(self, need_id: UUID) -> int:
        return self.used[need_id]


class FakeQuestions:
    """Questions in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, CallQuestion] = {}

    def get(self, call_id: UUID, question_id: UUID) -> CallQuestion | None:
        found = self.rows.get(question_id)
        return found if found and found.call_id == call_id else None

    def find(self, question_id: UUID) -> CallQuestion | None:
        return self.rows.get(question_id)

    def open_ones(self, call_id: UUID, person: str) -> int:
        mine = [one for one in self.rows.values() if (one.call_id, one.asked_by) == (call_id, person)]
        return sum(one.state != "answered" for one in mine)

    def add(self, question: CallQuestion) -> None:
        self.rows[question.id] = question

    def save(self, question: CallQuestion) -> None:
        if self.rows[question.id].version != question.version - 1:
            raise Stale
        self.rows[question.id] = question


class FakeCatalogUnit(FakeUnit):
    """A unit of work of the catalogue whose stores live in memory."""

    def __init__(self) -> None:
        super().__init__(process_actor("catalog"), NOW)
        self.calls, self.programmes, self.providers = FakeCalls(), FakeProgrammes(), FakeProviders()
        self.offers, self.agreements = FakeOffers(), FakeAgreements()
        self.needs, self.questions = FakeNeeds(), FakeQuestions()
        self.schedule_changes, self.places = FakeScheduleChanges(), FakePlaces()
        self.facts, self.attachments = FakeFacts(), FakeAttachments()
        self.evaluation = FakeEvaluation(self.offers)
        self.programme_news = FakeProgrammeNews()
        self.likenesses = FakeLikenesses()


@pytest.fixture
def unit() -> FakeCatalogUnit:
    """A unit of work of the catalogue, acting as its own process."""
    return FakeCatalogUnit()


def agreement_about(*programmes: Programme, **changes: Any) -> Agreement:
    """An agreement in force about programmes of one provider; `changes` say otherwise."""
    usual: dict[str, Any] = {
        "id": uuid7(),
        "number": "IMK-2026/1",
        "organisation_id": programmes[0].provider.id,
        "call_id": programmes[0].call_id,
        "state": "in_force",
        "version": 3,
        "prepared_by": str(uuid7()),
        "prepared_at": NOW,
        "document": "Līgums",
        "document_sha256": document_hash("Līgums"),
        "covered": [Covered(programme_id=one.id) for one in programmes],
        "in_force_at": NOW,
    }
    return Agreement(**usual | changes)


@pytest.fixture
def covering() -> Callable[..., Agreement]:
    """Make an agreement in force about programmes."""
    return agreement_about


@pytest.fixture
def templates() -> AgreementTemplates:
    """The texts agreements are written from."""
    return FILES.agreement_templates


@pytest.fixture
def raw_call() -> dict[str, Any]:
    """The file of call 1, to be spoilt."""
    return copy.deepcopy(RAW_CALL)


@pytest.fixture
def raw_programmes() -> dict[str, Any]:
    """The file of its demonstration programmes, to be spoilt."""
    return copy.deepcopy(RAW_PROGRAMMES)


@pytest.fixture
def call_data() -> CallData:
    """Call 1."""
    return read_call(RAW_CALL)


@pytest.fixture
def other_files() -> PackagedFiles:
    """The folder of an invented call that is unlike call 1."""
    return PackagedFiles(Path(__file__).parent / "parameters")


@pytest.fixture
def institutions() -> dict[str, dict[str, str]]:
    """Rows of the register of institutions."""
    return FILES.institutions()


@pytest.fixture
def demonstration(call_data: CallData, institutions: dict[str, dict[str, str]]) -> tuple[Programme, ...]:
    """The three demonstration programmes."""
    return tuple(read_programmes(RAW_PROGRAMMES, call_data, institutions))
