"""What statements are put together from: words of a language, facts with their labels, amounts."""

import tomllib
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency
from fpdf.enums import Align
from ila_kit.clock import RIGA
from ila_kit.texts import fill

from ila_funding.clients.tagged_pdf import MUTED, TaggedPdf

LABEL, MONEY, GAP = 36, 30, 3.5
_DAY = {"lv": "dd.MM.yyyy.", "en": "d MMMM yyyy"}


class Words:
    """The words of statements in one language, and how it writes money and days."""

    def __init__(self, language: str):
        self.language = language

    def __call__(self, name: str, **facts: Any) -> str:
        """Return a text with its facts."""
        return fill(_texts()[name][self.language], facts)

    def euros(self, amount: Decimal) -> str:
        """Return an amount of money."""
        return str(format_currency(amount, "EUR", locale=self.language))

    def day(self, day: date) -> str:
        """Return a day."""
        return str(format_date(day, _DAY[self.language], locale=self.language))

    def programme(self, title_lv: str, title_en: str | None) -> str:
        """Return what a programme is called, in Latvian where it has no title in the language."""
        return (title_en if self.language == "en" else None) or title_lv

    def programme_told(self, title_lv: str, title_en: str | None) -> str:
        """Return a programme's title; one that is in another language says so."""
        title = self.programme(title_lv, title_en)
        return self("only-latvian", title=title) if self.language == "en" and not title_en else title

    def moment(self, at: datetime) -> str:
        """Return a day and the time of it in Riga."""
        here = at.astimezone(RIGA)
        return self("moment", day=self.day(here.date()), time=f"{here:%H:%M}")


def facts(page: TaggedPdf, told: list[tuple[str, str]]) -> None:
    """Write facts below one another, each beside its label."""
    for label, text in told:
        width = page.epw - LABEL
        page.keep_together(page.height(text, width))
        top = page.y
        page.words("P", label, width=LABEL - 2, colour=MUTED)
        page.set_y(top)
        link = text if text.startswith("https://") else ""
        page.words("P", text, at=page.l_margin + LABEL, link=link)
        page.ln(1.2)


def amount(page: TaggedPdf, label: str, euros: str, size: float, bold: bool = False) -> None:
    """Write what an amount is, and the amount at the right edge."""
    top = page.y
    page.words("P", label, at=page.l_margin + 3, size=size, bold=bold, width=120)
    page.set_y(top)
    money(page, euros, size, bold)


def money(page: TaggedPdf, euros: str, size: float, bold: bool = True) -> None:
    """Write an amount at the right edge."""
    left = page.w - page.r_margin - MONEY - 3
    page.words("P", euros, at=left, size=size, bold=bold, width=MONEY, align=Align.R)


def heading(page: TaggedPdf, text: str) -> None:
    """Write the heading of a part."""
    page.ln(GAP)
    page.words("H2", text, size=12.5, bold=True)
    page.ln(2)


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("ila_funding") / "texts" / "statement.toml").read_text(encoding="utf-8"))
