"""The register of offers that came another way than by the platform (BR-301)."""

from dataclasses import dataclass
from uuid import UUID

from ila_kit.errors import Missing, Stale
from ila_kit.states import WrongState
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.outside_offers import Arrival, OutsideOffer, recorded
from ila_catalog.domain.states import CALL, DRAFT
from ila_catalog.ports import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectOutsideOffer:
    """An entry as it should have been, and why. `version` is the one that was read."""

    call_id: UUID
    outside_offer_id: UUID
    version: int
    arrival: Arrival
    reason: str


def record_outside_offer(unit: Unit, call_id: UUID, arrival: Arrival) -> OutsideOffer:
    """Enter what came from outside. Raises Missing, WrongState, or what `Arrival.check` raises."""
    call = unit.calls.get(call_id)
    if call is None:
        raise Missing()
    if call.state == DRAFT:
        raise WrongState(thing=CALL.name, state=call.state, action="record")
    entry = recorded(call_id, arrival, unit.actor.id, unit.now)
    unit.outside_offers.add(entry)
    _note(unit, entry, "outside_offer_recorded")
    return entry


def correct_outside_offer(unit: Unit, command: CorrectOutsideOffer) -> OutsideOffer:
    """Enter a correction as the next version; the one before stays.

    Raises Missing, Stale, or what `Arrival.check` raises.
    """
    was = unit.outside_offers.get(command.call_id, command.outside_offer_id)
    if was is None:
        raise Missing()
    if was.version != command.version:
        raise Stale()
    entry = was.corrected(command.arrival, command.reason, unit.actor.id, unit.now)
    unit.outside_offers.add(entry)
    _note(unit, entry, "outside_offer_corrected", reason=entry.reason)
    return entry


def list_outside_offers(unit: Unit, call_id: UUID, request: PageRequest) -> Page:
    """Return a page of the entries of a call, the latest receipt first. Raises Missing."""
    if unit.calls.get(call_id) is None:
        raise Missing()
    return unit.outside_offers.page(request, call_id)


def list_versions(unit: Unit, call_id: UUID, outside_offer_id: UUID, request: PageRequest) -> Page:
    """Return a page of the versions of an entry, the first one first. Raises Missing."""
    if unit.outside_offers.get(call_id, outside_offer_id) is None:
        raise Missing()
    return unit.outside_offers.versions(request, outside_offer_id)


def every_outside_offer(unit: Unit, call_id: UUID) -> list[OutsideOffer]:
    """Return all entries of a call in their last version, in the order of receipt. Raises Missing."""
    if unit.calls.get(call_id) is None:
        raise Missing()
    return unit.outside_offers.of_call(call_id)


def _note(unit: Unit, entry: OutsideOffer, action: str, **details: object) -> None:
    """Put an entry into the audit trail; it names no sender."""
    unit.audit(
        action,
        "call",
        entry.call_id,
        outside_offer_id=entry.id,
        version=entry.version,
        channel=entry.arrival.channel,
        state=entry.arrival.state,
        **details,
    )
