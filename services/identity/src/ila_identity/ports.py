"""Everything identity needs from outside its rules."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.files.kept import KeptFiles
from ila_kit.ports import UnitOfWork
from ila_kit.registers import RegisterAnswer
from ila_kit.store.listing import PageRequest

from ila_identity.domain.access_log import Access
from ila_identity.domain.attestations import Attestation, Authorisation, Verification
from ila_identity.domain.bank_accounts import BankAccount
from ila_identity.domain.exports import Export
from ila_identity.domain.limits import Limits
from ila_identity.domain.members import Member
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.personas import Personas
from ila_identity.domain.registrations import Registration
from ila_identity.domain.role_proposals import RoleProposal
from ila_identity.domain.sanctions import Sanction
from ila_identity.domain.service_clients import ServiceClient
from ila_identity.organisation_ports import Listed as Listed
from ila_identity.organisation_ports import OrganisationUnit
from ila_identity.person_ports import Collector, PersonUnit


class RegistrationStore(Protocol):
    """Registrations of institutions, with their attestations; bytes of files are kept by their SHA-256."""

    def lock_institution(self, viis_number: str) -> None:
        """Let nobody else register or admit this institution, until the transaction ends."""

    def live(self, viis_number: str) -> Registration | None:
        """Return the submitted or returned registration of an institution."""

    def add_attestation(self, registration_id: UUID, attestation: Attestation) -> None:
        """Store what is known of a received file; earlier ones of the registration stay."""

    def add_authorisation(self, registration_id: UUID, authorisation: Authorisation) -> None:
        """Store what is known of a received authorisation; earlier ones of the registration stay."""

    def add(self, registration: Registration) -> None:
        """Store a new registration; its attestation is stored already."""

    def save(self, registration: Registration) -> None:
        """Store the next version of a registration. Raises Stale when somebody stored one since."""

    def get(self, registration_id: UUID, scope: Scope, lock: bool = False) -> Registration:
        """Return a registration in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""

    def asking(self, now: datetime, limit: int) -> list[Registration]:
        """Return submitted registrations for which registers are to be asked, longest open first."""

    def page(self, request: PageRequest, scope: Scope) -> Listed[Registration]:
        """Return a page of registrations in scope, newest first."""


class MemberStore(Protocol):
    """People of organisations."""

    def add(self, member: Member) -> bool:
        """Store a new member; False when the person is one already."""

    def save(self, member: Member) -> None:
        """Store the next version of a member. Raises Stale when somebody stored one since."""

    def get(self, organisation_id: UUID, member_id: UUID) -> Member:
        """Return, locked, a member of an organisation. Raises Missing."""

    def of(self, organisation_id: UUID) -> list[Member]:
        """Return, locked, the members of an organisation whose time has not ended."""

    def by_id(self, member_id: UUID) -> Member:
        """Return, locked, a member of any organisation. Raises Missing."""

    def waiting(self, code: PersonalCode) -> list[Member]:
        """Return, locked, the confirmed members with this code whose roles are not in force yet."""

    def page(self, organisation_id: UUID, request: PageRequest) -> Listed[Member]:
        """Return a page of the members of an organisation, newest first."""


class BankAccountStore(Protocol):
    """Bank accounts of organisations."""

    def add(self, account: BankAccount) -> bool:
        """Store a new account; False when the organisation has it, added or confirmed."""

    def save(self, account: BankAccount) -> None:
        """Store the next version of an account. Raises Stale when somebody stored one since."""

    def get(self, account_id: UUID, organisation_id: UUID | None = None) -> BankAccount:
        """Return, locked, an account, of this organisation if one is named. Raises Missing."""

    def standing(self, organisation_id: UUID) -> BankAccount | None:
        """Return, locked, the confirmed account of an organisation."""

    def current(self, organisation_ids: Sequence[UUID]) -> list[BankAccount]:
        """Return one account per organisation: the confirmed one, else the newest that was added."""

    def page(self, organisation_id: UUID, request: PageRequest) -> Listed[BankAccount]:
        """Return a page of the accounts of an organisation, newest first."""


class RoleProposalStore(Protocol):
    """Roles that wait for a second person."""

    def add(self, proposal: RoleProposal) -> bool:
        """Store a new proposal; False when this role waits for this person already."""

    def save(self, proposal: RoleProposal) -> None:
        """Store the next version of a proposal. Raises Stale when somebody stored one since."""

    def get(self, proposal_id: UUID) -> RoleProposal:
        """Return, locked, a proposal. Raises Missing."""

    def find(self, proposal_id: UUID) -> RoleProposal | None:
        """Return, locked, a proposal, if there is one."""

    def page_of_grants(self, request: PageRequest) -> Listed[dict[str, Any]]:
        """Return a page of the roles that are held, and of those that wait, newest first."""


