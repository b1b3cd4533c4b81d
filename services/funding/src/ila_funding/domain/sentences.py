"""The steps of a quote in plain words, Latvian and English."""

from collections.abc import Sequence
from decimal import Decimal

from babel.numbers import format_currency, format_decimal
from babel.units import format_unit

from ila_funding.domain.training import Kind

_MODULE_LV = ("Modulis", "vienu moduli", "viena moduļa")
_COURSE_LV = ("Studiju kurss", "vienu studiju kursu", "viena studiju kursa")
PART_LV = {
    Kind.MODULE: _MODULE_LV,
    Kind.MODULE_SET: _MODULE_LV,
    Kind.STUDY_COURSE: _COURSE_LV,
    Kind.STUDY_MODULE: _COURSE_LV,
}
PART_EN = {
    Kind.MODULE: "Module",
    Kind.MODULE_SET: "Module",
    Kind.STUDY_COURSE: "Study course",
    Kind.STUDY_MODULE: "Study course",
}
SUM_LV = {
    Kind.MODULE_SET: "Par moduļu kopu maksā tās moduļu summu",
    Kind.STUDY_MODULE: "Par studiju moduli maksā tā studiju kursu summu",
}
SUM_EN = {
    Kind.MODULE_SET: "A module set pays the sum of its modules",
    Kind.STUDY_MODULE: "A study module pays the sum of its study courses",
}


def part_lv(kind: Kind, title: str, hours: int, rate: Decimal, full: Decimal, cap: Decimal) -> str:
    """Say in Latvian what one module or course pays. `full` is hours × rate."""
    noun, one, of_one = PART_LV[kind]
    product = f"{noun} «{title}»: {_hours(hours, 'lv')} × {_euros(rate, 'lv')} = {_euros(full, 'lv')}."
    if full > cap:
        limit = _euros(cap, "lv")
        return f"{product} Par {one} maksā ne vairāk kā {limit}, tāpēc maksā {limit}."
    return (
        f"{product} Tas nepārsniedz {of_one} lielāko summu {_euros(cap, 'lv')},"
        f" tāpēc maksā {_euros(full, 'lv')}."
    )


def part_en(kind: Kind, title: str, hours: int, rate: Decimal, full: Decimal, cap: Decimal) -> str:
    """Say in English what one module or course pays. `full` is hours × rate."""
    noun = PART_EN[kind]
    product = f"{noun} “{title}”: {_hours(hours, 'en')} × {_euros(rate, 'en')} = {_euros(full, 'en')}."
    if full > cap:
        limit = _euros(cap, "en")
        return f"{product} One {noun.lower()} pays at most {limit}, so it pays {limit}."
    return (
        f"{product} This is within the {_euros(cap, 'en')} that one {noun.lower()} may pay,"
        f" so it pays {_euros(full, 'en')}."
    )


def sum_lv(kind: Kind, amounts: Sequence[Decimal], total: Decimal) -> str:
    """Say in Latvian what the parts of a set come to."""
    return f"{SUM_LV[kind]}: {_addition(amounts, total, 'lv')}."


def sum_en(kind: Kind, amounts: Sequence[Decimal], total: Decimal) -> str:
    """Say in English what the parts of a set come to."""
    return f"{SUM_EN[kind]}: {_addition(amounts, total, 'en')}."


def ceiling_lv(title: str, total: Decimal, ceiling: Decimal) -> str:
    """Say in Latvian how the sum of a set compares to one unit of its continuing programme."""
    unit = f"profesionālās tālākizglītības programmas «{title}» vienas vienības izmaksas"
    rule = f"Par moduļu kopu nemaksā vairāk kā {unit}, kas ir {_euros(ceiling, 'lv')}."
    compared = _compared(total, ceiling, "lv")
    if total > ceiling:
        return f"{rule} Summa tās pārsniedz ({compared}), tāpēc maksā tikai {_euros(ceiling, 'lv')}."
    return f"{rule} Summa tās nepārsniedz ({compared}), tāpēc maksā {_euros(total, 'lv')}."


def ceiling_en(title: str, total: Decimal, ceiling: Decimal) -> str:
    """Say in English how the sum of a set compares to one unit of its continuing programme."""
    unit = f"one unit of the continuing programme “{title}”"
    rule = f"A module set pays no more than {unit}, which is {_euros(ceiling, 'en')}."
    compared = _compared(total, ceiling, "en")
    if total > ceiling:
        return f"{rule} The sum is above that ({compared}), so it pays only {_euros(ceiling, 'en')}."
    return f"{rule} The sum is not above that ({compared}), so it pays {_euros(total, 'en')}."


def _addition(amounts: Sequence[Decimal], total: Decimal, language: str) -> str:
    terms = " + ".join(_euros(amount, language) for amount in amounts)
    return terms if len(amounts) == 1 else f"{terms} = {_euros(total, language)}"


def _compared(total: Decimal, ceiling: Decimal, language: str) -> str:
    sign = "<" if total < ceiling else "=" if total == ceiling else ">"
    return f"{_number(total, language)} {sign} {_number(ceiling, language)}"


def _euros(amount: Decimal, language: str) -> str:
    return str(format_currency(amount, "EUR", locale=language))


def _number(amount: Decimal, language: str) -> str:
    return str(format_decimal(amount, format="#,##0.00", locale=language))


def _hours(hours: int, language: str) -> str:
    return str(format_unit(hours, "duration-hour", locale=language))
