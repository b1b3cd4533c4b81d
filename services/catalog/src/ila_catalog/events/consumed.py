"""The facts this service reads of others, each as the narrow part it relies on."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from ila_kit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderApproved(Event):
    """An institution may work on the platform: who it is, by the register of institutions."""

    type: ClassVar[str] = "identity.provider_approved.v1"
    subject_field: ClassVar[str] = "organisation_id"

    organisation_id: UUID
    viis_number: str
    title: str
    institution_type: str
    seat: str
    territory: str
    territory_title: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSuspended(Event):
    """What an institution is barred from for now; all of it when a former publisher names no scopes."""

    type: ClassVar[str] = "identity.provider_suspended.v1"
    subject_field: ClassVar[str] = "organisation_id"

    organisation_id: UUID
    version: int
    scopes: list[str] | None = None

    def bars(self, scope: str) -> bool:
        """Tell whether something is barred."""
        return self.scopes is None or scope in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderReinstated(Event):
    """A suspended institution works again."""

    type: ClassVar[str] = "identity.provider_reinstated.v1"
    subject_field: ClassVar[str] = "organisation_id"

    organisation_id: UUID
    version: int
