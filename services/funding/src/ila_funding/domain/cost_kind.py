"""How each kind of cost is calculated: data of a methodology, so that a call brings its own (BR-707)."""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from ila_kit.money import CENT, ZERO

from ila_funding.domain.errors import UnknownListedPrice, WrongPart
from ila_funding.domain.training import Expense, Item, Part, TrainingPart, same_title
from ila_funding.domain.unit_cost import payable


class Method(StrEnum):
    """The ways of calculating; a kind chooses one, with numbers of its own."""

    HOURS = "hours"
    SUM = "sum"
    PRICE_LIST = "price_list"
    ACTUAL_COST = "actual_cost"


class Rounding(StrEnum):
    """How a share of a cost becomes whole cents. Everything else is whole cents already."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    DOWN = "down"


_ROUNDINGS = {
    Rounding.HALF_UP: ROUND_HALF_UP,
    Rounding.HALF_EVEN: ROUND_HALF_EVEN,
    Rounding.DOWN: ROUND_DOWN,
}


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """The price of one thing by name, as a price list of exams has it."""

    title: str
    price: Decimal
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CostKind:
    """One kind of cost: what of it is paid, by which rule and source.

    - `hours`: hours × `rate`, limited to `cap`;
    - `sum`: the sum of parts of the kind `part`; with a `ceiling_rule` not above one unit of the
      continuing programme they belong to;
    - `price_list`: the price in `prices` of the thing named;
    - `actual_cost`: `share` percent of what it cost, rounded by `rounding`, limited to `cap`.

    Members that the method does not use are None or empty. `rule` is the name of the rule it stands
    for, `family` what kinds are counted together under. Amounts are euros of whole cents.
    """

    code: str
    family: str
    method: Method
    title_lv: str
    title_en: str
    rule: str
    source: str
    rate: Decimal | None = None
    cap: Decimal | None = None
    share: int | None = None
    rounding: Rounding | None = None
    part: str | None = None
    ceiling_rule: str | None = None
    prices: tuple[ListedPrice, ...] = ()

    def before_cap(self, part: TrainingPart) -> Decimal:
        """Return what a part would pay without the cap, in whole cents.

        Raises WrongPart for a part this kind cannot price, UnknownListedPrice.
        """
        if self.method is Method.HOURS and type(part) is Part:
            return (self.rate or ZERO) * part.hours
        if self.method is Method.ACTUAL_COST and type(part) is Expense:
            share = part.cost * (self.share or 0) / 100
            return share.quantize(CENT, _ROUNDINGS[self.rounding or Rounding.HALF_UP])
        if self.method is Method.PRICE_LIST and type(part) is Item:
            return self.listed(part.title).price
        raise WrongPart(kind=self.code, title=part.title, needs=NEEDS[self.method])

    def pays(self, part: TrainingPart) -> Decimal:
        """Return what one part pays, in euros. Raises as `before_cap`.

        Source: BR-701, BR-702, BR-706 for hours; BR-801 for exams.
        """
        if self.method is Method.HOURS and type(part) is Part:
            return payable(self.rate or ZERO, self.cap or ZERO, part.hours)
        full = self.before_cap(part)
        return full if self.cap is None else min(full, self.cap)

    def listed(self, title: str) -> ListedPrice:
        """Return the price of a thing by its name. Raises UnknownListedPrice."""
        for one in self.prices:
            if same_title(one.title) == same_title(title):
                return one
        raise UnknownListedPrice(kind=self.code, title=title)


NEEDS = {
    Method.HOURS: "hours",
    Method.ACTUAL_COST: "cost",
    Method.PRICE_LIST: "title",
    Method.SUM: "parts",
}
