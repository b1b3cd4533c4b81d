"""Calculating a stored decision again: the same bytes, whatever rates came since (BR-707)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.canonical import canonical, sha256_hex
from ila_kit.errors import Refusal
from ila_kit.events import to_json
from ila_kit.money import from_money

from ila_funding.domain.hold import Hold
from ila_funding.domain.methodology import Methodology
from ila_funding.domain.quote import quote
from ila_funding.domain.training import Training, part_of

_NO_DECISION = ("sentence_lv", "sentence_en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """A stored decision beside the same one calculated now.

    `identical` when its bytes in canonical form (RFC 8785, without the sentences, whose wording may be
    mended) and its hash are those of the new calculation, and the money held is what it decided.
    `differences` are JSON pointers into the quote, or the code of the refusal that it meets now.
    """

    hold_id: UUID
    methodology_version: str
    stored_hash: str
    recomputed_hash: str | None
    stored_bytes_sha256: str
    recomputed_bytes_sha256: str | None
    identical: bool
    differences: tuple[str, ...]


def replay(hold: Hold, methodology: Methodology) -> Replay:
    """Calculate the quote of a hold again, from what was asked then by the version that decided then.

    Source: BR-707.
    """
    stored = _decision(hold.quote)
    try:
        made = quote(training_of(hold.quote["training"]), methodology)
    except Refusal as refusal:
        return _compared(hold, stored, None, None, [refusal.code])
    again = _decision(to_json(made))
    differences = _differences(stored, again)
    if hold.quote_hash != made.hash and "/hash" not in differences:
        differences.append("/hash")
    if _held(hold) != made.amount:
        differences.append("/amount")
    return _compared(hold, stored, again, made.hash, differences)


def training_of(stored: dict[str, Any]) -> Training:
    """Return the training that a stored quote was asked for."""
    parts = [one | ({"cost": from_money(one["cost"])} if "cost" in one else {}) for one in stored["parts"]]
    return Training(
        kind=stored["kind"],
        parts=tuple(part_of(**one) for one in parts),
        continuing_programme=stored["continuing_programme"],
    )


def _held(hold: Hold) -> Decimal:
    """Return the whole price: what public money, top-ups and the learner pay of it."""
    return hold.amount + hold.topped_up + hold.co_payment


def _compared(
    hold: Hold, stored: Any, again: Any | None, recomputed_hash: str | None, differences: list[str]
) -> Replay:
    return Replay(
        hold_id=hold.id,
        methodology_version=hold.methodology_version,
        stored_hash=hold.quote_hash,
        recomputed_hash=recomputed_hash,
        stored_bytes_sha256=sha256_hex(stored),
        recomputed_bytes_sha256=None if again is None else sha256_hex(again),
        identical=not differences and again is not None and canonical(stored) == canonical(again),
        differences=tuple(differences),
    )


def _decision(shown: dict[str, Any]) -> dict[str, Any]:
    """Return a quote as JSON without its sentences."""
    steps = [
        {name: value for name, value in step.items() if name not in _NO_DECISION} for step in shown["steps"]
    ]
    return shown | {"steps": steps}


def _differences(one: Any, other: Any, at: str = "") -> list[str]:
    """Return where two JSON values differ, as JSON pointers."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted(one.keys() | other.keys())
        return [
            found for name in names for found in _differences(one.get(name), other.get(name), f"{at}/{name}")
        ]
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [found for number, pair in pairs for found in _differences(*pair, f"{at}/{number}")]
    return [] if one == other else [at]
