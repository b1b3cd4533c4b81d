"""The facts this service reads of others, each as the narrow part it relies on."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePriced(Event):
    """What a programme pays, by which methodology, and the hash of the quote that explains it."""

    type: ClassVar[str] = "funding.programme_priced.v1"
    subject_field: ClassVar[str] = "programme_id"

    programme_id: UUID
    amount: Decimal
    methodology_id: UUID
    methodology_version: str
    as_of: date
    quote_hash: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlacesChanged(Event):
    """How many learners a group of a programme has."""

    type: ClassVar[str] = "applications.group_places_changed.v1"
    subject_field: ClassVar[str] = "group_id"

    group_id: UUID
    programme_id: UUID
    members: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCancelled(Event):
    """A group takes place no more: it has no members."""

    type: ClassVar[str] = "applications.group_cancelled.v1"
    subject_field: ClassVar[str] = "group_id"

    group_id: UUID
    programme_id: UUID
    version: int
