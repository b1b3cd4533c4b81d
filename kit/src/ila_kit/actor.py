"""Who acts: a person or a machine, in which roles, held where."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Role:
    """A role somebody holds; in an organisation, or platform-wide when that is None."""

    name: str
    organisation: UUID | None = None


@dataclass(frozen=True, slots=True)
class Actor:
    """The caller of a request, or the process that acts by itself.

    `id` is a person's id or a client id (`svc:funding`), `acr` how strongly the person signed
    in (`low`, `substantial`, `high`), `acting_for` the person a machine acts for.
    """

    id: str
    roles: tuple[Role, ...] = ()
    acr: str = "low"
    session: str | None = None
    acting_for: str | None = None

    @property
    def role_names(self) -> frozenset[str]:
        """The names of the roles held anywhere."""
        return frozenset(role.name for role in self.roles)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which rows an actor may touch on one route; every store filters its reads by it.

    `everything` for platform-wide roles; else rows of `person`, or of one of `organisations`.
    """

    everything: bool = False
    person: UUID | None = None
    organisations: frozenset[UUID] = field(default_factory=frozenset)

    def covers(self, person: UUID | None = None, organisation: UUID | None = None) -> bool:
        """Tell whether a row that belongs to this person or organisation is in scope."""
        mine = person is not None and person == self.person
        return self.everything or mine or (organisation is not None and organisation in self.organisations)


EVERYTHING = Scope(everything=True)


def process_actor(service: str) -> Actor:
    """Return the actor of a service's own worker: it holds the role `system`."""
    return Actor(id=f"svc:{service}", roles=(Role("system"),), acr="high")
