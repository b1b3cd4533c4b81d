"""Entitlements: who pays which part of a price, and the shares of top-ups that follow a hold."""

from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.entitlement import Entitlement, Split, Usable, split
from ila_funding.domain.hold import AS_IT_HAPPENS, Booking, Hold
from ila_funding.domain.ledger import lapse_movement
from ila_funding.domain.request import HoldRequest
from ila_funding.domain.top_up import TopUp, followed, taken
from ila_funding.ports import Unit

EXPIRE_ENTITLEMENT = "expire-entitlement"


def split_price(
    unit: Unit, request: HoldRequest, line_id: UUID, price: Decimal, call: PublishedCall
) -> Split:
    """Return who pays the price of a request.

    Where the call bounds entitlements, the line, the learner's account and the top-ups are locked in this
    order until the transaction ends, so that nothing is promised twice. Raises EntitlementExhausted,
    EntitlementExpired.

    Source: BR-710.
    """
    if call.terms.unbounded:
        return Split(public=price)
    unit.lines.lock(line_id)
    entitlement = _opened(unit, request.person_id, call)
    usable = [Usable(one.id, one.left) for one in _usable(unit, request, call)]
    return split(price, call.terms, entitlement, usable, unit.now)


def take_shares(unit: Unit, hold: Hold, parts: Split) -> None:
    """Hold what top-ups pay of a price, together with the hold itself."""
    shares = {share.top_up_id: share.amount for share in parts.shares}
    if not shares:
        return
    for top_up in unit.top_ups.lock_all(list(shares)):
        after, use, movement = taken(top_up, hold.id, shares[top_up.id], unit.now)
        unit.top_ups.save(after)
        unit.top_ups.add_use(use)
        unit.ledger.record(movement)


def follow_shares(
    unit: Unit, holds: Sequence[Hold], action: str, bookings: dict[UUID, Booking] | None = None
) -> None:
    """Have what top-ups pay of some holds take the same step; `bookings` by hold, where they have one."""
    topped = [hold.id for hold in holds if hold.topped_up]
    uses = unit.top_ups.uses(topped) if topped else []
    held = {one.id: one for one in unit.top_ups.lock_all([use.top_up_id for use in uses])} if uses else {}
    for use in uses:
        booking = (bookings or {}).get(use.hold_id, AS_IT_HAPPENS)
        after, changed, movement = followed(held[use.top_up_id], use, action, unit.now, booking)
        held[after.id] = after
        unit.top_ups.save(after)
        unit.top_ups.save_use(changed)
        unit.ledger.record(movement)


def begin_months(unit: Unit, hold: Hold, call: PublishedCall) -> None:
    """Have the months of the learner's entitlement run, once money is held: not while it is waited for."""
    if call.terms.months is not None:
        _opened(unit, hold.person_id, call)


def bound_accounts(unit: Unit, call: PublishedCall) -> None:
    """Give the accounts of a call that was told with bounds those that they lack.

    Source: BR-710.
    """
    if call.terms.unbounded:
        return
    for known in unit.entitlements.lock_unbounded(call.call_id, call.terms):
        _bound(unit, known, call)


def expire_entitlement(unit: Unit, account_id: UUID) -> None:
    """Write off what is left of an entitlement whose time is over; what is held by then goes on.

    Source: BR-710.
    """
    over = unit.entitlements.lapse(account_id, unit.now)
    if over is None:
        return
    if over.amount:
        unit.ledger.record(lapse_movement(over.person_id, over.call_id, over.amount, unit.now))
    unit.audit("expire_entitlement", "learner_account", account_id, left=str(over.amount))


def _opened(unit: Unit, person_id: UUID, call: PublishedCall) -> Entitlement:
    """Return the learner's entitlement, locked; opened when there is none, bounded by the call's terms."""
    return _bound(unit, unit.entitlements.open(person_id, call.call_id, unit.now), call)


def _bound(unit: Unit, known: Entitlement, call: PublishedCall) -> Entitlement:
    bounded = known.bounded(call.terms)
    if bounded != known:
        unit.entitlements.bound(bounded, unit.now)
    if bounded.valid_until is not None and bounded.valid_until != known.valid_until:
        unit.set_timer(bounded.account_id, EXPIRE_ENTITLEMENT, bounded.valid_until)
    return bounded


def _usable(unit: Unit, request: HoldRequest, call: PublishedCall) -> list[TopUp]:
    """Return the top-ups that may pay, locked: those kept for something first, then what ends soonest."""
    programme = unit.programmes.get(request.programme_id)
    if programme is None:
        return []
    kind = str(programme.training.kind)
    found = [
        one
        for one in unit.top_ups.lock_of(request.person_id, call.call_id)
        if one.pays(kind, request.programme_id, unit.now)
    ]
    return sorted(found, key=lambda one: (one.unrestricted, one.valid_until, one.id))