class AccessLogStore(Protocol):
    """Who looked at whose data."""

    def add(self, entries: Sequence[Access]) -> None:
        """Store entries that are not there."""

    def page(self, person_id: UUID, request: PageRequest) -> Listed[Access]:
        """Return a page of the looks at a person's data, newest first."""


class ExportStore(Protocol):
    """Exports of people's data; each person has one under way at most."""

    def add(self, export: Export) -> bool:
        """Store a new export; False while another one of the person is collected."""

    def save(self, export: Export) -> None:
        """Store the next version of an export. Raises Stale when somebody stored one since."""

    def get(self, export_id: UUID, person_id: UUID) -> Export:
        """Return an export of a person. Raises Missing."""

    def page(self, person_id: UUID, request: PageRequest) -> Listed[Export]:
        """Return a page of the exports of a person, newest first."""

    def locked(self, export_id: UUID) -> Export:
        """Return, locked, an export of anybody. Raises Missing."""

    def due(self, now: datetime, limit: int) -> list[Export]:
        """Return exports that are to be collected, longest waiting first."""

    def forget(self, person_id: UUID) -> None:
        """Forget all exports of a person; the store of files removes their files."""


class SanctionStore(Protocol):
    """Sanctions of organisations; none is ever removed."""

    def add(self, sanction: Sanction) -> None:
        """Store a new sanction."""

    def save(self, sanction: Sanction) -> None:
        """Store the next version of a sanction. Raises Stale when somebody stored one since."""

    def get(self, sanction_id: UUID, organisation_id: UUID | None = None) -> Sanction:
        """Return, locked, a sanction, of this organisation if one is named. Raises Missing."""

    def organisation_of(self, sanction_id: UUID) -> UUID:
        """Return the organisation of a sanction. Raises Missing."""

    def in_force(self, organisation_id: UUID) -> list[Sanction]:
        """Return, locked, the sanctions of an organisation that are in force, oldest first."""

    def page(self, organisation_id: UUID, request: PageRequest) -> Listed[Sanction]:
        """Return a page of the sanctions of an organisation, newest first."""


class ServiceClientStore(Protocol):
    """Machine clients with their keys."""

    def add(self, client: ServiceClient) -> bool:
        """Store a new client; False when there is one of this name."""

    def save(self, client: ServiceClient) -> bool:
        """Store the next version of a client; False when a new key is another's. Raises Stale."""

    def get(self, service_client_id: UUID) -> ServiceClient:
        """Return, locked, a client. Raises Missing."""

    def by_name(self, client_id: str) -> ServiceClient | None:
        """Return the client of a name."""


class Unit(PersonUnit, OrganisationUnit, UnitOfWork, Protocol):
    """One transaction of identity."""

    @property
    def registrations(self) -> RegistrationStore:
        """Registrations of institutions."""

    @property
    def members(self) -> MemberStore:
        """People of organisations."""

    @property
    def bank_accounts(self) -> BankAccountStore:
        """Bank accounts of organisations."""

    @property
    def role_proposals(self) -> RoleProposalStore:
        """Roles that wait for a second person."""

    @property
    def access_log(self) -> AccessLogStore:
        """Who looked at whose data."""

    @property
    def exports(self) -> ExportStore:
        """Exports of people's data."""

    @property
    def sanctions(self) -> SanctionStore:
        """Sanctions of organisations."""

    @property
    def service_clients(self) -> ServiceClientStore:
        """Machine clients."""


class Registers(Protocol):
    """The state registers, through the gateway."""

    def ask(
        self, register: str, keys: Sequence[str], purpose: str, legal_basis: str
    ) -> dict[str, RegisterAnswer]:
        """Return an answer for each key. Raises Unavailable when the gateway itself is away."""


class SignatureVerifier(Protocol):
    """Verification of e-signatures, by trusted lists that are kept here."""

    def verify(self, content: bytes, now: datetime) -> Verification:
        """Return what holds of a signed file at an instant (UTC). It raises nothing."""

    def alarms(self, now: datetime) -> list[str]:
        """Return what is wrong with the trusted lists at an instant, a sentence each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps:
    """What the doors hand to use cases and jobs.

    `units` opens units of work (`ila_kit.store.unit.Units`); `alone(name)` holds a lock that one
    process has at a time, and gives False when another one has it. `legal_basis` is the ground on
    which facts of persons are handed on, `provider_legal_basis` and `employer_legal_basis` those of
    questions about institutions and about employers, `support_legal_basis` that of questions about support;
    `kept_files` are those that institutions gave; `collector` asks services what they keep about a person.
    """

    units: Any
    registers: Registers
    verifier: SignatureVerifier
    alone: Callable[[str], AbstractContextManager[bool]]
    legal_basis: str
    provider_legal_basis: str
    employer_legal_basis: str
    support_legal_basis: str
    kept_files: KeptFiles
    collector: Collector
    limits: Limits = field(default_factory=Limits)
    personas: Personas = field(default_factory=Personas)
