"""Everything applications needs from outside its rules."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.ports import UnitOfWork
from ila_kit.store.listing import PageRequest

from ila_applications.domain.applications import Application, Case, Change, Content, Happening, Receipt
from ila_applications.domain.eligibility import PersonFacts
from ila_applications.domain.offerings import Call, Offering, Programme


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

    def get(self, application_id: UUID, scope: Scope, lock: bool = False) -> Case:
        """Return an application in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""

    def live(self, person_id: UUID) -> list[Case]:
        """Return the applications of a person that are not over, oldest first."""

    def history(self, application_id: UUID) -> list[Happening]:
        """Return what happened to an application, oldest first."""

    def unchecked(self, now: datetime, limit: int) -> list[Case]:
        """Return, locked, submitted applications whose eligibility is open, oldest receipt first."""

    def checking(self, ids: Sequence[UUID]) -> list[Case]:
        """Return, locked, those of these applications that are being checked, oldest receipt first."""

    def postpone(self, application_id: UUID, now: datetime) -> None:
        """Try the check of an application again later, and later each time."""

    def waiting(self, programme_id: UUID, limit: int) -> list[Case]:
        """Return, locked, the first applications of a programme's waiting list."""

    def of_programme(self, programme_id: UUID) -> list[Case]:
        """Return, locked, the applications of a programme that are not over, oldest receipt first."""

    def page(self, request: PageRequest, scope: Scope) -> CasePage:
        """Return a page of applications in scope, newest first."""


class OfferingStore(Protocol):
    """Programmes and calls as the catalogue told of them, and how many places are taken."""

    def get(self, programme_id: UUID) -> Offering | None:
        """Return a published programme with its call."""

    def learn_programme(self, programme: Programme, sequence: int) -> bool:
        """Keep a programme as told; False when something newer is known."""

    def learn_call(self, call: Call, sequence: int) -> bool:
        """Keep a call as told; False when something newer is known."""

    def close(self, programme_id: UUID, closed_at: datetime) -> bool:
        """Note that a programme ended for good; False when that, or the programme, is not news."""

    def take_places(self, programme_id: UUID, wanted: int) -> int:
        """Take up to so many places of a programme; return how many were free. Locks its places."""

    def give_back_place(self, programme_id: UUID) -> None:
        """Give one place of a programme back. Locks its places."""

    def free_places(self, programme_id: UUID) -> int:
        """Return how many places of a programme are free. Locks its places."""


class Unit(UnitOfWork, Protocol):
    """One transaction of applications."""

    @property
    def applications(self) -> ApplicationStore:
        """Learner applications."""

    @property
    def offerings(self) -> OfferingStore:
        """Programmes and calls."""


class People(Protocol):
    """Facts about persons, from identity."""

    def facts(self, person_ids: Sequence[UUID], purpose: str) -> dict[UUID, PersonFacts]:
        """Return the facts of those who are known, by id. Raises Unavailable when identity is away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """What the doors hand to use cases.

    `units` opens units of work; `alone(name)` holds a lock that one process has at a time, and
    gives False when another one has it.
    """

    units: Any
    people: People
    alone: Callable[[str], AbstractContextManager[bool]]
