"""Machine clients over HTTP: kept by platform administrators, read by the gateway."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from marshmallow import validate

from ila_identity.api.schemas import ReasonSchema
from ila_identity.domain import errors
from ila_identity.domain.service_clients import (
    ADMINS,
    ALGORITHM,
    SERVICE_CLIENT,
    ClientKey,
    PublicKey,
    ServiceClient,
)
from ila_identity.usecases import service_clients as usecases

PREFIX = "/api/identity/v1/service-clients"
service_clients = Resource(
    "service-clients", __name__, url_prefix=PREFIX, description="Machine clients, their scopes and keys"
)
machine_clients = Resource(
    "machine-clients",
    __name__,
    url_prefix="/api/identity/v1/machine-clients",
    description="Who may come in, for the gateway",
)
READERS = Access(any=ADMINS | {"auditor"})
WRITERS = Access(any=ADMINS, acr="high")
GATEWAY = Access(any={"identity.clients"})
STATES = sorted(SERVICE_CLIENT.states)
ONE = "/<uuid:service_client_id>"
_post = partial(service_clients.operation, "POST", access=WRITERS, idempotent=True)
KEY_REFUSALS = [errors.KeyIsPrivate, errors.KeyIsSymmetric, errors.KeyUnfit]


class ServiceClientQuery(ListQuery):
    """Filters of the list."""

    state = fields.OneOf(STATES)
    client_id = fields.Text(max=50)


class TermsSchema(Schema):
    """How a client is called by people, and what it may do."""

    title = fields.Text(max=200, required=True)
    scopes = fields.List(fields.Text(max=50), required=True, validate=validate.Length(1, 20))


class NewServiceClientSchema(TermsSchema):
    """A client: `client_id` is `svc:<name>`, or the name of a register."""

    client_id = fields.Text(max=50, required=True)


class NewKeySchema(Schema):
    """A public key (P-256, for ES256) as a JWK. `earlier_ends_at`: when the key there is by now ends.

    Without it both count, until one of them is retired.
    """

    jwk = fields.Dict(keys=fields.String(), required=True)
    earlier_ends_at = fields.Instant(load_default=None, allow_none=True)


class RetirementSchema(Schema):
    """When a key ends; null or nothing: now."""

    ends_at = fields.Instant(load_default=None, allow_none=True)


class ClientKeySchema(Schema):
    """A key of a client; it counts until `ends_at`, for good when that is null."""

    id = fields.Id(required=True)
    kid = fields.String(required=True)
    thumbprint = fields.String(required=True, metadata={"description": "SHA-256, RFC 7638"})
    jwk = fields.Dict(required=True)
    added_by = fields.String(required=True)
    added_at = fields.Instant(required=True)
    ends_at = fields.Instant(required=True, allow_none=True)


class ServiceClientSchema(Schema):
    """A machine client. A suspended one is let in no more; at most two of its keys count at a time."""

    id = fields.Id(required=True)
    client_id = fields.String(required=True)
    title = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    state = fields.OneOf(STATES, required=True)
    reason = fields.String(required=True, allow_none=True)
    keys = fields.List(fields.Nested(ClientKeySchema), required=True)
    created_by = fields.String(required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)


class UsableKeySchema(Schema):
    """A key that counts until `ends_at`."""

    jwk = fields.Dict(required=True)
    ends_at = fields.Instant(required=True, allow_none=True)


class MachineClientSchema(Schema):
    """A client that may come in, as the token endpoint needs it."""

    client_id = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    keys = fields.List(fields.Nested(UsableKeySchema), required=True)


@service_clients.operation(
    "GET", "", READERS, query=ServiceClientQuery, answer=(200, list_of(ServiceClientSchema))
)
def get_service_clients(call: Call) -> dict[str, Any]:
    """List machine clients by name; those of the suite itself are in the gateway's file."""
    page = call.unit.service_clients.page(page_request(call.query))
    return {"items": [_shown(one) for one in page.items], "next": page.next}


@_post(
    "",
    body=NewServiceClientSchema,
    answer=(201, ServiceClientSchema),
    refusals=[errors.UnknownClientId, errors.ClientIdReserved, errors.ScopeNotAllowed, errors.ClientKnown],
)
def post_service_client(call: Call) -> Answer:
    """Register a machine client; it is let in once it has a key."""
    return _answer(usecases.register_client(call.unit, usecases.RegisterClient(**call.body)))


