"""Fakes of identity's stores."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

import pytest
from ila_identity.domain.accounts import Account
from ila_identity.domain.attestations import (
    Attestation,
    Authorisation,
    Check,
    Signature,
    Signer,
    Verification,
)
from ila_identity.domain.bank_accounts import BankAccount
from ila_identity.domain.earlier_support import SupportAnswer, SupportQuestion
from ila_identity.domain.employers import EmployerRegistration
from ila_identity.domain.members import Member, Named
from ila_identity.domain.organisations import Organisation
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.personas import Personas
from ila_identity.domain.persons import Description, Login, Person
from ila_identity.domain.register_facts import RegisterFact, wanted
from ila_identity.domain.registration_forms import Form
from ila_identity.domain.registrations import Registration
from ila_identity.domain.role_proposals import RoleProposal
from ila_identity.domain.roles import RoleGrant
from ila_identity.domain.sanctions import Sanction
from ila_identity.domain.service_clients import ServiceClient
from ila_identity.ports import Listed
from ila_identity.usecases.registrations import ReceivedFile, RegisterInstitution, register_institution
from ila_identity.usecases.sign_ins import SignIn, sign_in
from ila_kit.actor import Actor, Role, Scope
from ila_kit.errors import Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.registers import RegisterAnswer
from ila_kit.store.listing import PageRequest
from ila_kit.testing.fakes import FakeUnit


class FakePersons:
    """Persons in memory; codes are a list per person, the last one is current."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Person] = {}
        self.logins: dict[Login, UUID] = {}
        self.codes_of: dict[UUID, list[PersonalCode]] = {}
        self.accounts: dict[UUID, Account] = {}

    def lock(self, login: Login, code: PersonalCode) -> None: ...

    def lock_code(self, code: PersonalCode) -> None: ...

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
        return next((self.rows[one] for one, codes in self.codes_of.items() if code in codes), None)

    def add_login(self, person_id: UUID, login: Login, now: datetime) -> None:
        self.logins[login] = person_id

    def add_code(self, person_id: UUID, code: PersonalCode, now: datetime) -> None:
        self.codes_of.setdefault(person_id, []).append(code)

    def current_code(self, person_id: UUID) -> PersonalCode:
        return self.codes_of[person_id][-1]

    def codes(self, person_id: UUID) -> list[PersonalCode]:
        return self.codes_of.get(person_id, [])

    def current_codes(self, person_ids: Sequence[UUID]) -> dict[UUID, PersonalCode]:
        return {one: self.codes_of[one][-1] for one in person_ids if one in self.codes_of}

    def account(self, person_id: UUID) -> Account | None:
        return self.accounts.get(person_id)

    def save_account(self, account: Account) -> None:
        self.accounts[account.person_id] = account


class FakeRoles:
    """Role grants in memory."""

    def __init__(self) -> None:
        self.grants: list[RoleGrant] = []

    def held(self, person_id: UUID) -> list[Role]:
        return [one.held for one in self.grants if one.person_id == person_id]

    def add(self, grant: RoleGrant) -> None:
        self.grants.append(grant)

    def remove(self, person_id: UUID, role: Role) -> RoleGrant | None:
        found = next((one for one in self.grants if (one.person_id, one.held) == (person_id, role)), None)
        self.grants = [one for one in self.grants if one is not found]
        return found

    def get(self, grant_id: UUID) -> RoleGrant | None:
        return next((one for one in self.grants if one.id == grant_id), None)

    def others_hold(self, grant: RoleGrant) -> bool:
        return any(one.role == grant.role and one.person_id != grant.person_id for one in self.grants)

    def in_organisation(self, organisation_id: UUID, role: str | None = None) -> list[RoleGrant]:
        here = [one for one in self.grants if one.organisation_id == organisation_id]
        return [one for one in here if role in (None, one.role)]


