"""Which groups a caller reaches on a route, by the roles that the route is for."""

from uuid import UUID

from ila_kit.actor import Actor
from ila_kit.web.resource import Access, Call

from ila_applications.domain.group_states import MANAGERS, TRAINER
from ila_applications.domain.groups import Reach
from ila_applications.domain.states import LEARNER


def reach_of(call: Call, access: Access) -> Reach:
    """Return the groups that a caller reaches in those of their roles that count on this route."""
    held = [role for role in call.actor.roles if role.name in access.own]
    return Reach(
        everything=call.scope.everything,
        person=_person(call.actor),
        learns=any(role.name == LEARNER for role in held),
        managed=frozenset(role.organisation for role in held if role.name in MANAGERS and role.organisation),
        taught=frozenset(role.organisation for role in held if role.name == TRAINER and role.organisation),
    )


def _person(actor: Actor) -> UUID | None:
    """Return the person who calls, or for whom a machine calls."""
    for name in (actor.id, actor.acting_for):
        try:
            return UUID(name or "")
        except ValueError:
            continue
    return None
