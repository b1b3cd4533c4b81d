"""Machine clients: registered, given keys and scopes, suspended; the gateway reads them here.

One platform administrator is enough, and every step is noted: no scope moves money or decides anything.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ila_kit.errors import Missing, Stale

from ila_identity.domain.errors import ClientKnown, KeyKnown
from ila_identity.domain.service_clients import SERVICE_CLIENT, PublicKey, ServiceClient, is_name
from ila_identity.events.published import ServiceClientChanged
from ila_identity.ports import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterClient:
    """A machine is to be let in."""

    client_id: str
    title: str
    scopes: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeClient:
    """A client is to be called otherwise, or to get other scopes."""

    service_client_id: UUID
    version: int
    title: str
    scopes: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddKey:
    """A client gets a key; the one it has by now ends at `earlier_ends_at`, if that is named."""

    service_client_id: UUID
    key: PublicKey
    earlier_ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireKey:
    """A key of a client ends, at once when no time is named."""

    service_client_id: UUID
    key_id: UUID
    ends_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepOfClient:
    """The state of a client changes, with a written reason."""

    service_client_id: UUID
    reason: str


def register_client(unit: Unit, command: RegisterClient) -> ServiceClient:
    """Register a client. Raises UnknownClientId, ClientIdReserved, ScopeNotAllowed or ClientKnown."""
    client = ServiceClient.register(command.client_id, command.title, command.scopes, unit.actor.id, unit.now)
    if not unit.service_clients.add(client):
        raise ClientKnown(client_id=client.client_id)
    return _noted(unit, client, "service_client_registered", scopes=list(client.scopes))


def change_client(unit: Unit, command: ChangeClient) -> ServiceClient:
    """Change title and scopes of a client. Raises Missing, Stale or ScopeNotAllowed."""
    client = unit.service_clients.get(command.service_client_id)
    if client.version != command.version:
        raise Stale()
    changed = client.changed(command.title, command.scopes, unit.now)
    unit.service_clients.save(changed)
    return _noted(unit, changed, "service_client_changed", scopes=list(changed.scopes))


def add_key(unit: Unit, command: AddKey) -> ServiceClient:
    """Add a key to a client. Raises Missing, KeyKnown, TooManyKeys or KeyEndPassed."""
    client = unit.service_clients.get(command.service_client_id)
    changed = client.with_key(command.key, unit.actor.id, unit.now, command.earlier_ends_at)
    if not unit.service_clients.save(changed):
        raise KeyKnown()
    return _noted(unit, changed, "service_client_key_added", kid=command.key.kid)


def retire_key(unit: Unit, command: RetireKey) -> ServiceClient:
    """Set an end to a key of a client. Raises Missing, KeyEnded or KeyEndPassed."""
    client = unit.service_clients.get(command.service_client_id)
    known = {one.id: one.key.kid for one in client.keys}
    if command.key_id not in known:
        raise Missing()
    changed = client.without_key(command.key_id, command.ends_at, unit.now)
    unit.service_clients.save(changed)
    return _noted(unit, changed, "service_client_key_retired", kid=known[command.key_id])


def suspend_client(unit: Unit, command: StepOfClient) -> ServiceClient:
    """Let a client in no more. Raises Missing, WrongState or NotYourStep."""
    return _step(unit, command, "suspend", "service_client_suspended")


def reinstate_client(unit: Unit, command: StepOfClient) -> ServiceClient:
    """Let a suspended client in again. Raises Missing, WrongState or NotYourStep."""
    return _step(unit, command, "reinstate", "service_client_reinstated")


def show_client(unit: Unit, service_client_id: UUID) -> ServiceClient:
    """Return a client. Raises Missing."""
    return unit.service_clients.get(service_client_id)


def client_let_in(unit: Unit, client_id: str) -> ServiceClient:
    """Return the client of a name, if it may come in. Raises Missing for a suspended one too."""
    client = unit.service_clients.by_name(client_id) if is_name(client_id) else None
    if client is None or client.state != SERVICE_CLIENT.start:
        raise Missing()
    return client


def _step(unit: Unit, command: StepOfClient, action: str, audited: str) -> ServiceClient:
    client = unit.service_clients.get(command.service_client_id)
    stepped = client.stepped(action, unit.actor.role_names, command.reason, unit.now)
    unit.service_clients.save(stepped)
    return _noted(unit, stepped, audited, reason=command.reason)


def _noted(unit: Unit, client: ServiceClient, action: str, **details: Any) -> ServiceClient:
    unit.audit(
        action, "service_client", client.id, client_id=client.client_id, version=client.version, **details
    )
    unit.publish(ServiceClientChanged.of(client), client.version)
    return client
