"""The named checks that every euro passes before it is approved and before it is paid; each is stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ila_funding.domain.agreement import Agreement
from ila_funding.domain.hold import CLEAR
from ila_funding.domain.payee import Standing
from ila_funding.domain.provider import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One named check of one claim: where it was made, and the applications that do not pass."""

    name: str
    stage: str
    claim_id: UUID
    at: datetime
    passed: bool
    failing: list[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class LineFacts:
    """What this service knows of a claimed line at this moment.

    `completed_on` is None when no result is known, the hold's members when there is no hold.
    """

    application_id: UUID
    programme_id: UUID
    amount: Decimal
    quote_hash: str
    hold_state: str | None
    hold_amount: Decimal | None
    hold_quote_hash: str | None
    provisional: bool | None
    support_check: str | None
    completed_on: date | None
    paid_before: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFacts:
    """What a claim is checked by; `agreements` are those of its programmes."""

    claim_id: UUID
    lines: Sequence[LineFacts]
    agreements: Sequence[Agreement]
    provider: Provider | None


RESULT_VERIFIED = "result-verified"
NOT_PROVISIONAL = "result-not-provisional"
HOLD_COMMITTED = "hold-committed"
NO_EARLIER_SUPPORT = "no-earlier-support"
AMOUNT_AS_PINNED = "amount-as-pinned"
NOT_PAID_BEFORE = "not-paid-before"
AGREEMENT_IN_FORCE = "agreement-in-force"
PROVIDER_IN_GOOD_STANDING = "provider-in-good-standing"
IBAN_CONFIRMED = "iban-confirmed"
IBAN_COOLED = "iban-cooled"


def check_claim(facts: ClaimFacts, stage: str, now: datetime) -> list[Check]:
    """Return the result of every check of a claim's lines.

    Source: BR-406, BR-503, BR-711, BR-712, BR-713.
    """
    standing = facts.provider is not None and facts.provider.payable
    failing = {
        RESULT_VERIFIED: [one for one in facts.lines if one.completed_on is None],
        NOT_PROVISIONAL: [one for one in facts.lines if one.provisional is not False],
        HOLD_COMMITTED: [one for one in facts.lines if one.hold_state != "committed"],
        NO_EARLIER_SUPPORT: [one for one in facts.lines if one.support_check != CLEAR],
        AMOUNT_AS_PINNED: [one for one in facts.lines if not _as_pinned(one)],
        NOT_PAID_BEFORE: [one for one in facts.lines if one.paid_before],
        AGREEMENT_IN_FORCE: [one for one in facts.lines if not _covered(one, facts.agreements)],
        PROVIDER_IN_GOOD_STANDING: [] if standing else facts.lines,
    }
    return [_check(name, stage, facts.claim_id, now, lines) for name, lines in failing.items()]


def check_account(facts: ClaimFacts, account: Standing, stage: str, now: datetime) -> list[Check]:
    """Return whether the money has an account to go to that two people confirmed and that has cooled.

    Source: BR-712, BR-714.
    """
    failing = {
        IBAN_CONFIRMED: [] if account.confirmed else facts.lines,
        IBAN_COOLED: [] if account.cooled(now) else facts.lines,
    }
    return [_check(name, stage, facts.claim_id, now, lines) for name, lines in failing.items()]


def failed_names(checks: Iterable[Check], without: Iterable[UUID] = ()) -> list[str]:
    """Return the names of the checks that do not pass, leaving some applications out of account."""
    left_out = set(without)
    return sorted({one.name for one in checks if set(one.failing) - left_out})


def latest(checks: Sequence[Check]) -> list[Check]:
    """Return the last result of each check of each claim."""
    newest: Mapping[tuple[UUID, str], Check] = {(one.claim_id, one.name): one for one in checks}
    return list(newest.values())


def _as_pinned(line: LineFacts) -> bool:
    return (line.amount, line.quote_hash) == (line.hold_amount, line.hold_quote_hash)


def _covered(line: LineFacts, agreements: Sequence[Agreement]) -> bool:
    day = line.completed_on
    return day is not None and any(one.covers(line.programme_id, day) for one in agreements)


def _check(name: str, stage: str, claim_id: UUID, now: datetime, lines: Sequence[LineFacts]) -> Check:
    failing = [one.application_id for one in lines]
    return Check(name=name, stage=stage, claim_id=claim_id, at=now, passed=not failing, failing=failing)
