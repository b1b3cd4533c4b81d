"""The identity service, asked directly by the gateway in its own name."""

from typing import Any

import orjson
from ila_kit.context import current
from ila_kit.ids import uuid7

from ila_gateway.bodies import Body
from ila_gateway.guard import Guarded
from ila_gateway.tokens import Caller, Mint
from ila_gateway.upstream import Request, ServiceDown

AUDIENCE = "identity"
_BASE = "/api/identity/v1"


class Identity:
    """Asks identity with one scope, and reads its answers."""

    def __init__(self, upstream: Guarded, mint: Mint, scope: str):
        self._upstream = upstream
        self._mint = mint
        self._gateway = Caller("svc:gateway", ({"role": scope, "organisation": None},))

    def call(
        self, method: str, path: str, body: bytes = b"", seconds: float | None = None
    ) -> tuple[int, Any]:
        """Return the status and the JSON of an answer. Raises ServiceDown, ServiceBusy or ServiceTimeout."""
        context = current()
        headers = [
            ("Authorization", f"Bearer {self._mint.token(self._gateway, AUDIENCE)}"),
            ("Accept", "application/json"),
            ("X-Request-Id", context.request_id),
            ("traceparent", context.traceparent),
        ]
        if body:
            headers += [("Content-Type", "application/json"), ("Idempotency-Key", str(uuid7()))]
        request = Request(method, _BASE + path, headers, Body(len(body), body), True, seconds)
        answer = self._upstream.exchange(request)
        data = answer.whole()
        try:
            return answer.status, orjson.loads(data) if data else None
        except orjson.JSONDecodeError as fault:
            raise ServiceDown(service=AUDIENCE) from fault
