"""Faults to order: the ways in which every stand-in can misbehave until told otherwise."""

import os
import time
from collections.abc import Mapping, Sequence

from flask import Response

MODES = ("none", "slow", "error", "garbage", "empty", "wrong_person")
LONGEST_SECONDS = 300
DEFAULT_SECONDS = 5


class BadFault(ValueError):
    """An order that cannot be carried out, with the reason."""


def read_order(body: object, places: str, known: Sequence[str]) -> tuple[str, float, tuple[str, ...]]:
    """Return mode, seconds and the places of an order; without places it means all known ones.

    `places` is the name of that member. Raises BadFault for anything that is no order.
    """
    if not isinstance(body, Mapping) or set(body) - {"mode", "seconds", places}:
        raise BadFault(f"A fault has mode, seconds and {places}, and nothing else.")
    mode, seconds = body.get("mode", ""), body.get("seconds", DEFAULT_SECONDS)
    if mode not in MODES:
        raise BadFault(f"mode is one of {', '.join(MODES)}.")
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        raise BadFault("seconds is a number.")
    if not 0 <= seconds <= LONGEST_SECONDS:
        raise BadFault(f"seconds is between 0 and {LONGEST_SECONDS}.")
    given = body.get(places, tuple(known))
    if not isinstance(given, list | tuple) or not given or set(map(str, given)) - set(known):
        raise BadFault(f"{places} is a list of {', '.join(known)}.")
    return mode, seconds, tuple(given)


def spoiled_answer(mode: str, seconds: float) -> Response | None:
    """Return the broken answer that replaces the real one; None to go on (late, when slow)."""
    if mode == "slow":
        time.sleep(seconds)
    return _SPOILED[mode]() if mode in _SPOILED else None


_SPOILED = {
    "error": lambda: Response("Internal Server Error", status=500, content_type="text/plain"),
    "garbage": lambda: Response(b"\xff{<" + os.urandom(2_000), content_type="application/json"),
    "empty": lambda: Response(b"", content_type="application/json"),
}
