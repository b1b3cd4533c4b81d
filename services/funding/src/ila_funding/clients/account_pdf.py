"""The statement of a learner's account as a PDF: how it stands in each call, and every movement of it."""

from datetime import date, datetime, timedelta

from ila_kit.clock import riga_date
from ila_kit.money import ZERO

from ila_funding.clients.statement_parts import GAP, MONEY, Words, facts, heading, money
from ila_funding.clients.tagged_pdf import BODY, MUTED, TaggedPdf
from ila_funding.domain.statement import AccountMovement, AccountStatement, Added, CallAccount

_BALANCES = ("granted", "held", "committed", "consumed", "released", "expired")


def written(statement: AccountStatement, language: str, issuer: str) -> bytes:
    """Return the bytes of the document; `issuer` is who keeps the account."""
    say = Words(language)
    title = say("account-title", day=say.day(riga_date(statement.made_at)))
    page = TaggedPdf(language, title, issuer, statement.made_at)
    subject, number = say("account-subject"), str(statement.person_id)
    page.footer_words = " · ".join([subject, number, say("page", number="{page}")])
    page.words("P", subject, size=8, colour=MUTED)
    page.ln(3)
    page.words("H1", title, size=18, bold=True)
    page.ln(GAP)
    kept = [("account-number", number), ("account-kept-by", issuer)]
    kept.append(("account-made-at", say.moment(statement.made_at)))
    facts(page, [(say(name), text) for name, text in kept])
    for one in statement.calls:
        heading(page, f"{one.title_lv if language == 'lv' else one.title_en} ({one.code})")
        facts(
            page, _standing(one, [top_up for top_up in statement.added if top_up.call_id == one.call_id], say)
        )
    heading(page, say("account-movements"))
    if not statement.movements:
        page.words("P", say("account-empty"))
    for movement in statement.movements:
        _movement(page, movement, say)
    page.ln(GAP)
    told = say("account-check", entries=f"/api/funding/v1/accounts/{number}/entries")
    page.words("P", told, size=8, colour=MUTED)
    return bytes(page.output())


def _standing(of: CallAccount, added: list[Added], say: Words) -> list[tuple[str, str]]:
    """Return what bounds an account, where its money is, and what others added."""
    amounts = [(f"account-{name}", getattr(of, name)) for name in _BALANCES]
    amounts.append(("account-co-payment", of.co_payment))
    lines = [(say(name), say.euros(amount)) for name, amount in amounts if amount > ZERO]
    if of.ceiling is not None and of.left is not None:
        lines.append((say("account-ceiling"), say.euros(of.ceiling)))
        lines.append((say("account-left"), say.euros(of.left)))
    if of.valid_until is not None:
        lines.append((say("account-valid-through"), say.day(_last_day(of.valid_until))))
    return lines + [
        (say("account-added"), say("account-added-words", funder=one.funder_name, **_euros(one, say)))
        for one in added
    ]


def _euros(of: Added, say: Words) -> dict[str, str]:
    return {"amount": say.euros(of.amount), "left": say.euros(of.left)}


def _last_day(until: datetime) -> date:
    return riga_date(until - timedelta(microseconds=1))


def _movement(page: TaggedPdf, of: AccountMovement, say: Words) -> None:
    width = page.epw - MONEY - 8
    what, origin = say(f"account-reason-{of.reason}"), _origin(of, say)
    page.keep_together(5 + page.height(what, width) + page.height(origin, width, size=8))
    page.rule()
    page.ln(1.5)
    top = page.y
    page.words("P", what, width=width)
    page.words("P", origin, width=width, size=8, colour=MUTED)
    below = page.y
    page.set_y(top)
    money(page, say.euros(of.amount), BODY)
    page.set_y(below + 1.5)


def _origin(of: AccountMovement, say: Words) -> str:
    programme = of.programme_title_lv and say.programme(of.programme_title_lv, of.programme_title_en)
    application = of.application_id and say("account-application", id=of.application_id)
    origin = [say.moment(of.at), of.call_code, programme, application, of.funder_name]
    return " · ".join(str(one) for one in origin if one)
