"""Programmes and calls, as the catalogue tells of them."""

from datetime import datetime
from uuid import UUID

from ila_kit.events import NotYet

from ila_applications.domain.offerings import Call, Programme
from ila_applications.ports import Unit
from ila_applications.usecases.groups import cancel_groups_of
from ila_applications.usecases.places import AGREEMENT_ENDED, expire, promote_waiting


def learn_programme(unit: Unit, programme: Programme, sequence: int) -> None:
    """Keep a programme as told last; new places go to who waits. Older news changes nothing."""
    if unit.offerings.learn_programme(programme, sequence):
        offering = unit.offerings.get(programme.id)
        if offering is not None and offering.by_receipt:
            promote_waiting(unit, programme.id)


def learn_call(unit: Unit, call: Call, sequence: int) -> None:
    """Keep a call as told last. Older news changes nothing."""
    unit.offerings.learn_call(call, sequence)


def close_programme(unit: Unit, programme_id: UUID, closed_at: datetime) -> None:
    """End the applications of a programme that was closed for good; a second telling does nothing.

    Its unfinished groups are cancelled first, and who has no place ends before who has one, so that
    no place that comes free is handed on. Who learned to the end of a group keeps it: its results
    are still verified. Raises NotYet while the programme has not been heard of.

    Source: BR-406.
    """
    if not unit.offerings.close(programme_id, closed_at):
        if unit.offerings.get(programme_id) is None:
            raise NotYet(f"programme {programme_id}")
        return
    cases = unit.applications.of_programme(programme_id)
    finished = cancel_groups_of(unit, programme_id)
    for case in sorted(cases, key=lambda one: one.application.has_place):
        if case.application.group_id not in finished:
            expire(unit, case, "close", AGREEMENT_ENDED)
