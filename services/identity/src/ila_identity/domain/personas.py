"""Roles that development gives to its personas when they first sign in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ila_kit.actor import Role

from ila_identity.domain.organisations import stable_id
from ila_identity.domain.roles import LEARNER


@dataclass(frozen=True, slots=True)
class SeedOrganisation:
    """An organisation of the personas file."""

    id: UUID
    title: str
    viis_number: str | None = None


@dataclass(frozen=True, slots=True)
class Personas:
    """Organisations by id and roles by persona; empty wherever no personas file is set."""

    organisations: Mapping[UUID, SeedOrganisation] = field(default_factory=dict)
    roles: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, document: Mapping[str, Any]) -> "Personas":
        """Return the personas of a parsed file. Raises KeyError for an organisation it lacks."""
        seeds = {entry["name"]: _organisation(entry) for entry in document.get("organisation", [])}
        return cls(
            {seed.id: seed for seed in seeds.values()},
            {entry["name"]: _roles(entry, seeds) for entry in document.get("persona", [])},
        )

    def of(self, persona: str | None) -> tuple[Role, ...]:
        """Return the roles of a persona; none for an unknown one."""
        return self.roles.get(persona or "", ())

    def organisation(self, role: Role) -> SeedOrganisation | None:
        """Return the organisation a seeded role is held in."""
        return self.organisations.get(role.organisation) if role.organisation else None


def _organisation(entry: Mapping[str, Any]) -> SeedOrganisation:
    """Read one organisation; without an `id` of its own it gets the stable one of its name."""
    own = UUID(entry["id"]) if "id" in entry else stable_id(entry["name"])
    return SeedOrganisation(own, entry["title"], entry.get("viis_number"))


def _roles(entry: Mapping[str, Any], organisations: Mapping[str, SeedOrganisation]) -> tuple[Role, ...]:
    return tuple(
        Role(role["role"], _place(role, organisations))
        for role in entry.get("roles", [])
        if role["role"] != LEARNER
    )


def _place(role: Mapping[str, str], organisations: Mapping[str, SeedOrganisation]) -> UUID | None:
    return organisations[role["organisation"]].id if "organisation" in role else None
