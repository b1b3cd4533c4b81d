"""The desk where services ask registers: each answer comes with proof of what was said, and when."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ila_kit.canonical import sha256_hex
from ila_kit.clock import Clock, as_instant

from ila_gateway.registers.adapters import Adapter, Told
from ila_gateway.registers.cache import AnswerCache, Kept
from ila_gateway.tokens import Keys

log = logging.getLogger(__name__)
FRESH, CACHED, UNAVAILABLE = "fresh", "cached", "unavailable"
SNAPSHOT = "ila-register-snapshot+jws"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What a machine asks a register, for what purpose and on what ground."""

    register: str
    keys: Sequence[str] = field(repr=False)
    purpose: str
    legal_basis: str
    asked_by: str


class Desk:
    """Answers questions to every register. Nobody's key or answer goes into a log."""

    def __init__(self, adapters: Mapping[str, Adapter], cache: AnswerCache, keys: Keys, clock: Clock):
        self._adapters = adapters
        self._cache = cache
        self._keys = keys
        self._clock = clock

    def key_pattern(self, register: str) -> str:
        """Return the pattern that keys of a register have."""
        return self._adapters[register].key_pattern

    def answer(self, question: Question) -> list[dict[str, Any]]:
        """Return one item for each key that was asked, in their order; a repeated key is answered once."""
        keys = list(dict.fromkeys(question.keys))
        adapter = self._adapters[question.register]
        now = self._clock()
        kept = self._still_valid(question.register, keys, now)
        young = timedelta(seconds=adapter.limits.reuse_seconds)
        told = adapter.ask([key for key in keys if key not in kept or kept[key].observed_at + young <= now])
        self._keep(question.register, told, now)
        items = [self._item(question, key, told.get(key), kept.get(key), now) for key in keys]
        self._note(question, items, told)
        return items

    def _still_valid(self, register: str, keys: Sequence[str], now: datetime) -> dict[str, Kept]:
        """Return what the cache holds. Its validity goes by our clock, which development can turn on."""
        oldest = now - timedelta(seconds=self._adapters[register].limits.valid_seconds)
        found = self._cache.find(register, keys) if self._adapters[register].limits.valid_seconds else {}
        return {key: kept for key, kept in found.items() if oldest < kept.observed_at <= now}

    def _keep(self, register: str, told: Mapping[str, Told], now: datetime) -> None:
        """Keep what was answered, where the register's answers last; whoever is not in the register now is
        asked about again each time.
        """
        lasts = self._adapters[register].limits.valid_seconds
        answers = {
            key: Kept(one.answer, now) if one.answer is not None else None
            for key, one in told.items()
            if one.fault is None
        }
        if answers and lasts:
            self._cache.keep(register, answers, lasts)

    def _item(
        self, question: Question, key: str, told: Told | None, kept: Kept | None, now: datetime
    ) -> dict[str, Any]:
        if told and told.fault is None:
            return self._with_proof(question, key, FRESH, told.answer, now)
        if kept:
            return self._with_proof(question, key, CACHED, kept.answer, kept.observed_at)
        return _unavailable(key, told.fault if told else None)

    def _with_proof(
        self, question: Question, key: str, state: str, answer: dict[str, Any] | None, observed_at: datetime
    ) -> dict[str, Any]:
        asked = {"register": question.register, "key": key}
        proof = {
            "register": question.register,
            "question": asked,
            "answer": answer,
            "observed_at": as_instant(observed_at),
            "legal_basis": question.legal_basis,
            "hash": sha256_hex({"question": asked, "answer": answer}),
        }
        validity = timedelta(seconds=self._adapters[question.register].limits.valid_seconds)
        shown = {name: proof[name] for name in ("answer", "observed_at", "legal_basis", "hash")}
        return shown | {
            "key": key,
            "state": state,
            "found": answer is not None,
            "valid_until": as_instant(observed_at + validity),
            "snapshot": self._keys.statement(proof, SNAPSHOT),
            "fault": None,
        }

    def _note(self, question: Question, items: Sequence[dict[str, Any]], told: Mapping[str, Told]) -> None:
        states = [item["state"] for item in items]
        counts = {state: states.count(state) for state in (FRESH, CACHED, UNAVAILABLE)}
        faults = sorted({one.fault for one in told.values() if one.fault})
        facts: dict[str, Any] = {
            "register": question.register,
            "asked_by": question.asked_by,
            "faults": faults,
        }
        log.info("register asked", extra=facts | counts)


def _unavailable(key: str, fault: str | None) -> dict[str, Any]:
    nothing = dict.fromkeys(("answer", "observed_at", "valid_until", "legal_basis", "hash", "snapshot"), None)
    return nothing | {"key": key, "state": UNAVAILABLE, "found": False, "fault": fault}
