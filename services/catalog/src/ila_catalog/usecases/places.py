"""Places of an institution: written down here, confirmed by the register of institutions."""

from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.errors import Missing
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.facts import ADDRESSES
from ila_catalog.domain.places import Place, entered
from ila_catalog.domain.states import ENTERED, PLACE
from ila_catalog.ports import Unit
from ila_catalog.usecases.registers import PLACE_DUE
from ila_catalog.usecases.requirements import own_provider


def enter_place(unit: Unit, organisation_id: UUID, text: str, scope: Scope) -> Place:
    """Write down a place of an own institution, and have the register asked.

    A place that the register does not answer about ends as not matched. Raises Missing or
    UnknownProvider. Source: BR-303.
    """
    own_provider(unit, organisation_id, scope)
    place = entered(organisation_id, text, unit.now)
    unit.places.add(place)
    unit.facts.want(organisation_id, [ADDRESSES])
    unit.set_timer(place.id, PLACE_DUE, unit.now + PLACE.timers[ENTERED].after)
    unit.audit("place_entered", "place", place.id, organisation_id=organisation_id)
    return place


def list_places(unit: Unit, request: PageRequest, scope: Scope) -> Page:
    """Return a page of the places in scope, newest first."""
    return unit.places.page(request, scope)


def show_place(unit: Unit, place_id: UUID, scope: Scope) -> Place:
    """Return a place in scope. Raises Missing."""
    place = unit.places.get(place_id)
    if place is None or not scope.covers(organisation=place.organisation_id):
        raise Missing()
    return place


def end_waiting(unit: Unit, place_id: UUID) -> None:
    """End a place that the register never answered about: it is not matched."""
    place = unit.places.get(place_id, lock=True)
    if place is not None and place.state == ENTERED:
        missed = place.step(PLACE.timers[ENTERED].action, unit.actor.role_names, unit.now)
        unit.places.save(missed)
        unit.audit("place_not_matched", "place", place.id, reason="the register never answered")
