"""What the register of earlier support says about holds: they are told and used, or given back."""

from collections.abc import Mapping
from uuid import UUID

from ila_funding.domain.errors import DoubleFunding
from ila_funding.domain.hold import Hold
from ila_funding.domain.ledger import AccountState
from ila_funding.domain.request import HoldRequest
from ila_funding.domain.support import programme_key
from ila_funding.domain.support_check import (
    OtherSupport,
    PendingCheck,
    SupportAnswer,
    answers_for,
    checked,
    same_support,
    told_now,
)
from ila_funding.events.published import EntitlementGranted, FundsHeld
from ila_funding.ports import Unit
from ila_funding.usecases.support import note_content
from ila_funding.usecases.waiting import EXPIRE_HOLD, give_back, tell_refusal

PURPOSE = "no double funding of held money (BR-713)"


def clear_holds(unit: Unit, answers: Mapping[UUID, SupportAnswer]) -> list[UUID]:
    """Note of holds, by id, that nobody supported their persons before, and tell that their money is held.

    Those whose persons were supported are left as they are: `judge_hold` looks for what. Returns which
    were cleared.

    Source: BR-713.
    """
    untouched = {one: answer for one, answer in answers.items() if not answer.supports}
    cleared = []
    holds = unit.holds.lock_all(sorted(untouched))
    unit.ledger.lock_accounts((hold.person_id, hold.call_id) for hold in holds)
    for hold in holds:
        if answers_for(hold, untouched[hold.id]):
            _clear(unit, hold, untouched[hold.id])
            cleared.append(hold.id)
    return cleared


def judge_hold(unit: Unit, pending: PendingCheck, answer: SupportAnswer) -> None:
    """Compare what a person was supported for with what a hold pays: it is cleared, or refused by name.

    Raises NotYet while it is not known what the programme teaches.

    Source: BR-713.
    """
    request = unit.requests.lock(pending.application_id)
    hold = unit.holds.lock(pending.hold_id)
    if hold is None or not isinstance(request, HoldRequest) or not answers_for(hold, answer):
        return
    if programme_key(hold.programme_id) not in unit.support.content_of(hold.programme_id):
        note_content(unit, hold.programme_id)
    found = same_support(unit.support.content_of(hold.programme_id), answer.supports)
    if found is None:
        _clear(unit, hold, answer)
    else:
        _refuse(unit, request, hold, answer, found)


def release_supported(unit: Unit, pending: PendingCheck) -> None:
    """Give bound money back that is found to be paid from elsewhere, once no claim asks for it any more."""
    unit.requests.lock(pending.application_id)
    hold = unit.holds.lock(pending.hold_id)
    if hold is not None and hold.allows("release") and not unit.support.claimed(hold.id):
        give_back(unit, hold, "release", DoubleFunding.code)


def _clear(unit: Unit, hold: Hold, answer: SupportAnswer) -> None:
    clear = checked(hold, answer, None, unit.now)
    if hold.told_at is None:
        clear = told_now(clear, unit.now)
    if clear.state == "held":
        unit.set_timer(clear.id, EXPIRE_HOLD, clear.expires_at)
    unit.holds.save(clear)
    if hold.told_at is None:
        _tell(unit, clear)
    unit.audit("clear_support", "hold", hold.id, answer_id=str(answer.answer_id))


def _refuse(unit: Unit, request: HoldRequest, hold: Hold, answer: SupportAnswer, found: OtherSupport) -> None:
    """Give the money back and say why. What a claim asks for, or was paid, is left to the claim's checks."""
    refused = checked(hold, answer, found, unit.now)
    unit.holds.save(refused)
    unit.audit("find_support", "hold", hold.id, answer_id=str(answer.answer_id), reference=found.reference)
    if not refused.allows("release") or unit.support.claimed(hold.id):
        return
    if refused.told_at is None:
        tell_refusal(unit, request.after("refuse", unit.now), DoubleFunding.code)
    give_back(unit, refused, "release", DoubleFunding.code)


def _tell(unit: Unit, hold: Hold) -> None:
    account = unit.entitlements.granted(hold.person_id, hold.call_id)
    unit.publish(_granted(hold, account), account.version)
    unit.publish(_held(hold), hold.version)


def _granted(hold: Hold, account: AccountState) -> EntitlementGranted:
    return EntitlementGranted(
        account_id=account.id,
        person_id=hold.person_id,
        call_id=hold.call_id,
        hold_id=hold.id,
        amount=hold.amount,
        granted=account.granted,
        valid_until=hold.expires_at,
    )


def _held(hold: Hold) -> FundsHeld:
    return FundsHeld(
        hold_id=hold.id,
        application_id=hold.application_id,
        person_id=hold.person_id,
        programme_id=hold.programme_id,
        call_id=hold.call_id,
        amount=hold.amount,
        topped_up=hold.topped_up,
        co_payment=hold.co_payment,
        quote_hash=hold.quote_hash,
        methodology_version=hold.methodology_version,
        expires_at=hold.expires_at,
    )
