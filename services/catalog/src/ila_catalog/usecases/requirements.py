"""What use cases of programmes and offers share: whose they are, in which call, and what they must meet."""

from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.clock import riga_date
from ila_kit.errors import DomainError, Missing

from ila_catalog.domain.calls import Call
from ila_catalog.domain.errors import RegisterChecksOpen, UnknownProvider
from ila_catalog.domain.places import Place
from ila_catalog.domain.programmes import Programme, Provider
from ila_catalog.domain.requirements import content_faults, open_registers, register_faults
from ila_catalog.domain.states import PUBLISHED
from ila_catalog.ports import Unit


def own_provider(unit: Unit, organisation_id: UUID, scope: Scope) -> Provider:
    """Return an institution in scope.

    Raises Missing, the same for a foreign one as for none at all; UnknownProvider for an own one whose
    approval has not been told yet.
    """
    if not scope.covers(organisation=organisation_id):
        raise Missing()
    provider = unit.providers.get(organisation_id)
    if provider is None:
        raise Missing() if scope.everything else UnknownProvider()
    return provider


def call_for_offers(unit: Unit, call_id: UUID) -> Call:
    """Return a published call, which keeps its schedule until this transaction ends. Raises Missing."""
    unit.calls.hold(call_id)
    call = unit.calls.get(call_id, (PUBLISHED,))
    if call is None:
        raise Missing()
    return call


def place_of(unit: Unit, place_id: UUID | None, organisation_id: UUID) -> Place | None:
    """Return a place of an institution. Raises Missing for one of another institution."""
    if place_id is None:
        return None
    place = unit.places.get(place_id)
    if place is None or place.organisation_id != organisation_id:
        raise Missing()
    return place


def programme_faults(unit: Unit, call: Call, programme: Programme) -> list[DomainError]:
    """Return everything that keeps a programme from being complete, by the rules and by the registers."""
    today = riga_date(unit.now)
    place = place_of(unit, programme.place_id, programme.provider.id)
    facts = unit.facts.of(programme.provider.id)
    return [
        *content_faults(call.data, programme, place, today),
        *register_faults(call.data, programme, facts, today),
    ]


def must_be_approvable(unit: Unit, call: Call, programme: Programme) -> None:
    """Refuse to approve what registers speak against, or have not spoken about.

    An offer may be submitted while a register is away; nothing is approved before it has answered.
    Raises RegisterChecksOpen, LicenceUnfit or InstitutionUnfit. Source: BR-201, BR-204.
    """
    facts = unit.facts.of(programme.provider.id)
    if waiting := open_registers(facts):
        raise RegisterChecksOpen(registers=", ".join(waiting))
    for fault in register_faults(call.data, programme, facts, riga_date(unit.now)):
        raise fault
