"""Who may call a route, and whose rows they see."""

from dataclasses import dataclass
from uuid import UUID

from ila_kit.actor import EVERYTHING, Actor, Scope
from ila_kit.errors import Denied
from ila_kit.web.identity import ASSURANCE


class AssuranceTooLow(Denied):
    """The act needs a stronger sign-in."""

    code = "assurance-too-low"


@dataclass(frozen=True)
class Access:
    """Who may call a route, and whose rows they see.

    Holders of `any` roles see every row; holders of `own` roles those of themselves or of the
    organisations they hold the role in. `acr` is the least assurance of the sign-in.
    """

    own: frozenset[str] | set[str] = frozenset()
    any: frozenset[str] | set[str] = frozenset()
    public: bool = False
    signed_in: bool = False
    acr: str = "low"

    @property
    def tenant_scope(self) -> str:
        """`own`, `any` or `none`, as the API document says it."""
        return "own" if self.own else "any" if self.any else "none"

    def scope(self, actor: Actor) -> Scope:
        """Return the rows an actor may touch. Raises Denied or AssuranceTooLow."""
        if self.public:
            return Scope()
        names = actor.role_names
        if not (self.signed_in or names & (self.own | self.any)):
            raise _Forbidden()
        if ASSURANCE.index(actor.acr) < ASSURANCE.index(self.acr):
            raise AssuranceTooLow(needed=self.acr)
        return EVERYTHING if names & self.any else self._own(actor)

    def _own(self, actor: Actor) -> Scope:
        held = [role for role in actor.roles if role.name in self.own]
        personal = self.signed_in or any(role.organisation is None for role in held)
        organisations = frozenset(role.organisation for role in held if role.organisation)
        return Scope(person=_person(actor) if personal else None, organisations=organisations)


class _Forbidden(Denied):
    code = "forbidden"


def _person(actor: Actor) -> UUID | None:
    """Return the person whose rows these are: the caller, or the one a machine acts for."""
    for name in (actor.id, actor.acting_for):
        try:
            return UUID(name or "")
        except ValueError:
            continue
    return None
