"""HTTP to one register: its credential, its time limit, one careful repetition, its circuit breaker."""

import logging
import random
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, TypeVar

import orjson
import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, ReadTimeoutError

from ila_gateway.breaker import Breaker
from ila_gateway.registers.faults import BREAKER_OPEN, DOWN, GARBAGE, TIMEOUT, WRONG_ANSWER, RegisterFault
from ila_gateway.registers.limits import Limits

log = logging.getLogger(__name__)
CONNECT_SECONDS = 1.0
PAUSE = (0.05, 0.25)
# Less than this is no fair trial: what fails for want of time says nothing about the register.
LEAST_SECONDS = 0.2
_LARGEST = 1024 * 1024
_PIECE = 64 * 1024
# What a repetition would not mend.
_LASTING = (BREAKER_OPEN, WRONG_ANSWER)
_ANSWERS = (HTTPStatus.OK, HTTPStatus.NOT_FOUND)

Read = TypeVar("Read")


class Connection:
    """Asks one register. Every question only reads, so that it may be repeated."""

    def __init__(self, register: str, url: str, secret: str, limits: Limits):
        self._register = register
        self._url = url
        self._limits = limits
        self._breaker = Breaker(limits.failures, limits.rest_seconds)
        self._session = requests.Session()
        self._session.trust_env = False  # the credential goes to the register, and past no proxy
        self._session.headers["Authorization"] = f"Bearer {secret}"
        self._session.headers["Accept-Encoding"] = "identity"  # so that the limit counts what is read
        adapter = HTTPAdapter(pool_maxsize=limits.at_once, max_retries=0)
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, adapter)

    def ask(self, method: str, path: str, body: Any, read: Callable[[int, Any], Read], until: float) -> Read:
        """Return what `read` makes of status and JSON of the answer. Raises RegisterFault.

        `read` raises RegisterFault for an answer that cannot be used. `until` is the reading of
        `time.monotonic` at which the whole question ends.
        """
        if not self._url:
            raise RegisterFault(DOWN)
        until = min(until, time.monotonic() + self._limits.seconds)
        for _ in range(self._limits.tries - 1):
            try:
                return self._try(method, path, body, read, until)
            except RegisterFault as fault:
                if fault.kind in _LASTING or until - time.monotonic() < PAUSE[1] + LEAST_SECONDS:
                    raise
            time.sleep(random.uniform(*PAUSE))  # noqa: S311 - no secret
        return self._try(method, path, body, read, until)

    def _try(self, method: str, path: str, body: Any, read: Callable[[int, Any], Read], until: float) -> Read:
        if until - time.monotonic() < LEAST_SECONDS:
            raise RegisterFault(TIMEOUT)
        if not self._breaker.admits():
            raise RegisterFault(BREAKER_OPEN)
        try:
            found = read(*self._exchange(method, path, body, until))
        except RegisterFault as fault:
            self._breaker.failed()
            log.warning("a register gave no answer", extra={"register": self._register, "fault": fault.kind})
            raise
        self._breaker.succeeded()
        return found

    def _exchange(self, method: str, path: str, body: Any, until: float) -> tuple[int, Any]:
        left = until - time.monotonic()
        try:
            with self._session.request(
                method,
                self._url + path,
                json=body,
                timeout=(min(CONNECT_SECONDS, left), left),
                allow_redirects=False,
                stream=True,
            ) as answer:
                if answer.status_code not in _ANSWERS:
                    raise RegisterFault(DOWN)
                return answer.status_code, orjson.loads(_body(answer, until))
        except (requests.Timeout, ReadTimeoutError):
            raise RegisterFault(TIMEOUT) from None
        except orjson.JSONDecodeError:
            raise RegisterFault(GARBAGE) from None
        except (requests.RequestException, HTTPError):
            raise RegisterFault(DOWN) from None


def _body(answer: requests.Response, until: float) -> bytes:
    """Return the body; one that is too large, or trickles past the time limit, is cut off."""
    data = bytearray()
    while piece := answer.raw.read1(_PIECE):
        data += piece
        if len(data) > _LARGEST:
            raise RegisterFault(GARBAGE)
        if time.monotonic() > until:
            raise RegisterFault(TIMEOUT)
    return bytes(data)
