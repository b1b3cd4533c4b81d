"""The parameters of a call: their names, and what each may be. The values are data of the call."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from ila_kit.money import ZERO, parse_amount

Value = int | str | bool | Decimal
Check = Callable[[Any], Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One decision of a call, and where it comes from."""

    value: Value
    source: str


def whole(low: int, high: int) -> Check:
    """Return a check for a whole number between bounds."""

    def check(value: Any) -> Value:
        if type(value) is not int or not low <= value <= high:
            raise ValueError(f"is not a whole number from {low} to {high}")
        return value

    return check


def word(*known: str) -> Check:
    """Return a check for one of a few words."""

    def check(value: Any) -> Value:
        if value not in known:
            raise ValueError(f"is not one of {', '.join(known)}")
        return str(value)

    return check


def flag(value: Any) -> Value:
    """Check for true or false."""
    if type(value) is not bool:
        raise ValueError("is neither true nor false")
    return value


def amount(value: Any) -> Value:
    """Check for an amount above zero, written as a decimal string."""
    try:
        parsed = parse_amount(value)
    except ValueError as fault:
        raise ValueError(f"is not an amount: {fault}") from None
    if parsed <= ZERO:
        raise ValueError("is not above zero")
    return parsed


def wording(value: Any) -> Value:
    """Check for a text of one line."""
    if type(value) is not str or not 1 <= len(value.strip()) <= 500 or len(value.splitlines()) != 1:
        raise ValueError("is not a text of one line, of up to 500 characters")
    return value.strip()


def reserved_ages(value: Any) -> Value:
    """Check for ages with the share of places that a draw reserves for each, like `18-29:20 55-74:25`.

    Empty: nothing is reserved. Ages do not overlap, and shares are at most 100 % together.
    """
    found = ages_reserved(value) if type(value) is str else None
    if found is None:
        raise ValueError("is not a list of ages with shares like 18-29:20 55-74:25")
    ages = sorted((low, high) for low, high, _ in found)
    apart = all(before[1] < after[0] for before, after in pairwise(ages))
    if not apart or sum(percent for _, _, percent in found) > 100:
        raise ValueError("has ages that overlap, or reserves more than all places")
    return str(value)


def ages_reserved(value: str) -> list[tuple[int, int, int]] | None:
    """Return (lowest age, highest age, percent) of each share in a list of ages; None when it is none."""
    matches = [_AGES.fullmatch(word) for word in value.split()]
    found = [(int(one[1]), int(one[2]), int(one[3])) for one in matches if one]
    fits = all(low <= high and 1 <= percent <= 100 for low, high, percent in found)
    return found if fits and len(found) == len(matches) else None


_AGES = re.compile(r"(\d{1,3})-(\d{1,3}):(\d{1,3})", re.ASCII)
PERCENT = whole(0, 100)
PARAMETERS: dict[str, Check] = {
    "minimum_age": whole(0, 120),
    "opening_mode": word("first_come", "draw"),
    "draw_reserved_ages": reserved_ages,
    # Which public value enters the lots of a draw: what makes it, when, and how it is spelled.
    "draw_source_lv": wording,
    "draw_source_en": wording,
    "drop_out_rule": word("completion_only", "pro_rata", "threshold"),
    # A learner who pays all gets no public money: that is no co-payment.
    "co_payment_percent": whole(0, 99),
    "entitlement": word("price_of_accepted_programme"),
    # The most public money a learner gets in the call, and for how long: without them, no bound.
    "entitlement_amount": amount,
    "entitlement_months": whole(1, 120),
    "group_minimum": whole(1, 1_000),
    "completion_attendance_percent": PERCENT,
    "completion_needs_test": flag,
    "standstill_days": whole(0, 365),
    "agreement_days": whole(1, 365),
    "quality_threshold_percent": PERCENT,
    "offered_place_hours": whole(1, 24 * 60),
    "hold_days": whole(1, 365),
    # 0: hours are nominal, not tied to the clock.
    "learning_hour_minutes_vocational": whole(0, 60),
    "learning_hour_minutes_studies": whole(0, 60),
    "questions_close_days": whole(0, 60),
    "closing_days": whole(0, 3_650),
    "budget_limit": amount,
}

# What a call may leave undecided.
OPTIONAL = frozenset({"entitlement_amount", "entitlement_months"})

REQUIREMENTS: dict[str, dict[str, Check]] = {
    "programme_origin": {
        "licence_family": word("vocational", "higher_education"),
        "study_form": word("full_time", "in_person"),
        "licensed": flag,
        "accredited": flag,
        "lqf_level": whole(1, 8),
    },
    "excluded_content": {},
    "institution_years": {
        "accredited": flag,
        "years_running": whole(0, 100),
        "years_registered": whole(0, 100),
    },
    "digcomp_level": {"lowest_level": whole(1, 8), "highest_level": whole(1, 8)},
    "digital_share": {"percent": PERCENT},
    "experience": {"programmes": whole(0, 100), "lowest_level": whole(1, 8), "completers": whole(0, 1_000)},
    "approved_need": {},
}
WORD_LISTS = {"programme_origin": ("qualifications",), "excluded_content": ("excluded",)}
