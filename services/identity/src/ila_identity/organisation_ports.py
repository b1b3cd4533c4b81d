"""What identity needs to keep about organisations, and about the employers that are to become some."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.store.listing import PageRequest

from ila_identity.domain.employers import EmployerRegistration
from ila_identity.domain.organisations import Organisation

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Listed(Generic[T]):
    """One page of things, and the cursor of the next one; None at the end."""

    items: list[T]
    next: str | None


class OrganisationStore(Protocol):
    """Organisations."""

    def ensure(self, organisation: Organisation) -> None:
        """Store an organisation unless it is there."""

    def add(self, organisation: Organisation) -> None:
        """Store a new organisation."""

    def save(self, organisation: Organisation) -> None:
        """Store the next version of an organisation. Raises Stale when somebody stored one since."""

    def get(self, organisation_id: UUID, scope: Scope, lock: bool = False) -> Organisation:
        """Return an organisation in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""

    def by_number(self, viis_number: str) -> Organisation | None:
        """Return the organisation of a number of the register of institutions."""

    def lock_employer(self, legal_person_number: str) -> None:
        """Let nobody else make an employer of this legal person, until the transaction ends."""

    def open_employer(self, legal_person_number: str) -> Organisation | None:
        """Return the employer of a legal person that is not closed."""

    def many(self, organisation_ids: Sequence[UUID]) -> dict[UUID, Organisation]:
        """Return those of the organisations that there are, by id."""

    def untold(self) -> list[Organisation]:
        """Return, locked, the seeded organisations that the others were not told of yet."""

    def page(self, request: PageRequest, scope: Scope) -> Listed[Organisation]:
        """Return a page of organisations in scope, by title."""


class EmployerRegistrationStore(Protocol):
    """Registrations of employers; what the register told is sealed, because it names people."""

    def add(self, registration: EmployerRegistration) -> bool:
        """Store a new registration; False while the register is asked for this person and legal person."""

    def save(self, registration: EmployerRegistration) -> None:
        """Store the next version of a registration. Raises Stale when somebody stored one since."""

    def get(self, registration_id: UUID, scope: Scope, lock: bool = False) -> EmployerRegistration:
        """Return a registration in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""

    def forget(self, person_id: UUID) -> None:
        """Erase the address a person gave, and what the register told, wherever no employer came of it."""

    def due(self, now: datetime, limit: int) -> list[EmployerRegistration]:
        """Return registrations about which the register is to be asked, longest waiting first."""

    def page(self, request: PageRequest, scope: Scope) -> Listed[EmployerRegistration]:
        """Return a page of registrations in scope, newest first."""


class OrganisationUnit(Protocol):
    """The part of one transaction that is about organisations themselves."""

    @property
    def organisations(self) -> OrganisationStore:
        """Organisations."""

    @property
    def employer_registrations(self) -> EmployerRegistrationStore:
        """Registrations of employers."""
