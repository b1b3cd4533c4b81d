"""A price with its whole calculation: every step with its rule, source, numbers and sentences."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from ila_kit.canonical import sha256_hex
from ila_kit.events import to_json

from ila_funding.domain import sentences
from ila_funding.domain.methodology import Methodology
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.domain.unit_cost import payable, payable_set

RULE_OF_PART = {
    Kind.MODULE: "BR-702",
    Kind.MODULE_SET: "BR-702",
    Kind.STUDY_COURSE: "BR-701",
    Kind.STUDY_MODULE: "BR-701",
}
RULE_OF_SUM = {Kind.MODULE_SET: "BR-704", Kind.STUDY_MODULE: "BR-703"}
RULE_OF_CEILING = "BR-705"


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
    """What a training pays, and why. The amount is the result of the last step."""

    amount: Decimal
    methodology: Version
    steps: tuple[Step, ...]
    hash: str


@lru_cache(maxsize=512)
def quote(training: Training, methodology: Methodology) -> Quote:
    """Return the price of a training with its steps and their hash; equal input, equal bytes.

    Remembered, because thousands apply for the same few programmes and the sentences cost most
    of the time; so nobody changes what it returns. Raises UnknownContinuingProgramme.

    Source: methodology 1-2e/24/254 of 04.09.2024, points 11 and 13 (BR-701 to BR-707).
    """
    steps = [_part(number, part, training.kind, methodology) for number, part in enumerate(training.parts, 1)]
    if training.kind.is_set:
        steps.append(_sum(training, methodology, steps))
    if training.continuing_programme is not None:
        steps.append(_ceiling(training, methodology, steps[-1]))
    version = Version(methodology.id, methodology.version, methodology.valid_from)
    return Quote(
        amount=steps[-1].result,
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


def _part(number: int, part: Part, kind: Kind, methodology: Methodology) -> Step:
    unit = methodology.unit_cost(kind)
    full, result = unit.rate * part.hours, payable(unit, part.hours)
    words = (kind, part.title, part.hours, unit.rate, full, unit.cap)
    return Step(
        number=number,
        uses=(),
        rule=RULE_OF_PART[kind],
        source=unit.source,
        formula=f"min(hours × rate, cap) = min({part.hours} × {unit.rate}, {unit.cap}) = {result}",
        inputs={"title": part.title, "hours": part.hours, "rate": unit.rate, "full": full, "cap": unit.cap},
        result=result,
        cap_applied=full > unit.cap,
        sentence_lv=sentences.part_lv(*words),
        sentence_en=sentences.part_en(*words),
    )


def _sum(training: Training, methodology: Methodology, parts: list[Step]) -> Step:
    kind, unit = training.kind, methodology.unit_cost(training.kind)
    total, amounts = payable_set(unit, training.hours), [step.result for step in parts]
    terms = " + ".join(map(str, amounts))
    return Step(
        number=len(parts) + 1,
        uses=tuple(step.number for step in parts),
        rule=RULE_OF_SUM[kind],
        source=unit.source,
        formula=f"Mk = M1 + … + Mi = {terms}" + (f" = {total}" if len(amounts) > 1 else ""),
        inputs={"parts": amounts},
        result=total,
        cap_applied=False,
        sentence_lv=sentences.sum_lv(kind, amounts, total),
        sentence_en=sentences.sum_en(kind, amounts, total),
    )


def _ceiling(training: Training, methodology: Methodology, summed: Step) -> Step:
    programme = methodology.continuing_programme(training.continuing_programme or "")
    total, ceiling = summed.result, programme.ceiling
    result = payable_set(methodology.unit_cost(training.kind), training.hours, ceiling)
    return Step(
        number=summed.number + 1,
        uses=(summed.number,),
        rule=RULE_OF_CEILING,
        source=programme.source,
        formula=f"min(Mk, ceiling) = min({total}, {ceiling}) = {result}",
        inputs={"programme": programme.title, "sum": total, "ceiling": ceiling},
        result=result,
        cap_applied=total > ceiling,
        sentence_lv=sentences.ceiling_lv(programme.title, total, ceiling),
        sentence_en=sentences.ceiling_en(programme.title, total, ceiling),
    )