class FakeRows:
    """Things with an id and a version in memory; a change of an old version is refused."""

    def __init__(self) -> None:
        self.rows: dict[UUID, object] = {}

    def save(self, thing) -> None:
        if self.rows[thing.id].version != thing.version - 1:
            raise Stale()
        self.rows[thing.id] = thing

    def find(self, thing_id: UUID):
        if thing_id not in self.rows:
            raise Missing()
        return self.rows[thing_id]


class FakeOrganisations(FakeRows):
    """Organisations in memory."""

    def ensure(self, organisation: Organisation) -> None:
        self.rows.setdefault(organisation.id, organisation)

    def add(self, organisation: Organisation) -> None:
        self.rows[organisation.id] = organisation

    def get(self, organisation_id: UUID, scope: Scope, lock: bool = False) -> Organisation:
        if not scope.covers(organisation=organisation_id):
            raise Missing()
        return self.find(organisation_id)

    def by_number(self, viis_number: str) -> Organisation | None:
        return next((one for one in self.rows.values() if one.viis_number == viis_number), None)

    def lock_employer(self, legal_person_number: str) -> None: ...

    def open_employer(self, legal_person_number: str) -> Organisation | None:
        employers = [one for one in self.rows.values() if one.is_employer and not one.closed]
        return next((one for one in employers if one.legal_person_number == legal_person_number), None)

    def many(self, organisation_ids: Sequence[UUID]) -> dict[UUID, Organisation]:
        return {one: self.rows[one] for one in organisation_ids if one in self.rows}

    def untold(self) -> list[Organisation]:
        return [one for one in self.rows.values() if one.approved_at is None]


class FakeEmployerRegistrations(FakeRows):
    """Registrations of employers in memory."""

    def add(self, registration: EmployerRegistration) -> bool:
        same = (registration.registrant_id, registration.legal_person_number)
        asking = [one for one in self.rows.values() if one.state == "asking"]
        if same in {(one.registrant_id, one.legal_person_number) for one in asking}:
            return False
        self.rows[registration.id] = registration
        return True

    def get(self, registration_id: UUID, scope: Scope, lock: bool = False) -> EmployerRegistration:
        found = self.find(registration_id)
        if not scope.covers(person=found.registrant_id):
            raise Missing()
        return found

    def due(self, now: datetime, limit: int) -> list[EmployerRegistration]:
        due = [one for one in self.rows.values() if one.ask_at is not None and one.ask_at <= now]
        return sorted(due, key=lambda one: one.ask_at)[:limit]


