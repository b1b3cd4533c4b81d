"""Shapes of applications over HTTP, and how they are shown."""

from dataclasses import asdict
from typing import Any

import marshmallow as ma
from ila_kit.clock import RIGA
from ila_kit.money import ZERO
from ila_kit.web.schemas import ListQuery, OneOf, Schema, fields

from ila_applications.api.texts import both, who_acts
from ila_applications.domain.applications import Case, Happening
from ila_applications.domain.states import APPLICATION
from ila_applications.usecases.views import ApplicationView, Timeline

LANGUAGE = ["lv", "en"]
FUNDS = ["held", "committed", "paid"]
STATES = sorted(APPLICATION.states)


class NewApplicationSchema(Schema):
    """What somebody applies for."""

    programme_id = fields.Id(required=True)


class ChangeSchema(Schema):
    """What a person writes into a draft."""

    preferred_language = fields.OneOf(LANGUAGE, required=True)
    note = fields.Text(min=0, max=2_000, required=True, allow_none=True)


def _yes(value: bool) -> None:
    if not value:
        raise ma.ValidationError("only true commits")


def _not_negative(amount: Any) -> None:
    if amount < ZERO:
        raise ma.ValidationError("an amount is not below zero")


class SubmissionSchema(Schema):
    """The person's own act: committed to this version of the programme, at the price shown."""

    confirmed = fields.Flag(required=True, validate=_yes)
    programme_version = fields.WholeNumber(min=1, max=1_000_000, required=True)
    quoted_amount = fields.Money(load_default=None, allow_none=True, validate=_not_negative)


class WithdrawalSchema(Schema):
    """An empty object: nobody has to say why they withdraw."""


class AcceptanceSchema(Schema):
    """The person's own act: takes the place for this version of the programme, at the price that is held."""

    confirmed = fields.Flag(required=True, validate=_yes)
    programme_version = fields.WholeNumber(min=1, max=1_000_000, required=True)
    amount = fields.Money(required=True, validate=_not_negative)


class ContestSchema(Schema):
    """Why a refusal is wrong, in the person's words."""

    reason = fields.Text(min=3, max=4_000, required=True)


class ReceiptSchema(Schema):
    """The proof of a submission."""

    application_id = fields.Id(required=True)
    sequence = fields.WholeNumber(min=1, max=2**53, required=True)
    received_at = fields.Instant(required=True)
    sha256 = fields.String(required=True)


class CheckSchema(Schema):
    """The outcome of one rule: which fact it used, whence, and what it concluded."""

    rule = fields.String(required=True)
    fact = fields.String(required=True)
    verdict = fields.OneOf(["passed", "failed", "unknown"], required=True)
    as_of = fields.Date(required=True)
    limit = fields.WholeNumber(min=0, max=1_000, required=True, allow_none=True)
    value = fields.WholeNumber(min=-1_000, max=1_000, required=True, allow_none=True)
    source = fields.String(required=True, allow_none=True)
    observed_at = fields.Instant(required=True, allow_none=True)
    legal_basis = fields.String(required=True, allow_none=True)
    text_lv = fields.String(required=True)
    text_en = fields.String(required=True)


class RefusalSchema(Schema):
    """Why an application was refused, and how to contest it."""

    code = fields.String(required=True)
    rule = fields.String(required=True)
    fact = fields.String(required=True)
    text_lv = fields.String(required=True)
    text_en = fields.String(required=True)


class StatementSchema(Schema):
    """What the person or an officer said about a decision."""

    kind = fields.OneOf(["contest", "decision", "contest_decision", "evidence"], required=True)
    outcome = fields.String(required=True, allow_none=True)
    text = fields.String(required=True)
    by = fields.String(required=True, metadata={"description": "the role that spoke"})
    at = fields.Instant(required=True)


