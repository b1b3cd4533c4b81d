"""The queue of late changes: what happened in a closed month is booked into an open one by another person."""

from uuid import UUID

from ila_kit.errors import Missing

from ila_funding.domain.hold import Booking
from ila_funding.domain.late_change import LateChange
from ila_funding.domain.payment_run import refuse_same
from ila_funding.ports import Unit
from ila_funding.usecases.payment_runs import known_run
from ila_funding.usecases.settlements import SettleRun, carry_out


def book_late_change(unit: Unit, change_id: UUID) -> LateChange:
    """Carry a late settlement out today, with a reference to the closed month that it belongs to; once.

    Raises Missing, WrongState (also when the run moved on), NotYourStep, SamePerson for who told it, made
    the run or released it.

    Source: BR-712: closed periods stay closed, corrections are new rows.
    """
    change = _known(unit, change_id)
    booked = change.booked(unit.actor.id, unit.actor.role_names, unit.now)
    run = known_run(unit, change.run_id)
    refuse_same(unit.actor.id, run.made_by, run.released_by)
    command = SettleRun(run_id=run.id, bank_reference=change.bank_reference, settled_on=change.settled_on)
    carry_out(unit, run, command, change.queued_by, Booking(belongs_to=change.belongs_to))
    unit.late_changes.save(booked)
    facts = {"run": str(run.id), "month": change.belongs_to.isoformat(), "amount": str(change.amount)}
    unit.audit("book_late_change", "late_change", change.id, **facts)
    return booked


def dismiss_late_change(unit: Unit, change_id: UUID, reason: str) -> LateChange:
    """Set a late settlement aside as another person than who told it; its run is as it was.

    Raises Missing, WrongState, NotYourStep, SamePerson.
    """
    change = _known(unit, change_id)
    dismissed = change.dismissed(unit.actor.id, unit.actor.role_names, reason, unit.now)
    unit.late_changes.save(dismissed)
    unit.audit("dismiss_late_change", "late_change", change.id, run=str(change.run_id), reason=reason)
    return dismissed


def _known(unit: Unit, change_id: UUID) -> LateChange:
    change = unit.late_changes.lock(change_id)
    if change is None:
        raise Missing()
    return change
