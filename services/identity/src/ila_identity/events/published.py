"""Facts that identity tells; nothing in them names or describes a person beyond an id and a band."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ila_kit.erasure import Erased
from ila_kit.events import Event
from ila_kit.looks import Look

from ila_identity.domain.roles import RoleGrant
from ila_identity.domain.service_clients import ServiceClient


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(Event):
    """A person signed in strongly for the first time: the learning account is open."""

    type: ClassVar[str] = "identity.account_opened.v1"
    subject_field: ClassVar[str] = "person_id"

    person_id: UUID
    opened_at: datetime
    age_band: str


class PersonalDataViewed(Look):
    """Somebody was told data of persons by identity."""

    type: ClassVar[str] = "identity.personal_data_viewed.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    """A person holds a role from now on; platform-wide when there is no organisation."""

    type: ClassVar[str] = "identity.role_granted.v1"
    subject_field: ClassVar[str] = "grant_id"

    grant_id: UUID
    person_id: UUID
    role: str
    organisation_id: UUID | None
    granted_at: datetime

    @classmethod
    def of(cls, grant: RoleGrant) -> "RoleGranted":
        """Return the fact that a grant was made."""
        return cls(
            grant_id=grant.id,
            person_id=grant.person_id,
            role=grant.role,
            organisation_id=grant.organisation_id,
            granted_at=grant.granted_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked(Event):
    """A person does not hold a role any more."""

    type: ClassVar[str] = "identity.role_revoked.v1"
    subject_field: ClassVar[str] = "grant_id"

    grant_id: UUID
    person_id: UUID
    role: str
    organisation_id: UUID | None
    revoked_at: datetime

    @classmethod
    def of(cls, grant: RoleGrant, revoked_at: datetime) -> "RoleRevoked":
        """Return the fact that a grant has ended."""
        return cls(
            grant_id=grant.id,
            person_id=grant.person_id,
            role=grant.role,
            organisation_id=grant.organisation_id,
            revoked_at=revoked_at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDisabled(Event):
    """Nobody signs in as this person or goes on working; `state` is that of the account."""

    type: ClassVar[str] = "identity.person_disabled.v1"
    subject_field: ClassVar[str] = "person_id"

    person_id: UUID
    state: str
    disabled_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErasureRequested(Event):
    """A person asked to be erased: each service erases its part. Told again until all have answered."""

    type: ClassVar[str] = "identity.person_erasure_requested.v1"
    subject_field: ClassVar[str] = "person_id"

    person_id: UUID
    requested_at: datetime


class PersonErased(Erased):
    """Identity erased a person, the last of all services."""

    type: ClassVar[str] = "identity.person_erased.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderApproved(Event):
    """An institution may work on the platform, as the register of institutions describes it.

    `approved_by` are the persons who approved it; nobody for an institution that development seeds,
    which has no registration either.
    """

    type: ClassVar[str] = "identity.provider_approved.v1"
    subject_field: ClassVar[str] = "organisation_id"

    organisation_id: UUID
    registration_id: UUID | None
    viis_number: str
    title: str
    institution_type: str
    seat: str
    territory: str
    territory_title: str
    approved_by: list[UUID]
    approved_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSuspended(Event):
    """An institution is barred from something: what it may do nothing of from now on, all told.

    `scopes`: of `new_offers`, `new_enrolments`, `payments`; those not named are open. `grade` is
    `partial`, `full` (all of them), or `closed` for good: what is owed to a closed one is paid
    unless its payments are barred.
    """

    type: ClassVar[str] = "identity.provider_suspended.v1"
    subject_field: ClassVar[str] = "organisation_id"

    organisation_id: UUID
    grade: str
    scopes: list[str]
    suspended_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderReinstated(Event):
    """Nothing is barred any more; `scopes` is what was until now."""

    type: ClassVar[str] = "identity.provider_reinstated.v1"
    subject_field: ClassVar[str] = "organisation_id"

    organisation_id: UUID
    scopes: list[str]
    reinstated_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerRegistered(Event):
    """A legal person is an employer on the platform from now on; it offers no training."""

    type: ClassVar[str] = "identity.employer_registered.v1"
    subject_field: ClassVar[str] = "organisation_id"

    organisation_id: UUID
    title: str
    registered_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EmployerClosed(Event):
    """An employer has ended for good: nobody acts for it any more."""

    type: ClassVar[str] = "identity.employer_closed.v1"
    subject_field: ClassVar[str] = "organisation_id"

    organisation_id: UUID
    closed_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceClientChanged(Event):
    """A machine client is new, or its keys, scopes or state are others from now on."""

    type: ClassVar[str] = "identity.service_client_changed.v1"
    subject_field: ClassVar[str] = "service_client_id"

    service_client_id: UUID
    client_id: str
    state: str
    scopes: list[str]
    changed_at: datetime
    version: int

    @classmethod
    def of(cls, client: ServiceClient) -> "ServiceClientChanged":
        """Return the fact that a client is as it is now."""
        return cls(
            service_client_id=client.id,
            client_id=client.client_id,
            state=client.state,
            scopes=list(client.scopes),
            changed_at=client.updated_at,
            version=client.version,
        )