class ApplicationSchema(Schema):
    """A learner application; `actions` are what the caller may do now.

    `provisional`: decided while a register was silent, to be checked again before money moves.
    `amount` is held for it; `funds` says how far that money has come. `by_draw`: lots decide who gets
    the places.
    """

    id = fields.Id(required=True)
    person_id = fields.Id(required=True)
    programme_id = fields.Id(required=True)
    programme_version = fields.WholeNumber(min=1, max=1_000_000, required=True)
    title_lv = fields.String(required=True)
    title_en = fields.String(required=True)
    kind = fields.String(required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    call_id = fields.Id(required=True)
    by_draw = fields.Flag(required=True)
    state = fields.OneOf(STATES, required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)
    provisional = fields.Flag(required=True)
    amount = fields.Money(required=True, allow_none=True)
    funds = fields.OneOf(FUNDS, required=True, allow_none=True)
    group_id = fields.Id(required=True, allow_none=True)
    preferred_language = fields.OneOf(LANGUAGE, required=True)
    note = fields.String(required=True, allow_none=True)
    receipt = fields.Nested(ReceiptSchema, required=True, allow_none=True)
    checks = fields.List(fields.Nested(CheckSchema), required=True)
    refusal = fields.Nested(RefusalSchema, required=True, allow_none=True)
    statements = fields.List(fields.Nested(StatementSchema), required=True)
    due_at = fields.Instant(required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)


class YesOrNo(OneOf):
    """`true` or `false` in a query string, as a truth value inside."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(["true", "false"], **kwargs)

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        """Return whether the word is `true`. Raises ValidationError for any other than the two."""
        word = super().deserialize(value, *args, **kwargs)
        return word if word is ma.missing else word == "true"


class ApplicationQuery(ListQuery):
    """Filters of the list."""

    state = fields.OneOf(STATES)
    programme_id = fields.Id()
    provisional = YesOrNo()


class HappeningSchema(Schema):
    """One thing that happened."""

    at = fields.Instant(required=True)
    action = fields.String(required=True)
    state = fields.String(required=True)
    by = fields.String(required=True)
    details = fields.Dict(required=True)
    text_lv = fields.String(required=True)
    text_en = fields.String(required=True)


class NextSchema(Schema):
    """What comes next: who acts, and by when; after that the state ends by itself."""

    state = fields.String(required=True)
    who = fields.OneOf(["you", "agency", "budget", "institution", "nobody"], required=True)
    by = fields.Instant(required=True, allow_none=True)
    text_lv = fields.String(required=True)
    text_en = fields.String(required=True)


class TimelineSchema(Schema):
    """What happened to an application, and what comes next."""

    application_id = fields.Id(required=True)
    items = fields.List(fields.Nested(HappeningSchema), required=True)
    next = fields.Nested(NextSchema, required=True)


def shown(view: ApplicationView) -> dict[str, Any]:
    """Return an application as JSON shows it, with the words of its rules."""
    body = {name: getattr(view, name) for name in view.__dataclass_fields__}
    body["checks"] = [shown_check(check) for check in view.checks]
    body["refusal"] = view.refusal and view.refusal | both(
        "rules", "refusals", view.refusal["code"], view.refusal
    )
    return body


def shown_timeline(timeline: Timeline) -> dict[str, Any]:
    """Return a timeline as JSON shows it."""
    return {
        "application_id": timeline.case.application.id,
        "items": [_happening(one) for one in timeline.happenings],
        "next": shown_next(timeline.case),
    }


def shown_next(case: Case) -> dict[str, Any]:
    """Return what comes next in a case, and by when."""
    application = case.application
    due = application.due_at
    if _next(case) in ("undrawn", "pinned") and case.offering.call is not None:
        due = case.offering.call.pin_at if _next(case) == "undrawn" else None
    facts = {"by": due.astimezone(RIGA).strftime("%d.%m.%Y %H:%M") if due else None}
    return {
        "state": application.state,
        "who": who_acts(_next(case)),
        "by": due,
        **both("timeline", "next", _next(case), facts),
    }


def _next(case: Case) -> str:
    """Return the name of the words for what comes next: of the state, or of how far it has come."""
    application = case.application
    if application.state == "needs_evidence" and case.evidenced:
        return "proved"
    if application.state == "waiting" and case.offering.awaits_draw:
        return "undrawn" if case.offering.pinned_at is None else "pinned"
    if application.funds == "paid":
        return "paid"
    return application.state


def shown_check(check: dict[str, Any]) -> dict[str, Any]:
    """Return the outcome of a rule with its words."""
    return check | both("rules", check["rule"], check["verdict"], check)


def happened(one: Happening) -> dict[str, str]:
    """Return the words for a step in both languages."""
    facts = dict(one.details)
    if "amount" in facts:
        amount = facts["amount"]["amount"]
        facts |= {"amount": amount.replace(".", ","), "amount_en": amount}
    words = "enter_draw" if one.action == "queue" and facts.get("for") == "draw" else one.action
    return both("timeline", "happened", words, facts)


def _happening(one: Happening) -> dict[str, Any]:
    body = {
        name: value
        for name, value in asdict(one).items()
        if name in ("at", "action", "state", "by", "details")
    }
    return body | happened(one)
