"""Machine clients with their keys."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, PageRequest

from ila_identity.domain.service_clients import ClientKey, PublicKey, ServiceClient
from ila_identity.ports import Listed
from ila_identity.store import rows
from ila_identity.store import tables as t
from ila_identity.store.rows import VersionedRows

_C, _K = t.service_client.c, t.service_client_key.c
_PLAIN = (
    *("id", "client_id", "title", "state", "reason", "created_by", "created_at", "updated_at", "version"),
)
_OF_KEY = ("id", "added_by", "added_at", "ends_at")
_PUBLIC = ("kid", "jwk", "thumbprint")


class SqlServiceClientStore(VersionedRows[ServiceClient]):
    """Rows stay in here; callers give and get clients with all their keys, oldest key first."""

    table = t.service_client
    listing = Listing(
        t.service_client,
        id=_C.id,
        sorts={"client_id": _C.client_id, "created_at": _C.id},
        default="client_id",
        filters={"state": _C.state, "client_id": _C.client_id},
        updated=_C.updated_at,
    )

    def add(self, client: ServiceClient) -> bool:
        """Store a new client; False when there is one of this name."""
        return self.add_once(client)

    def save(self, client: ServiceClient) -> bool:
        """Store the next version of a client; False when a new key is another's. Raises Stale."""
        self.put_next(client)
        known = {one.id: one for one in self._keys([client.id]).get(client.id, [])}
        for key in client.keys:
            if key.id not in known:
                if not rows.add_once(self._connection, t.service_client_key, _key_row(client.id, key)):
                    return False
            elif key != known[key.id]:
                change = t.service_client_key.update().where(_K.id == key.id).values(ends_at=key.ends_at)
                self._connection.execute(change)
        return True

    def get(self, service_client_id: UUID) -> ServiceClient:
        """Return, locked, a client. Raises Missing."""
        return self.the_locked(_C.id == service_client_id)

    def by_name(self, client_id: str) -> ServiceClient | None:
        """Return the client of a name."""
        return next(iter(self.some(sa.select(t.service_client).where(_C.client_id == client_id))), None)

    def page(self, request: PageRequest) -> Listed[ServiceClient]:
        """Return a page of clients, by name."""
        return self.listed(request)

    def row_of(self, thing: ServiceClient) -> dict[str, Any]:
        """Return a client as a row; its keys are rows of their own."""
        return {name: getattr(thing, name) for name in _PLAIN} | {"scopes": list(thing.scopes)}

    def thing_of(self, row: Any) -> ServiceClient:
        """Return a row as a client, with its keys."""
        return self.things_of([row])[0]

    def things_of(self, found: Sequence[Any]) -> list[ServiceClient]:
        """Return rows as clients, with their keys."""
        keys = self._keys([row["id"] for row in found])
        return [
            ServiceClient(
                **{name: row[name] for name in _PLAIN},
                scopes=tuple(row["scopes"]),
                keys=tuple(keys.get(row["id"], ())),
            )
            for row in found
        ]

    def _keys(self, clients: Sequence[UUID]) -> dict[UUID, list[ClientKey]]:
        query = sa.select(t.service_client_key).where(_K.service_client_id.in_(clients)).order_by(_K.id)
        found: dict[UUID, list[ClientKey]] = {}
        for row in self._connection.execute(query).mappings():
            public = PublicKey(**{name: row[name] for name in _PUBLIC})
            key = ClientKey(**{name: row[name] for name in _OF_KEY}, key=public)
            found.setdefault(row["service_client_id"], []).append(key)
        return found


def _key_row(client: UUID, key: ClientKey) -> dict[str, Any]:
    plain = {name: getattr(key, name) for name in _OF_KEY}
    return plain | {name: getattr(key.key, name) for name in _PUBLIC} | {"service_client_id": client}
