"""Programmes and calls, as the catalogue tells of them."""

from datetime import datetime
from uuid import UUID

from ila_kit.events import NotYet

from ila_applications.domain.offerings import Call, Programme
from ila_applications.ports import Unit
from ila_applications.usecases.draws import prepare_draw
from ila_applications.usecases.groups import cancel_groups_of
from ila_applications.usecases.places import AGREEMENT_ENDED, expire, promote_waiting


def learn_programme(unit: Unit, programme: Programme, sequence: int) -> None:
    """Keep a programme as told last; new places go to who waits. Older news changes nothing."""
    if unit.offerings.learn_programme(programme, sequence):
        promote_waiting(unit, programme.id)


def learn_call(unit: Unit, call: Call, sequence: int) -> None:
    """Keep a call as told last; one that is opened by a draw commits its seed. Older news changes nothing."""
    if unit.offerings.learn_call(call, sequence) and call.by_draw:
        prepare_draw(unit, call)


def note_standing(unit: Unit, provider_id: UUID, barred: bool, sequence: int) -> None:
    """Keep whether anybody new is let in at an institution; older news changes nothing.

    Who learns there goes on, and who waits keeps the order of receipts: the waiting lists move again
    when nothing is barred any more.
    """
    if not unit.offerings.set_standing(provider_id, barred, sequence):
        return
    unit.audit("enrolments_barred" if barred else "enrolments_open", "provider", provider_id)
    if not barred:
        for programme_id in unit.offerings.of_provider(provider_id):
            promote_waiting(unit, programme_id)


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
