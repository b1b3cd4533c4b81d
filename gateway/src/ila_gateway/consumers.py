"""What the gateway does when others tell it something.

No event is applied: each makes the sessions of its person, or whoever looks at its machine client,
read the truth from identity again. So it does not matter how often or in which order events come, and
there is no inbox. Only a disabling ends sessions by itself, and of those only what began before it.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from ila_kit.bus.receiver import Keep
from ila_kit.events import Envelope, Event

from ila_gateway.client_cache import ClientCache
from ila_gateway.events.consumed import PersonDisabled, RoleGranted, RoleRevoked, ServiceClientChanged
from ila_gateway.sessions import SessionStore

log = logging.getLogger(__name__)
Handlers = Mapping[type[Event], Callable[[Any], None]]


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


def at_once(effects: Handlers) -> Keep:
    """Return what lets each event have its effect before it is acknowledged, instead of keeping it."""
    kinds = {kind.type: kind for kind in effects}

    def hear(bodies: Sequence[bytes]) -> set[bytes]:
        unreadable = set[bytes]()
        for body in bodies:
            try:
                envelope = Envelope.parse(orjson.loads(body))
                kind = kinds[envelope.type]
                fact = kind.read(envelope.data)
            except Exception as fault:  # whatever reading trips over, it will trip over again
                log.warning("a message that cannot be read is parked: %s", type(fault).__name__)
                unreadable.add(body)
            else:
                effects[kind](fact)
        return unreadable

    return hear
