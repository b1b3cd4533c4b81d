"""Faults to order: how the provider misbehaves until told otherwise."""

import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from flask import Response

ENDPOINTS = ("discovery", "jwks", "authorize", "token", "userinfo", "end_session")
MODES = ("none", "slow", "error", "garbage", "empty", "wrong_person")
LONGEST_SECONDS = 300


class BadFault(ValueError):
    """An order that cannot be carried out, with the reason."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave, and the endpoints that do."""

    mode: str = "none"
    seconds: float = 5
    endpoints: tuple[str, ...] = ENDPOINTS

    @classmethod
    def read(cls, body: object) -> "Fault":
        """Return the ordered fault. Raises BadFault for anything that is not one."""
        if not isinstance(body, Mapping) or set(body) - {"mode", "seconds", "endpoints"}:
            raise BadFault("A fault has mode, seconds and endpoints, and nothing else.")
        fault = cls(
            body.get("mode", ""), body.get("seconds", 5), _endpoints(body.get("endpoints", ENDPOINTS))
        )
        if fault.mode not in MODES:
            raise BadFault(f"mode is one of {', '.join(MODES)}.")
        if isinstance(fault.seconds, bool) or not isinstance(fault.seconds, int | float):
            raise BadFault("seconds is a number.")
        if not 0 <= fault.seconds <= LONGEST_SECONDS:
            raise BadFault(f"seconds is between 0 and {LONGEST_SECONDS}.")
        return fault

    def as_data(self) -> dict[str, object]:
        """Return the fault as it is shown over HTTP."""
        return asdict(self)


def _endpoints(given: object) -> tuple[str, ...]:
    if not isinstance(given, list | tuple) or not given or set(map(str, given)) - set(ENDPOINTS):
        raise BadFault(f"endpoints is a list of {', '.join(ENDPOINTS)}.")
    return tuple(given)


class Faults:
    """The fault in force, changed over HTTP while requests run."""

    def __init__(self) -> None:
        self.current = Fault()

    def wrong_person_at(self, endpoint: str) -> bool:
        """Tell whether this endpoint now speaks of somebody else."""
        return self.current.mode == "wrong_person" and endpoint in self.current.endpoints

    def spoiled_answer(self, endpoint: str | None) -> Response | None:
        """Return the broken answer that replaces the real one; None to go on (late, when slow)."""
        fault = self.current
        if endpoint not in fault.endpoints:
            return None
        if fault.mode == "slow":
            time.sleep(fault.seconds)
        return _SPOILED[fault.mode]() if fault.mode in _SPOILED else None


_SPOILED = {
    "error": lambda: Response("Internal Server Error", status=500, content_type="text/plain"),
    "garbage": lambda: Response(b"\xff{<" + os.urandom(2_000), content_type="application/json"),
    "empty": lambda: Response(b"", content_type="application/json"),
}