@service_clients.operation("GET", ONE, READERS, answer=(200, ServiceClientSchema))
def get_service_client(call: Call, service_client_id: UUID) -> Answer:
    """Show a machine client."""
    return _answer(usecases.show_client(call.unit, service_client_id))


@service_clients.operation(
    "PUT",
    ONE,
    WRITERS,
    body=TermsSchema,
    answer=(200, ServiceClientSchema),
    if_match=True,
    refusals=[errors.ScopeNotAllowed],
)
def put_service_client(call: Call, service_client_id: UUID) -> Answer:
    """Change title and scopes; a scope that is gone counts no more within a minute."""
    command = usecases.ChangeClient(
        service_client_id=service_client_id, version=call.if_match or 0, **call.body
    )
    return _answer(usecases.change_client(call.unit, command))


@_post(
    f"{ONE}/keys",
    body=NewKeySchema,
    answer=(201, ServiceClientSchema),
    refusals=[*KEY_REFUSALS, errors.KeyKnown, errors.TooManyKeys, errors.KeyEndPassed],
)
def post_key(call: Call, service_client_id: UUID) -> Answer:
    """Add a public key; the one there is by now counts beside it, until its own end."""
    command = usecases.AddKey(
        service_client_id=service_client_id,
        key=PublicKey.read(call.body["jwk"]),
        earlier_ends_at=call.body["earlier_ends_at"],
    )
    return _answer(usecases.add_key(call.unit, command))


@_post(
    f"{ONE}/keys/<uuid:key_id>/retirement",
    body=RetirementSchema,
    answer=(200, ServiceClientSchema),
    refusals=[errors.KeyEnded, errors.KeyEndPassed],
)
def post_retirement(call: Call, service_client_id: UUID, key_id: UUID) -> Answer:
    """End a key, now or at a time; one that fell into wrong hands counts no more within a minute."""
    command = usecases.RetireKey(
        service_client_id=service_client_id, key_id=key_id, ends_at=call.body["ends_at"]
    )
    return _answer(usecases.retire_key(call.unit, command))


def _step(action: str, summary: str, use_case: Callable[[Any, usecases.StepOfClient], ServiceClient]) -> None:
    """Register the route of one step."""

    def view(call: Call, service_client_id: UUID) -> Answer:
        command = usecases.StepOfClient(service_client_id=service_client_id, reason=call.body["reason"])
        return _answer(use_case(call.unit, command))

    view.__doc__, view.__name__ = summary, f"post_client_{action}"
    register = _post(
        f"{ONE}/{action}", body=ReasonSchema, answer=(200, ServiceClientSchema), refusals=[WrongState]
    )
    register(view)


_step("suspension", "Let a machine client in no more.", usecases.suspend_client)
_step("reinstatement", "Let a suspended machine client in again.", usecases.reinstate_client)


@machine_clients.operation("GET", "/<string:client_id>", GATEWAY, answer=(200, MachineClientSchema))
def get_machine_client(call: Call, client_id: str) -> dict[str, Any]:
    """Tell the scopes and keys of a client that may come in; 404 for a suspended one too."""
    client = usecases.client_let_in(call.unit, client_id)
    keys = [{"jwk": _jwk(one), "ends_at": one.ends_at} for one in client.keys if one.counts(call.unit.now)]
    return {"client_id": client.client_id, "scopes": list(client.scopes), "keys": keys}


def _shown(client: ServiceClient) -> dict[str, Any]:
    names = ServiceClientSchema().fields.keys() - {"keys"}
    return {name: getattr(client, name) for name in names} | {
        "keys": [_shown_key(one) for one in client.keys]
    }


def _shown_key(key: ClientKey) -> dict[str, Any]:
    mine = {name: getattr(key, name) for name in ("id", "added_by", "added_at", "ends_at")}
    return mine | {"kid": key.key.kid, "thumbprint": key.key.thumbprint, "jwk": _jwk(key)}


def _jwk(key: ClientKey) -> dict[str, str]:
    return key.key.jwk | {"kid": key.key.kid, "use": "sig", "alg": ALGORITHM}


def _answer(client: ServiceClient) -> Answer:
    return Answer(_shown(client), location=f"{PREFIX}/{client.id}", version=client.version)
