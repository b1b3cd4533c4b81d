"""The statement of a price as a PDF that a person without any training can follow and check."""

from typing import Any

from ila_kit.clock import riga_date
from ila_kit.money import ZERO, from_money

from ila_funding.clients.statement_parts import GAP, MONEY, Words, amount, facts, heading, money
from ila_funding.clients.tagged_pdf import BODY, MUTED, TaggedPdf
from ila_funding.domain.statement import PriceStatement


def written(statement: PriceStatement, language: str, issuer: str) -> bytes:
    """Return the bytes of the document; `issuer` is who answers for the decision."""
    say = Words(language)
    named = {"price": say.euros(statement.price), "programme": say.programme(*_titles(statement))}
    page = TaggedPdf(language, say("title", **named), issuer, statement.decided_at)
    page.footer_words = " · ".join([say("subject"), str(statement.hold_id), say("page", number="{page}")])
    page.words("P", say("subject"), size=8, colour=MUTED)
    page.ln(3)
    page.words("H1", say("title", **named), size=18, bold=True)
    page.ln(2)
    page.words("P", say("lead", **named))
    page.ln(GAP)
    facts(page, _decided(statement, say, issuer))
    _steps(page, statement, say)
    _payers(page, statement, say)
    replay = f"/api/funding/v1/holds/{statement.hold_id}/replay"
    _check(page, say, say("check-words", replay=replay), statement.quote["hash"])
    return bytes(page.output())


def _decided(of: PriceStatement, say: Words, issuer: str) -> list[tuple[str, str]]:
    method = of.methodology
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
        (say("decided-at"), say.moment(of.decided_at)),
        (say("call"), f"{title} ({of.call_code})"),
        (say("programme"), say.programme_told(*_titles(of))),
        (say("application"), applied),
        (say("methodology"), lasting),
        (say("document"), method.document),
    ]


def _titles(of: PriceStatement) -> tuple[str, str | None]:
    return of.programme_title_lv, of.programme_title_en


def _steps(page: TaggedPdf, statement: PriceStatement, say: Words) -> None:
    heading(page, say("steps"))
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
        money(page, say.euros(from_money(step["result"])), 11)
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
    amount(page, say("price"), say.euros(of.price), 12, bold=True)
    page.ln(3)
    for label, share in shares:
        amount(page, label, say.euros(share), BODY)
        page.ln(1)


def _check(page: TaggedPdf, say: Words, told: str, fingerprint: str) -> None:
    page.keep_together(20 + page.height(told, page.epw))
    heading(page, say("check"))
    for line in told.split("\n"):
        page.words("P", line)
        page.ln(1)
    page.ln(1)
    page.words("P", fingerprint, size=8.5, bold=True)
