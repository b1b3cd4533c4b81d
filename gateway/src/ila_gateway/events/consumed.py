"""The facts the gateway reads of others, each as the narrow part it relies on."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ila_kit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    """A person holds one role more."""

    type: ClassVar[str] = "identity.role_granted.v1"
    subject_field: ClassVar[str] = "person_id"

    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked(Event):
    """A person holds one role less."""

    type: ClassVar[str] = "identity.role_revoked.v1"
    subject_field: ClassVar[str] = "person_id"

    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonDisabled(Event):
    """Nobody works with this person's account from an instant on."""

    type: ClassVar[str] = "identity.person_disabled.v1"
    subject_field: ClassVar[str] = "person_id"

    person_id: UUID
    disabled_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceClientChanged(Event):
    """A machine client has other keys, scopes or another state."""

    type: ClassVar[str] = "identity.service_client_changed.v1"
    subject_field: ClassVar[str] = "client_id"

    client_id: str
