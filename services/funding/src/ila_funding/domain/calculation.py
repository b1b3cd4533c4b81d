"""The one calculation of what a training pays: numbers only; `quote` puts the words to them."""

from decimal import Decimal

from ila_kit.money import ZERO

from ila_funding.domain.errors import CeilingNotApplicable, WrongNumberOfParts
from ila_funding.domain.methodology import Methodology
from ila_funding.domain.training import Training


def calculate(training: Training, methodology: Methodology) -> tuple[Decimal, ...]:
    """Return the result of each step, in euros of whole cents; the last is what the training pays.

    First what each part pays, in order; of a set then their sum; of a set from a continuing
    programme then the sum held to one unit of it. No words, no hash: this is the function whose
    calculations per second are measured.

    Raises UnknownKind, WrongNumberOfParts, WrongPart, UnknownListedPrice, UnknownContinuingProgramme,
    CeilingNotApplicable.

    Source: methodology 1-2e/24/254 of 04.09.2024, points 11 and 13 (BR-701 to BR-706).
    """
    kind = methodology.kind(training.kind)
    each = methodology.part_kind(kind)
    results = [each.pays(part) for part in training.parts]
    if kind.part is not None:
        results.append(sum(results, ZERO))
    elif len(results) != 1:
        raise WrongNumberOfParts(kind=kind.code, parts=len(results), most=1)
    if training.continuing_programme is not None:
        if kind.ceiling_rule is None:
            raise CeilingNotApplicable(kind=kind.code)
        ceiling = methodology.continuing_programme(training.continuing_programme).ceiling
        results.append(min(results[-1], ceiling))
    return tuple(results)


def amount(training: Training, methodology: Methodology) -> Decimal:
    """Return what a training pays, in euros: the last step of the calculation. Raises as `calculate`."""
    return calculate(training, methodology)[-1]
