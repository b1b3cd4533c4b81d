"""The provider's parts, put together once."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from joserfc.jwk import ECKey

from ila_stubs.eidentity.clients import Client, ClientAuthentication
from ila_stubs.eidentity.faults import Faults
from ila_stubs.eidentity.grants import Grants
from ila_stubs.eidentity.tokens import IdTokens
from ila_stubs.personas import People


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Everything the endpoints need."""

    issuer: str
    people: People
    clients: Mapping[str, Client]
    authentication: ClientAuthentication
    grants: Grants
    id_tokens: IdTokens
    faults: Faults
    now: Callable[[], float]

    @classmethod
    def of(
        cls,
        issuer: str,
        key: ECKey,
        people: People,
        clients: Mapping[str, Client],
        now: Callable[[], float] = time.time,
    ) -> "Provider":
        """Put a provider together that speaks as `issuer`."""
        return cls(
            issuer=issuer,
            people=people,
            clients=clients,
            authentication=ClientAuthentication(clients, (f"{issuer}/token", issuer), now),
            grants=Grants(now),
            id_tokens=IdTokens(issuer, key, now),
            faults=Faults(),
            now=now,
        )
