"""How many requests a person, a machine and an address may make, and what they are told about it."""

from dataclasses import dataclass
from math import ceil
from typing import Any

from ila_kit.web.problems import BadRequest

from ila_gateway.addresses import Networks, counted_as
from ila_gateway.buckets import Buckets, Drawn, Rate
from ila_gateway.headers import Headers
from ila_gateway.tokens import Caller

_SEEN = "ila.rate"
_MOST_ADDRESSES = 20_000


class TooManyRequests(BadRequest):
    """Somebody asks more often than their share allows."""

    def __init__(self, wait: int) -> None:
        super().__init__("too-many-requests", 429, retry_after=wait)


@dataclass(frozen=True, slots=True)
class Rates:
    """The share of each kind of caller."""

    person: Rate
    client: Rate
    address: Rate


class Limits:
    """Counts requests. The tightest count of a request is told in its answer."""

    def __init__(self, buckets: Buckets, rates: Rates, unlimited: Networks = ()):
        self._buckets = buckets
        self._rates = rates
        self._unlimited = unlimited
        self._names: dict[str, str | None] = {}

    def check_address(self, environ: dict[str, Any], cost: int = 1) -> None:
        """Count a request of an address. Raises TooManyRequests."""
        name = self._name_of(environ.get("REMOTE_ADDR", ""))
        if name:
            self._check(environ, "address", f"a {name}", self._rates.address, cost)

    def check_caller(self, environ: dict[str, Any], caller: Caller, cost: int = 1) -> None:
        """Count a request of a person, through whichever session or script, or of a machine."""
        if caller.session is not None:
            self._check(environ, "person", f"p {caller.subject}", self._rates.person, cost)
        elif caller.scopes:
            self._check(environ, "client", f"c {caller.subject}", self._rates.client, cost)

    def exhausted(self, environ: dict[str, Any], caller: Caller) -> TooManyRequests:
        """Return the refusal for a share that nginx counted to its end; it is told as empty."""
        kind, rate = self._share(caller)
        wait = max(ceil(1 / rate.per_second), 1)
        environ[_SEEN] = (kind, Drawn(admitted=False, left=0, wait=wait, full=rate.window), rate)
        return TooManyRequests(wait)

    def _share(self, caller: Caller) -> tuple[str, Rate]:
        if caller.session is not None:
            return "person", self._rates.person
        return ("client", self._rates.client) if caller.scopes else ("address", self._rates.address)

    def _check(self, environ: dict[str, Any], kind: str, name: str, rate: Rate, cost: int) -> None:
        if not cost:
            return
        drawn = self._buckets.draw(name, rate, cost)
        seen = environ.get(_SEEN)
        if seen is None or drawn.left < seen[1].left:
            environ[_SEEN] = (kind, drawn, rate)
        if not drawn.admitted:
            environ[_SEEN] = (kind, drawn, rate)
            raise TooManyRequests(drawn.wait)

    def _name_of(self, address: str) -> str | None:
        """Return what an address is counted as; None for one without limit."""
        if address not in self._names:
            if len(self._names) >= _MOST_ADDRESSES:
                self._names.clear()
            self._names[address] = counted_as(address, self._unlimited)
        return self._names[address]


def told(environ: dict[str, Any]) -> Headers:
    """Return the headers by which an answer tells how much of a share is left (IETF RateLimit fields)."""
    seen: tuple[str, Drawn, Rate] | None = environ.get(_SEEN)
    if seen is None:
        return []
    kind, drawn, rate = seen
    return [
        ("RateLimit-Policy", f'"{kind}";q={rate.burst};w={rate.window}'),
        ("RateLimit", f'"{kind}";r={drawn.left};t={drawn.full}'),
    ]
