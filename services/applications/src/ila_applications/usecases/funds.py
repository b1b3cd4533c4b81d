"""Money, as funding tells of it: held, refused, committed, lost, paid."""

from decimal import Decimal
from uuid import UUID

from ila_kit.actor import EVERYTHING
from ila_kit.events import NotYet
from ila_kit.money import as_money

from ila_applications.domain.applications import Case
from ila_applications.domain.states import APPLICATION
from ila_applications.events.published import PlaceOffered
from ila_applications.ports import Unit
from ila_applications.usecases.keeping import keep
from ila_applications.usecases.places import BY_ITSELF, expire, refuse

# Why funding lets an application wait: money may come, and its place in the order of receipt is kept.
WAITS = frozenset({"budget-exhausted", "line-paused", "content-held"})
NOT_HELD = "hold-not-held"
DOUBLE_FUNDING = "double-funding"
# Why funding releases what we told it to release: no news to us.
ECHOES = frozenset(
    {"application-withdrawn", "place-expired", "application-refused", "learning-not-completed"}
)
AWAITS_FUNDS = frozenset({"eligible", "provisional", "waiting_for_funds"})


def offer_place(unit: Unit, application_id: UUID, hold_id: UUID, amount: Decimal) -> None:
    """Offer the place that is set apart, now that its money is held.

    A second telling, or one after a withdrawal or expiry, changes nothing: funding gives the
    money back by itself when it hears of those.
    """
    case = unit.applications.get(application_id, EVERYTHING, lock=True)
    if "offer" not in APPLICATION.actions(case.application.state):
        return
    money = {"hold_id": hold_id, "amount": amount, "funds": "held"}
    details = {"amount": as_money(amount)}
    offered, change = case.step("offer", BY_ITSELF, unit.now, details=details, **money)
    keep(unit, [change])
    application = offered.application
    unit.publish(PlaceOffered.of(application, expires_at=application.due_at), application.version)


def note_refused_hold(unit: Unit, application_id: UUID, reason: str) -> None:
    """Let an application wait for funds, its place kept, where money may still come; other reasons end it.

    A refusal that comes late, after the money was held after all, changes nothing. A hold that
    could not be committed, because it was lost meanwhile, ends the enrolment.
    """
    case = unit.applications.get(application_id, EVERYTHING, lock=True)
    actions = APPLICATION.actions(case.application.state)
    if reason in WAITS:
        if "lack_funds" in actions:
            keep(unit, [case.step("lack_funds", BY_ITSELF, unit.now, details={"reason": reason})[1]])
    elif reason == NOT_HELD:
        if case.application.funds == "held" and "lose_funds" in actions:
            expire(unit, case, "lose_funds", "no-money")
    elif "refuse_funds" in actions:
        refuse(unit, case, "refuse_funds", _refusal(reason))


def _refusal(reason: str) -> dict[str, str]:
    """Return why there is no money, so that the learner reads it in words (BR-504, BR-713)."""
    if reason == DOUBLE_FUNDING:
        return {"code": DOUBLE_FUNDING, "rule": "funding", "fact": "content-paid-already"}
    return {"code": "funding-refused", "rule": "funding", "fact": reason}


def note_commitment(unit: Unit, application_id: UUID, hold_id: UUID) -> None:
    """Note that the held money is bound to the enrolment; once, and only of the hold that is known."""
    case = unit.applications.get(application_id, EVERYTHING, lock=True)
    application = case.application
    if application.funds == "held" and application.hold_id == hold_id:
        keep(unit, [case.step("commit_funds", BY_ITSELF, unit.now, funds="committed")[1]])


def note_released_funds(unit: Unit, application_id: UUID, hold_id: UUID, reason: str) -> None:
    """End an application whose money was lost; what we had released ourselves is no news.

    Raises NotYet while the hold itself has not been heard of.
    """
    if reason in ECHOES:
        return
    case = unit.applications.get(application_id, EVERYTHING, lock=True)
    application = case.application
    if application.state in AWAITS_FUNDS:
        raise NotYet(f"hold {hold_id} of application {application_id}")
    if application.hold_id == hold_id and "lose_funds" in APPLICATION.actions(application.state):
        expire(unit, case, "lose_funds", "no-money")


def note_payment(unit: Unit, case: Case) -> None:
    """Note that the training of a completed application is paid; once."""
    if case.application.state == "completed" and case.application.funds != "paid":
        keep(unit, [case.step("note_payment", BY_ITSELF, unit.now, funds="paid")[1]])