class FakeRegistrations(FakeRows):
    """Registrations in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.files: dict[UUID, str] = {}

    def lock_institution(self, viis_number: str) -> None: ...

    def live(self, viis_number: str) -> Registration | None:
        live = [one for one in self.rows.values() if one.state in ("submitted", "returned")]
        return next((one for one in live if one.form.viis_number == viis_number), None)

    def add_attestation(self, registration_id: UUID, attestation: Attestation) -> None:
        self.files[attestation.id] = attestation.sha256

    def add_authorisation(self, registration_id: UUID, authorisation: Authorisation) -> None:
        self.files[authorisation.id] = authorisation.sha256

    def add(self, registration: Registration) -> None:
        self.rows[registration.id] = registration

    def get(self, registration_id: UUID, scope: Scope, lock: bool = False) -> Registration:
        found = self.find(registration_id)
        if not scope.covers(person=found.registrant_id):
            raise Missing()
        return found


class FakeVerifier:
    """Finds what a test tells it to: a verdict, and who signed (identifiers as in certificates)."""

    def __init__(self) -> None:
        self.verdict, self.signers = "indeterminate", ["PNOLV-327291-09472"]

    def verify(self, content: bytes, now: datetime) -> Verification:
        check = Check(
            name="signature_value",
            verdict=self.verdict,
            reason=None,
            sentence_lv="Paraksta vērtība",
            sentence_en="Value of the signature",
            signature="S0",
        )
        return Verification(
            verdict=self.verdict,
            checks=(check,),
            signatures=tuple(self._signature(one, now) for one in self.signers),
        )

    def _signature(self, identifier: str, now: datetime) -> Signature:
        signer = Signer(name="ILONA PRIEDE", identifier=identifier, country="LV", issuer="Paraugu izdevējs")
        return Signature(
            place="S0",
            verdict=self.verdict,
            level="XAdES-T",
            signer=signer,
            signed_at=now,
            time_stamp_at=now,
        )

    def alarms(self, now: datetime) -> list[str]:
        return []


class FakeMembers(FakeRows):
    """People of organisations in memory."""

    def add(self, member: Member) -> bool:
        key = (member.organisation_id, member.named.personal_code)
        if key in {(one.organisation_id, one.named.personal_code) for one in self.of(member.organisation_id)}:
            return False
        self.rows[member.id] = member
        return True

    def get(self, organisation_id: UUID, member_id: UUID) -> Member:
        member = self.find(member_id)
        if member.organisation_id != organisation_id:
            raise Missing()
        return member

    by_id = FakeRows.find

    def of(self, organisation_id: UUID) -> list[Member]:
        here = [one for one in self.rows.values() if one.organisation_id == organisation_id]
        return [one for one in here if one.state != "ended"]

    def waiting(self, code: PersonalCode) -> list[Member]:
        confirmed = [one for one in self.rows.values() if one.state == "confirmed"]
        return [one for one in confirmed if one.named.personal_code == code]


class FakeBankAccounts(FakeRows):
    """Bank accounts in memory."""

    def add(self, account: BankAccount) -> bool:
        if any(one.iban == account.iban for one in self._live(account.organisation_id)):
            return False
        self.rows[account.id] = account
        return True

    def get(self, account_id: UUID, organisation_id: UUID | None = None) -> BankAccount:
        found = self.find(account_id)
        if organisation_id not in (None, found.organisation_id):
            raise Missing()
        return found

    def standing(self, organisation_id: UUID) -> BankAccount | None:
        return next((one for one in self._live(organisation_id) if one.state == "confirmed"), None)

    def current(self, organisation_ids: Sequence[UUID]) -> list[BankAccount]:
        best = [self.standing(one) or next(iter(reversed(self._live(one))), None) for one in organisation_ids]
        return [one for one in best if one]

    def _live(self, organisation_id: UUID) -> list[BankAccount]:
        here = [one for one in self.rows.values() if one.organisation_id == organisation_id]
        return [one for one in here if one.state in ("added", "confirmed")]


class FakeRegisterFacts:
    """Facts of the population register in memory."""

    def __init__(self, persons: FakePersons) -> None:
        self.rows: dict[UUID, RegisterFact] = {}
        self.persons = persons

    def want(self, person_ids: Sequence[UUID], now: datetime) -> None:
        for one in person_ids:
            known = self.rows.get(one)
            if known is None:
                self.rows[one] = wanted(one, now)
            elif not known.wanted:
                self.rows[one] = replace(known, wanted=True, next_at=now, tries=0)

    def many(self, person_ids: Sequence[UUID]) -> dict[UUID, RegisterFact]:
        return {one: self.rows[one] for one in person_ids if one in self.rows}

    def due(self, now: datetime, limit: int) -> list[tuple[RegisterFact, PersonalCode]]:
        due = [one for one in self.rows.values() if one.wanted and one.next_at <= now]
        return [(one, self.persons.current_code(one.person_id)) for one in due[:limit]]

    def save(self, facts: Sequence[RegisterFact]) -> None:
        self.rows |= {fact.person_id: fact for fact in facts}


class FakeSupports:
    """What the register of earlier support told, in memory."""

    def __init__(self, persons: FakePersons) -> None:
        self.questions: dict[UUID, SupportQuestion] = {}
        self.answers: list[SupportAnswer] = []
        self.persons = persons

    def want(self, person_ids: Sequence[UUID], now: datetime) -> dict[UUID, int]:
        for one in person_ids:
            known = self.questions.get(one)
            if known is None or not known.wanted:
                self.questions[one] = SupportQuestion(person_id=one, wanted=True, next_at=now)
        return {one: self.questions[one].tries for one in person_ids}

    def newest(self, person_ids: Sequence[UUID]) -> dict[UUID, SupportAnswer]:
        ordered = sorted(self.answers, key=lambda one: one.observed_at)
        return {one.person_id: one for one in ordered if one.person_id in person_ids}

    def due(self, now: datetime, limit: int) -> list[tuple[SupportQuestion, list[PersonalCode]]]:
        due = [one for one in self.questions.values() if one.wanted and one.next_at <= now]
        return [(one, self.persons.codes(one.person_id)) for one in due[:limit]]

    def lock(self, person_ids: Sequence[UUID]) -> set[UUID]:
        return self.questions.keys() & set(person_ids)

    def save(self, questions: Sequence[SupportQuestion], answers: Sequence[SupportAnswer]) -> None:
        self.questions |= {one.person_id: one for one in questions}
        self.answers += answers


class FakeSanctions(FakeRows):
    """Sanctions of organisations in memory."""

    def add(self, sanction: Sanction) -> None:
        self.rows[sanction.id] = sanction

    def get(self, sanction_id: UUID, organisation_id: UUID | None = None) -> Sanction:
        found = self.find(sanction_id)
        if organisation_id not in (None, found.organisation_id):
            raise Missing()
        return found

    def organisation_of(self, sanction_id: UUID) -> UUID:
        return self.find(sanction_id).organisation_id

    def in_force(self, organisation_id: UUID) -> list[Sanction]:
        here = [one for one in self.rows.values() if one.organisation_id == organisation_id]
        return [one for one in here if one.in_force]


class FakeRoleProposals(FakeRows):
    """Roles that wait for a second person, in memory."""

    def add(self, proposal: RoleProposal) -> bool:
        same = (proposal.person_id, proposal.role, "pending")
        if same in {(one.person_id, one.role, one.state) for one in self.rows.values()}:
            return False
        self.rows[proposal.id] = proposal
        return True

    get = FakeRows.find

    def find(self, proposal_id: UUID) -> RoleProposal | None:
        return self.rows.get(proposal_id)

    def page_of_grants(self, request: PageRequest) -> Listed[dict[str, object]]:
        waiting = [one for one in self.rows.values() if one.state == "pending"]
        same = ("id", "person_id", "role", "state", "confirmed_by", "due_at", "reason")
        rows = [
            {name: getattr(one, name) for name in same}
            | {"organisation_id": None, "granted_at": one.proposed_at, "granted_by": one.proposed_by}
            for one in waiting
        ]
        return Listed(rows[: request.limit], None)


class FakeServiceClients(FakeRows):
    """Machine clients in memory."""

    def add(self, client: ServiceClient) -> bool:
        if self.by_name(client.client_id):
            return False
        self.rows[client.id] = client
        return True

    def save(self, client: ServiceClient) -> bool:
        others = [one for one in self.rows.values() if one.id != client.id]
        if {key.key.thumbprint for key in client.keys} & {
            key.key.thumbprint for one in others for key in one.keys
        }:
            return False
        super().save(client)
        return True

    get = FakeRows.find

    def by_name(self, client_id: str) -> ServiceClient | None:
        return next((one for one in self.rows.values() if one.client_id == client_id), None)


class IdentityFakeUnit(FakeUnit):
    """A unit of work whose stores are in memory."""

    def __init__(self) -> None:
        super().__init__(Actor("svc:gateway", (Role("identity.sign_in"),)))
        self.persons, self.roles, self.organisations = FakePersons(), FakeRoles(), FakeOrganisations()
        self.registrations, self.members = FakeRegistrations(), FakeMembers()
        self.bank_accounts, self.register_facts = FakeBankAccounts(), FakeRegisterFacts(self.persons)
        self.earlier_support = FakeSupports(self.persons)
        self.service_clients, self.sanctions = FakeServiceClients(), FakeSanctions()
        self.role_proposals, self.employer_registrations = FakeRoleProposals(), FakeEmployerRegistrations()

    def actions(self) -> list[str]:
        return [action for action, *_ in self.audited]


VIIS, LEGAL_PERSON, CODE = "9900000001", "40003009497", "327291-09472"
INSTITUTION = {
    "number": VIIS,
    "title": "Paraugu koledža 01",
    "kind": "profesionālā",
    "type": "Koledža",
    "seat": "Paraugu iela 1, Rīga, LV-1001",
    "territory": "LV-RIX",
    "territory_title": "Rīga",
    "registered_on": "2015-03-02",
    "accredited": True,
    "operating": True,
    "legal_person_number": LEGAL_PERSON,
}
LEGAL = {"number": LEGAL_PERSON, "title": "SIA Paraugs", "status": "registered", "viis_numbers": [VIIS]}


@dataclass
class World:
    """A unit of work, ways to sign in and to register, and what registers tell."""

    unit: IdentityFakeUnit = field(default_factory=IdentityFakeUnit)
    personas: Personas = field(default_factory=Personas)
    verifier: FakeVerifier = field(default_factory=FakeVerifier)

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

    def person(self, code: str, *roles: Role) -> UUID:
        """Sign somebody in who has this code, and let them hold roles."""
        login = Login("https://eid.example", code)
        person = sign_in(self.unit, self.command(login=login, personal_code=code), self.personas).person_id
        for role in roles:
            self.unit.roles.add(
                RoleGrant(
                    id=uuid7(),
                    person_id=person,
                    role=role.name,
                    organisation_id=role.organisation,
                    granted_at=self.unit.now,
                    granted_by="test",
                    reason="test",
                )
            )
        return person

    def act_as(self, person: UUID | None, *roles: Role | str) -> Scope:
        """Let a person, or a new one, act from now on; give the scope of who acts for organisations."""
        held = tuple(role if isinstance(role, Role) else Role(role) for role in roles)
        self.unit.actor = Actor(str(person or uuid7()), held, "high")
        return Scope(person=person, organisations=frozenset(r.organisation for r in held if r.organisation))

    def form(self, **changes) -> Form:
        named = Named(given_name="Ilona", family_name="Priede", personal_code=PersonalCode.parse(CODE))
        values = {
            "viis_number": VIIS,
            "legal_person_number": LEGAL_PERSON,
            "administrator": named,
            "administrator_email": "ilona@personas.example",
            "contact_email": "info@paraugs.example",
        }
        return Form(**values | changes)

    def file(self, **changes) -> ReceivedFile:
        values = {"name": "a.edoc", "media_type": "application/zip", "data": b"signed", "sha256": "ab" * 32}
        return ReceivedFile(**values | changes)

    def registered(self, registrant: UUID | None = None, **changes) -> Registration:
        command = RegisterInstitution(
            registrant_id=registrant or uuid7(), form=self.form(), file=self.file(), **changes
        )
        return register_institution(self.unit, command, self.verifier)

    def answer(self, told: dict | None, key: str = "", **changes) -> RegisterAnswer:
        """Return what a register answers: these facts, or that it knows no such thing."""
        values = {"key": key or (told or {}).get("number", ""), "state": "fresh", "found": told is not None}
        values |= {"observed_at": self.unit.now, "legal_basis": "law", "hash": "cd" * 32, "snapshot": "e.y.J"}
        return RegisterAnswer(answer=told, **values | changes)


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def new_world() -> type[World]:
    """The making of worlds, for tests that need a new one for each example."""
    return World
