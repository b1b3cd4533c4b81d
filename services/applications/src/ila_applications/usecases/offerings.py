"""Programmes and calls, as the catalogue tells of them."""

from ila_applications.domain.offerings import Call, Programme
from ila_applications.ports import Unit
from ila_applications.usecases.places import promote_waiting


def learn_programme(unit: Unit, programme: Programme, sequence: int) -> None:
    """Keep a programme as told last; new places go to who waits. Older news changes nothing."""
    if unit.offerings.learn_programme(programme, sequence):
        offering = unit.offerings.get(programme.id)
        if offering is not None and offering.by_receipt:
            promote_waiting(unit, programme.id)


def learn_call(unit: Unit, call: Call, sequence: int) -> None:
    """Keep a call as told last. Older news changes nothing."""
    unit.offerings.learn_call(call, sequence)
