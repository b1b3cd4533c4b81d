"""Everything identity needs from outside its rules."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ila_kit.actor import Role
from ila_kit.ports import UnitOfWork

from ila_identity.domain.accounts import Account
from ila_identity.domain.organisations import Organisation
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.personas import Personas
from ila_identity.domain.persons import Login, Person
from ila_identity.domain.roles import RoleGrant


class PersonStore(Protocol):
    """Persons, how they are found, and their accounts."""

    def lock(self, login: Login, code: PersonalCode) -> None:
        """Let nobody else register or change who has this login or code, until the transaction ends."""

    def add(self, person: Person) -> None:
        """Store a new person."""

    def save(self, person: Person) -> None:
        """Store what the e-identity says of a person now."""

    def get(self, person_id: UUID) -> Person | None:
        """Return a person by id."""

    def many(self, person_ids: Sequence[UUID]) -> dict[UUID, Person]:
        """Return the persons who are known, by id."""

    def by_login(self, login: Login) -> Person | None:
        """Return the person an e-identity means by a subject."""

    def by_code(self, code: PersonalCode) -> Person | None:
        """Return the person who has or had a personal code."""

    def add_login(self, person_id: UUID, login: Login, now: datetime) -> None:
        """Note that an e-identity means this person by a subject."""

    def add_code(self, person_id: UUID, code: PersonalCode, now: datetime) -> None:
        """Note the code a person has from now on; an earlier one stays as history."""

    def current_code(self, person_id: UUID) -> PersonalCode:
        """Return the code a person has now."""

    def account(self, person_id: UUID) -> Account | None:
        """Return the account of a person; None before the first strong sign-in."""

    def save_account(self, account: Account) -> None:
        """Store an account, new or changed."""


class RoleStore(Protocol):
    """Which roles persons hold."""

    def held(self, person_id: UUID) -> list[Role]:
        """Return the roles granted to a person, oldest first."""

    def add(self, grant: RoleGrant) -> None:
        """Store a grant."""


class OrganisationStore(Protocol):
    """Organisations."""

    def ensure(self, organisation: Organisation) -> None:
        """Store an organisation unless it is there."""


class Unit(UnitOfWork, Protocol):
    """One transaction of identity."""

    @property
    def persons(self) -> PersonStore:
        """Persons and their accounts."""

    @property
    def roles(self) -> RoleStore:
        """Role grants."""

    @property
    def organisations(self) -> OrganisationStore:
        """Organisations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """What the doors hand to use cases. `units` opens units of work (`ila_kit.store.unit.Units`)."""

    units: Any
    legal_basis: str
    personas: Personas = field(default_factory=Personas)
