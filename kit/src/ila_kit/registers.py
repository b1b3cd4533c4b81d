"""State registers, asked through the gateway and nowhere else; each answer comes with its provenance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from ila_kit.clients import Neighbour
from ila_kit.errors import Unavailable
from ila_kit.events import from_json

QUESTIONS = "/registers/v1/questions"
MOST_KEYS = 200
FRESH, CACHED, UNAVAILABLE = "fresh", "cached", "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterAnswer:
    """What a register says about one key, when it said so, on what legal basis, and the proof of it.

    `state` is `fresh`, `cached` or `unavailable`; when unavailable, nothing is known: neither that the
    key exists nor that it does not. `hash` is the SHA-256 of question and answer, `snapshot` the same signed.
    """

    key: str = field(repr=False)
    state: str
    found: bool = False
    answer: dict[str, Any] | None = field(default=None, repr=False)
    observed_at: datetime | None = None
    valid_until: datetime | None = None
    legal_basis: str | None = None
    hash: str | None = None
    snapshot: str | None = field(default=None, repr=False)
    fault: str | None = None

    @property
    def known(self) -> bool:
        """Whether the register answered, be it that it has no such key."""
        return self.state != UNAVAILABLE


class Registers:
    """The registers, as one service may ask them. `connect` is called at the first question."""

    def __init__(self, connect: Callable[[], Neighbour]):
        self._connect = connect

    @cached_property
    def _neighbour(self) -> Neighbour:
        return self._connect()

    def ask(
        self, register: str, keys: Sequence[str], purpose: str, legal_basis: str
    ) -> dict[str, RegisterAnswer]:
        """Return an answer for each of up to 200 keys; a key without one counts as unavailable.

        Raises Unavailable when the gateway is away or its answer is not what we rely on.
        """
        body = {"register": register, "keys": list(keys), "purpose": purpose, "legal_basis": legal_basis}
        told = self._neighbour.post(QUESTIONS, body)
        try:
            found = [from_json(RegisterAnswer, one) for one in told["items"]]
        except Exception as fault:
            raise Unavailable(neighbour="registers", fault=type(fault).__name__) from fault
        answers = {one.key: one for one in found}
        return {key: answers.get(key) or RegisterAnswer(key=key, state=UNAVAILABLE) for key in keys}
