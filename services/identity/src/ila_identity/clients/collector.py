"""What each service keeps about a person, asked through the gateway."""

from collections.abc import Callable
from functools import cached_property
from typing import Any
from uuid import UUID

from ila_kit.clients import Neighbour


class GatewayCollector:
    """Asks with a token of this machine, made when it is first needed."""

    def __init__(self, connect: Callable[[], Neighbour]):
        self._connect = connect

    @cached_property
    def _gateway(self) -> Neighbour:
        return self._connect()

    def part(self, service: str, person_id: UUID) -> Any:
        """Return a service's part of what is kept about a person. Raises Unavailable."""
        return self._gateway.get(f"/api/{service}/v1/persons/{person_id}/data")
