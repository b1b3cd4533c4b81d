"""The statement of a price as a PDF that a person without any training can follow and check."""

import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from babel.dates import format_date
from babel.numbers import format_currency
from fpdf.enums import Align
from ila_kit.clock import RIGA, riga_date
from ila_kit.money import ZERO, from_money
from ila_kit.texts import fill

from ila_funding.clients.tagged_pdf import BODY, MUTED, TaggedPdf
from ila_funding.domain.statement import PriceStatement

LABEL, MONEY, GAP = 36, 30, 3.5
_DAY = {"lv": "dd.MM.yyyy.", "en": "d MMMM yyyy"}


def written(statement: PriceStatement, language: str, issuer: str) -> bytes:
    """Return the bytes of the document; `issuer` is who answers for the decision."""
    say = Words(language)
    facts = {"price": say.euros(statement.price), "programme": _programme(statement, say)}
    page = TaggedPdf(language, say("title", **facts), issuer, statement.decided_at)
    page.footer_words = " · ".join([say("subject"), str(statement.hold_id), say("page", number="{page}")])
    page.words("P", say("subject"), size=8, colour=MUTED)
    page.ln(3)
    page.words("H1", say("title", **facts), size=18, bold=True)
    page.ln(2)
    page.words("P", say("lead", **facts))
    page.ln(GAP)
    _facts(page, _decided(statement, say, issuer))
    _steps(page, statement, say)
    _payers(page, statement, say)
    replay = f"/api/funding/v1/holds/{statement.hold_id}/replay"
    _check(page, say, say("check-words", replay=replay), statement.quote["hash"])
    return bytes(page.output())


class Words:
    """The words of the statement in one language, and how it writes money and days."""

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


def _decided(of: PriceStatement, say: Words, issuer: str) -> list[tuple[str, str]]:
    at, method = of.decided_at.astimezone(RIGA), of.methodology
    lasting = say(
        "methodology-words",
        title=method.title,
        version=method.version,
        valid_from=say.day(method.valid_from),
        known_from=say.day(riga_date(method.known_from)),
    )
    title = of.call_title_lv if say.language == "lv" else of.call_title_en
    applied = say("application-words", id=of.application_id, day=say.day(of.applied_on))
    return [
        (say("decided-by"), say("decided-by-words", issuer=issuer)),
        (say("decided-at"), say("decided-at-words", day=say.day(at.date()), time=f"{at:%H:%M}")),
        (say("call"), f"{title} ({of.call_code})"),
        (say("programme"), _programme_told(of, say)),
        (say("application"), applied),
        (say("methodology"), lasting),
        (say("document"), method.document),
    ]


def _programme(of: PriceStatement, say: Words) -> str:
    """Return what a programme is called, in Latvian where it has no title in the language."""
    return (of.programme_title_en if say.language == "en" else None) or of.programme_title_lv


def _programme_told(of: PriceStatement, say: Words) -> str:
    """Return a programme's title; one that is in another language says so."""
    title = _programme(of, say)
    return say("only-latvian", title=title) if say.language == "en" and not of.programme_title_en else title


def _facts(page: TaggedPdf, facts: list[tuple[str, str]]) -> None:
    for label, text in facts:
        width = page.epw - LABEL
        page.keep_together(page.height(text, width))
        top = page.y
        page.words("P", label, width=LABEL - 2, colour=MUTED)
        page.set_y(top)
        link = text if text.startswith("https://") else ""
        page.words("P", text, at=page.l_margin + LABEL, link=link)
        page.ln(1.2)


def _steps(page: TaggedPdf, statement: PriceStatement, say: Words) -> None:
    _heading(page, say("steps"))
    for step in statement.quote["steps"]:
        told, origin = step[f"sentence_{say.language}"], _origin(step, say)
        width = page.epw - MONEY - 8
        page.keep_together(7 + page.height(told, width) + page.height(origin, width, size=8))
        page.rule()
        page.ln(2)
        top = page.y
        page.words("H3", say("step", number=step["number"]), size=8, bold=True, colour=MUTED, width=width)
        page.words("P", told, width=width)
        page.words("P", origin, width=width, size=8, colour=MUTED)
        below = page.y
        page.set_y(top + 4)
        _money(page, say.euros(from_money(step["result"])), 11)
        page.set_y(below + 2)


def _origin(step: dict[str, Any], say: Words) -> str:
    source = say("source", source=step["source"], rule=step["rule"])
    used = ", ".join(str(number) for number in step["uses"])
    return f"{source}\n{say('uses', steps=used)}" if used else source


def _payers(page: TaggedPdf, of: PriceStatement, say: Words) -> None:
    others = [(say("topped-up"), of.topped_up), (say("co-payment"), of.co_payment)]
    shares = [(say("public", source=of.funding_source), of.public), *(one for one in others if one[1] > ZERO)]
    page.keep_together(12 + 6 * len(shares))
    page.shade(9)
    page.ln(2)
    _amount(page, say("price"), say.euros(of.price), 12, bold=True)
    page.ln(3)
    for label, amount in shares:
        _amount(page, label, say.euros(amount), BODY)
        page.ln(1)


def _amount(page: TaggedPdf, label: str, amount: str, size: float, bold: bool = False) -> None:
    top = page.y
    page.words("P", label, at=page.l_margin + 3, size=size, bold=bold, width=120)
    page.set_y(top)
    _money(page, amount, size, bold)


def _money(page: TaggedPdf, amount: str, size: float, bold: bool = True) -> None:
    left = page.w - page.r_margin - MONEY - 3
    page.words("P", amount, at=left, size=size, bold=bold, width=MONEY, align=Align.R)


def _check(page: TaggedPdf, say: Words, told: str, fingerprint: str) -> None:
    page.keep_together(20 + page.height(told, page.epw))
    _heading(page, say("check"))
    for line in told.split("\n"):
        page.words("P", line)
        page.ln(1)
    page.ln(1)
    page.words("P", fingerprint, size=8.5, bold=True)


def _heading(page: TaggedPdf, text: str) -> None:
    page.ln(GAP)
    page.words("H2", text, size=12.5, bold=True)
    page.ln(2)


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads((files("ila_funding") / "texts" / "statement.toml").read_text(encoding="utf-8"))
