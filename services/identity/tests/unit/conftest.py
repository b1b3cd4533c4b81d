"""Fakes of identity's stores."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

import pytest
from ila_identity.domain.accounts import Account
from ila_identity.domain.organisations import Organisation
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.personas import Personas
from ila_identity.domain.persons import Description, Login, Person
from ila_identity.domain.roles import RoleGrant
from ila_identity.usecases.sign_ins import SignIn
from ila_kit.actor import Actor, Role
from ila_kit.testing.fakes import FakeUnit


class FakePersons:
    """Persons in memory; codes are a list per person, the last one is current."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Person] = {}
        self.logins: dict[Login, UUID] = {}
        self.codes: dict[UUID, list[PersonalCode]] = {}
        self.accounts: dict[UUID, Account] = {}

    def lock(self, login: Login, code: PersonalCode) -> None: ...

    def add(self, person: Person) -> None:
        self.rows[person.id] = person

    save = add

    def get(self, person_id: UUID) -> Person | None:
        return self.rows.get(person_id)

    def many(self, person_ids: Sequence[UUID]) -> dict[UUID, Person]:
        return {one: self.rows[one] for one in person_ids if one in self.rows}

    def by_login(self, login: Login) -> Person | None:
        return self.rows.get(self.logins.get(login, UUID(int=0)))

    def by_code(self, code: PersonalCode) -> Person | None:
        return next((self.rows[one] for one, codes in self.codes.items() if code in codes), None)

    def add_login(self, person_id: UUID, login: Login, now: datetime) -> None:
        self.logins[login] = person_id

    def add_code(self, person_id: UUID, code: PersonalCode, now: datetime) -> None:
        self.codes.setdefault(person_id, []).append(code)

    def current_code(self, person_id: UUID) -> PersonalCode:
        return self.codes[person_id][-1]

    def account(self, person_id: UUID) -> Account | None:
        return self.accounts.get(person_id)

    def save_account(self, account: Account) -> None:
        self.accounts[account.person_id] = account


class FakeRoles:
    """Role grants in memory."""

    def __init__(self) -> None:
        self.grants: list[RoleGrant] = []

    def held(self, person_id: UUID) -> list[Role]:
        return [Role(one.role, one.organisation_id) for one in self.grants if one.person_id == person_id]

    def add(self, grant: RoleGrant) -> None:
        self.grants.append(grant)


class FakeOrganisations:
    """Organisations in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Organisation] = {}

    def ensure(self, organisation: Organisation) -> None:
        self.rows.setdefault(organisation.id, organisation)


class IdentityFakeUnit(FakeUnit):
    """A unit of work whose stores are in memory."""

    def __init__(self) -> None:
        super().__init__(Actor("svc:gateway", (Role("identity.sign_in"),)))
        self.persons, self.roles, self.organisations = FakePersons(), FakeRoles(), FakeOrganisations()

    def actions(self) -> list[str]:
        return [action for action, *_ in self.audited]


@dataclass
class World:
    """A unit of work, and a way to sign in."""

    unit: IdentityFakeUnit = field(default_factory=IdentityFakeUnit)
    personas: Personas = field(default_factory=Personas)

    def command(self, **changes) -> SignIn:
        values = {
            "login": Login("https://eid.example", "subject-1"),
            "personal_code": "322503-62317",
            "description": Description(
                given_name="Anna", family_name="Bērziņa", birth_date=date(1984, 3, 12), email="a@b.example"
            ),
            "acr": "high",
        }
        return SignIn(**values | changes)


@pytest.fixture
def world() -> World:
    return World()
