"""Everything applications needs from outside its rules."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.files.kept import KeptFiles
from ila_kit.ports import UnitOfWork
from ila_kit.store.listing import PageRequest

from ila_applications.domain.applications import (
    Acceptance,
    Application,
    Case,
    Change,
    Content,
    Evidence,
    Happening,
    Receipt,
)
from ila_applications.domain.eligibility import PersonFacts
from ila_applications.domain.offerings import Call, Offering, Programme
from ila_applications.draw_ports import DrawStore
from ila_applications.group_ports import GroupStore, ResultStore, SessionStore
from ila_applications.message_ports import MessageStore, Post, ProfileStore


@dataclass(frozen=True, slots=True)
class CasePage:
    """A page of applications, and the cursor of the next one."""

    cases: list[Case]
    next: str | None


class ApplicationStore(Protocol):
    """Learner applications and their history."""

    def add(self, application: Application, happening: Happening) -> bool:
        """Store a new draft; False when the person has a live application for the programme."""

    def save(self, changes: Sequence[Change]) -> None:
        """Store changes with their history. Raises Stale when one has changed since it was read."""

    def submit(self, change: Change, content: Content) -> Receipt:
        """Store a submission with its content; give its receipt. Raises Stale."""

    def keep_acceptance(self, terms: Acceptance) -> None:
        """Keep what a person committed to; nobody can change it."""

    def get(self, application_id: UUID, scope: Scope, lock: bool = False) -> Case:
        """Return an application in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""

    def live(self, person_id: UUID) -> list[Case]:
        """Return the applications of a person that are not over, oldest first."""

    def history(self, application_id: UUID) -> list[Happening]:
        """Return what happened to an application, oldest first."""

    def last_receipt(self) -> int:
        """Return the last receipt given; none up to it is of a submission that still goes on."""

    def unchecked(self, last: int, now: datetime, limit: int) -> list[Case]:
        """Return, locked, submitted applications whose eligibility is open, oldest receipt first.

        Those with a receipt after `last` are left for the next time.
        """

    def checking(self, ids: Sequence[UUID]) -> list[Case]:
        """Return, locked, those of these applications that are being checked, oldest receipt first."""

    def postpone(self, application_ids: Sequence[UUID], now: datetime) -> None:
        """Try the checks of applications again later, and later each time."""

    def provisional(self, now: datetime, limit: int) -> list[Case]:
        """Return applications decided provisionally whose second look is due, longest due first."""

    def marked(self, ids: Sequence[UUID]) -> list[Case]:
        """Return, locked, those of these applications that are still provisional."""

    def waiting(self, programme_id: UUID, limit: int) -> tuple[list[Case], bool]:
        """Return, locked, the first of a programme's waiting list, and whether others hold any of these."""

    def of_programme(self, programme_id: UUID) -> list[Case]:
        """Return, locked, the applications of a programme that are not over, oldest receipt first."""

    def erase(self, person_id: UUID) -> tuple[int, int]:
        """Erase what a person wrote and gave where no place was accepted; tells how many, how many not."""

    def page(self, request: PageRequest, scope: Scope) -> CasePage:
        """Return a page of applications in scope, newest first."""


class EvidenceStore(Protocol):
    """Files that people gave as evidence; their bytes are kept by their SHA-256."""

    def add(self, evidence: Evidence) -> None:
        """Keep what is known of a file."""

    def of(self, application_id: UUID) -> list[Evidence]:
        """Return what was given for an application, oldest first."""

    def get(self, application_id: UUID, evidence_id: UUID) -> Evidence:
        """Return a file of an application. Raises Missing."""


class OfferingStore(Protocol):
    """Programmes and calls as the catalogue told of them, and how many places are taken."""

    def get(self, programme_id: UUID) -> Offering | None:
        """Return a published programme with its call."""

    def learn_programme(self, programme: Programme, sequence: int) -> bool:
        """Keep a programme as told; False when something newer is known."""

    def learn_call(self, call: Call, sequence: int) -> bool:
        """Keep a call as told; False when something newer is known."""

    def call(self, call_id: UUID) -> Call | None:
        """Return a call as told last."""

    def of_call(self, call_id: UUID) -> list[Programme]:
        """Return the programmes of a call that are not closed, in the order of ids."""

    def close(self, programme_id: UUID, closed_at: datetime) -> bool:
        """Note that a programme ended for good; False when that, or the programme, is not news."""

    def set_standing(self, provider_id: UUID, barred: bool, sequence: int) -> bool:
        """Note whether anybody new is let in at an institution; False when something newer is known."""

    def of_provider(self, provider_id: UUID) -> list[UUID]:
        """Return the programmes of an institution, in the order of ids."""

    def take_places(self, programme_id: UUID, wanted: int) -> int:
        """Take up to so many places of a programme; return how many were free. Locks its places."""

    def give_back_place(self, programme_id: UUID) -> None:
        """Give one place of a programme back. Locks its places."""

    def free_places(self, programme_id: UUID) -> int:
        """Return how many places of a programme are free; none while nobody new is let in. Locks them."""


class Unit(UnitOfWork, Protocol):
    """One transaction of applications."""

    @property
    def applications(self) -> ApplicationStore:
        """Learner applications."""

    @property
    def evidence(self) -> EvidenceStore:
        """Evidence by hand."""

    @property
    def offerings(self) -> OfferingStore:
        """Programmes and calls."""

    @property
    def draws(self) -> DrawStore:
        """Draws of calls."""

    @property
    def groups(self) -> GroupStore:
        """Groups and their members."""

    @property
    def sessions(self) -> SessionStore:
        """Sessions and attendance."""

    @property
    def results(self) -> ResultStore:
        """Results of learners."""

    @property
    def messages(self) -> MessageStore:
        """Messages and their letters."""

    @property
    def profiles(self) -> ProfileStore:
        """What people say of themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonName:
    """Who somebody is to those who teach them; the personal code is masked."""

    person_id: UUID
    given_name: str
    family_name: str
    masked_code: str


class People(Protocol):
    """Facts about persons, from identity."""

    def facts(self, person_ids: Sequence[UUID], purpose: str) -> dict[UUID, PersonFacts]:
        """Return the facts of those who are known, by id. Raises Unavailable when identity is away."""

    def names(self, person_ids: Sequence[UUID], purpose: str) -> dict[UUID, PersonName]:
        """Return the names of those who are known, by id. Raises Unavailable when identity is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """What the doors hand to use cases.

    `units` opens units of work; `alone(name)` holds a lock that one process has at a time, and
    gives False when another one has it. `kept_files` are those that people gave as evidence. `post` is
    None where no letters are sent.
    """

    units: Any
    people: People
    alone: Callable[[str], AbstractContextManager[bool]]
    kept_files: KeptFiles
    post: Post | None = None
