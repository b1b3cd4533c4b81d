"""What a methodology's kinds and ceilings must be like, so that each calculation has one answer."""

from collections.abc import Sequence
from decimal import Decimal

from ila_funding.domain.cost_kind import CostKind, Method
from ila_funding.domain.methodology import ContinuingProgramme
from ila_funding.domain.training import Kind, same_title

MOST_KINDS = 40
MOST_PRICES = 500
MOST_PROGRAMMES = 500
MOST_EUROS = Decimal("100000.00")
# What each method calculates with; every other member stays empty.
_USES = {
    Method.HOURS: {"rate", "cap"},
    Method.SUM: {"part"},
    Method.PRICE_LIST: {"prices"},
    Method.ACTUAL_COST: {"share", "rounding", "cap"},
}
_MEMBERS = ("rate", "cap", "share", "rounding", "part", "prices")
# Catalog admits these kinds, and their learners' prices and sentences are built of hours (BR-701 to BR-704).
_CALL_1 = {
    Kind.MODULE: (Method.HOURS, None),
    Kind.STUDY_COURSE: (Method.HOURS, None),
    Kind.MODULE_SET: (Method.SUM, "module"),
    Kind.STUDY_MODULE: (Method.SUM, "study_course"),
}


def faults(kinds: Sequence[CostKind], programmes: Sequence[ContinuingProgramme]) -> dict[str, list[str]]:
    """Return what is wrong with the content of a methodology by JSON pointer; nothing when it is sound.

    Source: BR-707.
    """
    found: dict[str, list[str]] = {}
    codes = [kind.code for kind in kinds]
    for number, kind in enumerate(kinds):
        for member, fault in _faults_of(kind, {one.code: one for one in kinds}):
            found.setdefault(f"/kinds/{number}/{member}", []).append(fault)
        if codes.index(kind.code) < number:
            found.setdefault(f"/kinds/{number}/code", []).append("stands here twice")
    found |= _ceiling_faults(programmes)
    if programmes and not any(kind.ceiling_rule for kind in kinds):
        found["/continuing_programmes"] = ["no kind has a ceiling_rule"]
    return found


def _faults_of(kind: CostKind, kinds: dict[str, CostKind]) -> list[tuple[str, str]]:
    uses, found = _USES[kind.method], []
    for member in _MEMBERS:
        given = getattr(kind, member) not in (None, ())
        if given != (member in uses):
            word = "is needed" if member in uses else "is not used"
            found.append((member, f"{word} by the method {kind.method.value}"))
    found += [
        (member, "is not between 0.01 and 100000.00") for member in ("rate", "cap") if _odd(kind, member)
    ]
    if kind.share is not None and not 1 <= kind.share <= 100:
        found.append(("share", "is not a whole number from 1 to 100"))
    if kind.ceiling_rule is not None and kind.method is not Method.SUM:
        found.append(("ceiling_rule", "only a sum has a ceiling"))
    if kind.part is not None and getattr(kinds.get(kind.part), "method", Method.SUM) is Method.SUM:
        found.append(("part", "is no kind of this methodology that has a price of its own"))
    return found + _price_faults(kind) + _call_1_faults(kind)


def _odd(kind: CostKind, member: str) -> bool:
    amount: Decimal | None = getattr(kind, member)
    return amount is not None and not 0 < amount <= MOST_EUROS


def _price_faults(kind: CostKind) -> list[tuple[str, str]]:
    found = []
    titles = [same_title(one.title) for one in kind.prices]
    for number, one in enumerate(kind.prices):
        if not 0 < one.price <= MOST_EUROS:
            found.append((f"prices/{number}/price", "is not between 0.01 and 100000.00"))
        if titles.index(titles[number]) < number:
            found.append((f"prices/{number}/title", "stands here twice"))
    return found


def _call_1_faults(kind: CostKind) -> list[tuple[str, str]]:
    method, part = _CALL_1.get(kind.code, (kind.method, kind.part))  # type: ignore[call-overload]
    found = [] if kind.method is method else [("method", f"this kind is calculated by {method.value}")]
    return found if kind.part == part else [*found, ("part", f"this kind is a sum of {part}")]


def _ceiling_faults(programmes: Sequence[ContinuingProgramme]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    titles = [same_title(one.title) for one in programmes]
    for number, one in enumerate(programmes):
        if not 0 < one.ceiling <= MOST_EUROS:
            found[f"/continuing_programmes/{number}/ceiling"] = ["is not between 0.01 and 100000.00"]
        if titles.index(titles[number]) < number:
            found[f"/continuing_programmes/{number}/title"] = ["stands here twice"]
    return found
