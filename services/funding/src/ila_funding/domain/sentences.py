"""The steps of a quote in plain words, Latvian and English."""

from collections.abc import Sequence
from decimal import Decimal

from babel.numbers import format_currency, format_decimal, format_percent
from babel.units import format_unit
from ila_kit.money import ZERO

from ila_funding.domain.cost_kind import CostKind
from ila_funding.domain.training import Expense, Part, TrainingPart

# How a sentence names a part: at its start, after «par», after a number. Kinds that are not here have the
# name that their methodology gives them, in sentences that need no case of it.
PART_LV = {
    "module": ("Modulis", "vienu moduli", "viena moduļa"),
    "study_course": ("Studiju kurss", "vienu studiju kursu", "viena studiju kursa"),
}
PART_EN = {"module": "Module", "study_course": "Study course"}
SUM_LV = {
    "module_set": "Par moduļu kopu maksā tās moduļu summu",
    "study_module": "Par studiju moduli maksā tā studiju kursu summu",
}
SUM_EN = {
    "module_set": "A module set pays the sum of its modules",
    "study_module": "A study module pays the sum of its study courses",
}


def part_lv(kind: CostKind, title: str, asked: str, full: Decimal) -> str:
    """Say in Latvian what one part pays; `full` is its pay without the cap, `asked` how that comes about."""
    noun, one, of_one = PART_LV.get(kind.code, (kind.title_lv, "to", "šīm izmaksām noteikto"))
    product = f"{noun} «{title}»: {asked} = {_euros(full, 'lv')}."
    if kind.cap is None:
        return f"{product} Tāpēc maksā {_euros(full, 'lv')}."
    limit = _euros(kind.cap, "lv")
    if full > kind.cap:
        return f"{product} Par {one} maksā ne vairāk kā {limit}, tāpēc maksā {limit}."
    return f"{product} Tas nepārsniedz {of_one} lielāko summu {limit}, tāpēc maksā {_euros(full, 'lv')}."


def part_en(kind: CostKind, title: str, asked: str, full: Decimal) -> str:
    """Say in English what one part pays; `full` is its pay without the cap, `asked` how that comes about."""
    noun = PART_EN.get(kind.code, kind.title_en)
    product = f"{noun} “{title}”: {asked} = {_euros(full, 'en')}."
    if kind.cap is None:
        return f"{product} So it pays {_euros(full, 'en')}."
    limit, one = _euros(kind.cap, "en"), f"one {noun.lower()}" if kind.code in PART_EN else "this"
    if full > kind.cap:
        return f"{product} {one.capitalize()} pays at most {limit}, so it pays {limit}."
    return f"{product} This is within the {limit} that {one} may pay, so it pays {_euros(full, 'en')}."


def asked_lv(kind: CostKind, part: TrainingPart) -> str:
    """Say in Latvian what the price of a part is made of: hours × rate, share × cost, or its listed price."""
    return _asked(kind, part, "lv", "cenrādī noteiktā cena")


def asked_en(kind: CostKind, part: TrainingPart) -> str:
    """Say in English what the price of a part is made of: hours × rate, share × cost, or its listed price."""
    return _asked(kind, part, "en", "the listed price")


def sum_lv(kind: CostKind, amounts: Sequence[Decimal], total: Decimal) -> str:
    """Say in Latvian what the parts of a set come to."""
    said = SUM_LV.get(kind.code, f"{kind.title_lv}: maksā daļu summu")
    return f"{said}: {_addition(amounts, total, 'lv')}."


def sum_en(kind: CostKind, amounts: Sequence[Decimal], total: Decimal) -> str:
    """Say in English what the parts of a set come to."""
    said = SUM_EN.get(kind.code, f"{kind.title_en}: the sum of its parts is paid")
    return f"{said}: {_addition(amounts, total, 'en')}."


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


def pieces_lv(titles: Sequence[str], pays: Decimal, whole: Decimal) -> str:
    """Say in Latvian that some parts look like one content in pieces."""
    named = ", ".join(f"«{title}»" for title in titles)
    return (
        f"{named}: izskatās kā viens saturs pa daļām. Atsevišķi par tām maksā {_euros(pays, 'lv')},"
        f" bet kā par vienu maksātu {_euros(whole, 'lv')}."
    )


def pieces_en(titles: Sequence[str], pays: Decimal, whole: Decimal) -> str:
    """Say in English that some parts look like one content in pieces."""
    named = ", ".join(f"“{title}”" for title in titles)
    return (
        f"{named}: this looks like one content in pieces. Apart they pay {_euros(pays, 'en')};"
        f" as one they would pay {_euros(whole, 'en')}."
    )


def _asked(kind: CostKind, part: TrainingPart, language: str, listed: str) -> str:
    if isinstance(part, Part):
        return f"{_hours(part.hours, language)} × {_euros(kind.rate or ZERO, language)}"
    if isinstance(part, Expense):
        return f"{_percent(kind.share or 0, language)} × {_euros(part.cost, language)}"
    return listed


def _addition(amounts: Sequence[Decimal], total: Decimal, language: str) -> str:
    terms = " + ".join(_euros(amount, language) for amount in amounts)
    return terms if len(amounts) == 1 else f"{terms} = {_euros(total, language)}"


def _compared(total: Decimal, ceiling: Decimal, language: str) -> str:
    sign = "<" if total < ceiling else "=" if total == ceiling else ">"
    return f"{_number(total, language)} {sign} {_number(ceiling, language)}"


def _euros(amount: Decimal, language: str) -> str:
    return str(format_currency(amount, "EUR", locale=language))


def _percent(share: int, language: str) -> str:
    return str(format_percent(Decimal(share) / 100, locale=language))


def _number(amount: Decimal, language: str) -> str:
    return str(format_decimal(amount, format="#,##0.00", locale=language))


def _hours(hours: int, language: str) -> str:
    return str(format_unit(hours, "duration-hour", locale=language))
