"""A price with its whole calculation: every step with its rule, source, numbers and sentences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from ila_kit.canonical import sha256_hex
from ila_kit.events import to_json

from ila_funding.domain import sentences
from ila_funding.domain.calculation import calculate
from ila_funding.domain.cost_kind import CostKind, Method
from ila_funding.domain.methodology import Methodology
from ila_funding.domain.training import Expense, Part, Training, TrainingPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a calculation. `uses` are the numbers of the steps whose results it takes."""

    number: int
    uses: tuple[int, ...]
    rule: str
    source: str
    formula: str
    inputs: dict[str, Any]
    result: Decimal
    cap_applied: bool
    sentence_lv: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class Version:
    """Which version of the methodology decided."""

    id: UUID
    version: str
    valid_from: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a training pays, and why. The amount is the result of the last step.

    The training stands in it as it was asked for: what is stored of a quote can be calculated again.
    """

    amount: Decimal
    training: Training
    methodology: Version
    steps: tuple[Step, ...]
    hash: str


@lru_cache(maxsize=512)
def quote(training: Training, methodology: Methodology) -> Quote:
    """Return the price of a training with its steps and their hash; equal input, equal bytes.

    Remembered, because thousands apply for the same few programmes and the sentences cost most
    of the time; so nobody changes what it returns. Raises what `calculate` raises.

    Source: methodology 1-2e/24/254 of 04.09.2024, points 11 and 13 (BR-701 to BR-707).
    """
    kind, results = methodology.kind(training.kind), calculate(training, methodology)
    each, parts = methodology.part_kind(kind), len(training.parts)
    steps = [_part(*one, each) for one in zip(range(1, parts + 1), training.parts, results, strict=False)]
    if kind.part is not None:
        steps.append(_sum(kind, results[:parts], results[parts]))
    if training.continuing_programme is not None:
        steps.append(_ceiling(training.continuing_programme, kind, methodology, results[-2:], len(results)))
    version = Version(methodology.id, methodology.version, methodology.valid_from)
    return Quote(
        amount=steps[-1].result,
        training=training,
        methodology=version,
        steps=tuple(steps),
        hash=quote_hash(training, version, steps),
    )


def quote_hash(training: Training, version: Version, steps: list[Step]) -> str:
    """Return the SHA-256 over the RFC 8785 form of what was asked and what was decided.

    The day of asking is left out: it only chooses the version. So are the sentences: their
    wording and the spelling of numbers may be mended without touching an old decision.
    """
    decided = [
        {name: value for name, value in to_json(step).items() if not name.startswith("sentence")}
        for step in steps
    ]
    asked, by = to_json(training), to_json(version)
    return sha256_hex({"inputs": asked, "methodology": by, "steps": decided, "amount": decided[-1]["result"]})


def _part(number: int, part: TrainingPart, result: Decimal, kind: CostKind) -> Step:
    full = kind.before_cap(part)
    formula, inputs = _FORMULAS[kind.method](part, full, kind)
    asked_lv, asked_en = sentences.asked_lv(kind, part), sentences.asked_en(kind, part)
    return Step(
        number=number,
        uses=(),
        rule=kind.rule,
        source=kind.listed(part.title).source if kind.method is Method.PRICE_LIST else kind.source,
        formula=f"{formula} = {result}",
        inputs={"title": part.title} | inputs,
        result=result,
        cap_applied=result < full,
        sentence_lv=sentences.part_lv(kind, part.title, asked_lv, full),
        sentence_en=sentences.part_en(kind, part.title, asked_en, full),
    )


def _by_hours(part: Part, full: Decimal, kind: CostKind) -> tuple[str, dict[str, Any]]:
    formula = f"min(hours × rate, cap) = min({part.hours} × {kind.rate}, {kind.cap})"
    return formula, {"hours": part.hours, "rate": kind.rate, "full": full, "cap": kind.cap}


def _by_cost(part: Expense, full: Decimal, kind: CostKind) -> tuple[str, dict[str, Any]]:
    formula = f"min(share × cost, cap) = min({kind.share} % × {part.cost}, {kind.cap})"
    shared = {"share": kind.share, "cost": part.cost, "rounding": kind.rounding and kind.rounding.value}
    return formula, shared | {"full": full, "cap": kind.cap}


def _by_list(part: TrainingPart, full: Decimal, kind: CostKind) -> tuple[str, dict[str, Any]]:
    return "price", {"price": full}


_FORMULAS: dict[Method, Callable[..., tuple[str, dict[str, Any]]]] = {
    Method.HOURS: _by_hours,
    Method.ACTUAL_COST: _by_cost,
    Method.PRICE_LIST: _by_list,
}


def _sum(kind: CostKind, amounts: Sequence[Decimal], total: Decimal) -> Step:
    terms = " + ".join(map(str, amounts))
    return Step(
        number=len(amounts) + 1,
        uses=tuple(range(1, len(amounts) + 1)),
        rule=kind.rule,
        source=kind.source,
        formula=f"Mk = M1 + … + Mi = {terms}" + (f" = {total}" if len(amounts) > 1 else ""),
        inputs={"parts": list(amounts)},
        result=total,
        cap_applied=False,
        sentence_lv=sentences.sum_lv(kind, amounts, total),
        sentence_en=sentences.sum_en(kind, amounts, total),
    )


def _ceiling(
    title: str, kind: CostKind, methodology: Methodology, results: Sequence[Decimal], number: int
) -> Step:
    programme = methodology.continuing_programme(title)
    (total, result), ceiling = results, programme.ceiling
    return Step(
        number=number,
        uses=(number - 1,),
        rule=kind.ceiling_rule or "",
        source=programme.source,
        formula=f"min(Mk, ceiling) = min({total}, {ceiling}) = {result}",
        inputs={"programme": programme.title, "sum": total, "ceiling": ceiling},
        result=result,
        cap_applied=total > ceiling,
        sentence_lv=sentences.ceiling_lv(programme.title, total, ceiling),
        sentence_en=sentences.ceiling_en(programme.title, total, ceiling),
    )
