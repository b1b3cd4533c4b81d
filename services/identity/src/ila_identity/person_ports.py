"""What identity needs to keep about persons: who they are, what registers say, which roles they hold."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ila_kit.actor import Role

from ila_identity.domain.accounts import Account
from ila_identity.domain.earlier_support import SupportAnswer, SupportQuestion
from ila_identity.domain.erasures import Erasure
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.persons import Login, Person
from ila_identity.domain.register_facts import RegisterFact
from ila_identity.domain.roles import RoleGrant


class PersonStore(Protocol):
    """Persons, how they are found, and their accounts."""

    def lock(self, login: Login, code: PersonalCode) -> None:
        """Let nobody else register or change who has this login or code, until the transaction ends."""

    def lock_code(self, code: PersonalCode) -> None:
        """The same for a code alone."""

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

    def codes(self, person_id: UUID) -> list[PersonalCode]:
        """Return all codes that a person has or had, the current one last; none of nobody."""

    def current_codes(self, person_ids: Sequence[UUID]) -> dict[UUID, PersonalCode]:
        """Return the codes that persons have now, by id."""

    def erase(self, person_id: UUID, now: datetime) -> None:
        """Erase names, birth date, address, codes, logins and what registers told; nobody is known so."""

    def account(self, person_id: UUID) -> Account | None:
        """Return the account of a person; None before the first strong sign-in."""

    def save_account(self, account: Account) -> None:
        """Store an account, new or changed."""


class RegisterFactStore(Protocol):
    """What the population register told about persons."""

    def want(self, person_ids: Sequence[UUID], now: datetime) -> None:
        """Have the register asked about persons, unless it is to be asked already."""

    def many(self, person_ids: Sequence[UUID]) -> dict[UUID, RegisterFact]:
        """Return what there is about persons, by id."""

    def due(self, now: datetime, limit: int) -> list[tuple[RegisterFact, PersonalCode]]:
        """Return the facts that are to be asked for, longest wanted first, with the codes to ask by."""

    def save(self, facts: Sequence[RegisterFact]) -> None:
        """Store what became of facts that were asked for."""


class SupportStore(Protocol):
    """What the register of earlier support told about persons."""

    def want(self, person_ids: Sequence[UUID], now: datetime) -> dict[UUID, int]:
        """Have the register asked about persons; return how often that was tried in vain."""

    def newest(self, person_ids: Sequence[UUID]) -> dict[UUID, SupportAnswer]:
        """Return what was told last of persons, by id."""

    def due(self, now: datetime, limit: int) -> Sequence[tuple[SupportQuestion, Sequence[PersonalCode]]]:
        """Return the questions that are to be asked, longest wanted first, with every code to ask by."""

    def lock(self, person_ids: Sequence[UUID]) -> set[UUID]:
        """Return about whom something is still asked; it stays so until this transaction ends."""

    def save(self, questions: Sequence[SupportQuestion], answers: Sequence[SupportAnswer]) -> None:
        """Store what became of questions, and what was told."""


class RoleStore(Protocol):
    """Which roles persons hold."""

    def held(self, person_id: UUID) -> list[Role]:
        """Return the roles granted to a person, oldest first."""

    def add(self, grant: RoleGrant) -> None:
        """Store a grant."""

    def remove(self, person_id: UUID, role: Role) -> RoleGrant | None:
        """Remove a grant and return it; None when the person does not hold the role."""

    def get(self, grant_id: UUID) -> RoleGrant | None:
        """Return, locked, a grant; None when nothing is held by this id."""

    def others_hold(self, grant: RoleGrant) -> bool:
        """Tell whether somebody else holds the role of a grant. Locks all who do."""

    def in_organisation(self, organisation_id: UUID, role: str | None = None) -> list[RoleGrant]:
        """Return the grants in an organisation, of one role or of all, oldest first."""


class ErasureStore(Protocol):
    """Erasures that people asked for."""

    def get(self, person_id: UUID) -> Erasure | None:
        """Return, locked, the erasure of a person."""

    def save(self, erasure: Erasure) -> None:
        """Store an erasure, new or changed; the caller holds its lock."""


class PersonalData(Protocol):
    """Everything that is kept here about a person."""

    def of(self, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of every part, by its name."""


class PersonUnit(Protocol):
    """The part of one transaction that is about persons."""

    @property
    def persons(self) -> PersonStore:
        """Persons and their accounts."""

    @property
    def register_facts(self) -> RegisterFactStore:
        """What the population register told."""

    @property
    def earlier_support(self) -> SupportStore:
        """What the register of earlier support told."""

    @property
    def roles(self) -> RoleStore:
        """Role grants."""

    @property
    def erasures(self) -> ErasureStore:
        """Erasures that people asked for."""

    @property
    def personal_data(self) -> PersonalData:
        """Everything that is kept about a person."""


class Collector(Protocol):
    """What each service keeps about a person."""

    def part(self, service: str, person_id: UUID) -> Any:
        """Return a service's part, as JSON. Raises Unavailable."""
