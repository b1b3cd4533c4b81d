"""What the gateway does when others tell it something.

No event is applied: each makes the sessions of its person, or whoever looks at its machine client,
read the truth from identity again. So it does not matter how often or in which order events come. Only
a disabling ends sessions by itself, and of those only what began before it.
"""

from ila_gateway.client_cache import ClientCache
from ila_gateway.events.consumed import PersonDisabled, RoleGranted, RoleRevoked, ServiceClientChanged
from ila_gateway.receiver import Handlers
from ila_gateway.sessions import SessionStore


def handlers(sessions: SessionStore, clients: ClientCache) -> Handlers:
    """Return what is done at each kind of event."""

    def roles_changed(event: RoleGranted | RoleRevoked) -> None:
        sessions.note_change(str(event.person_id))

    def disabled(event: PersonDisabled) -> None:
        sessions.note_change(str(event.person_id))
        sessions.end_all(str(event.person_id), "disabled", begun_before=event.disabled_at.timestamp())

    def client_changed(event: ServiceClientChanged) -> None:
        clients.forget(event.client_id)

    return {
        RoleGranted: roles_changed,
        RoleRevoked: roles_changed,
        PersonDisabled: disabled,
        ServiceClientChanged: client_changed,
    }
