"""What the bank did: the file it gets, the settlement it confirms, money that comes back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from uuid import UUID

from ila_kit.clock import riga_date
from ila_kit.ids import uuid7

from ila_funding.domain.claim import Claim
from ila_funding.domain.errors import LateChangeQueued
from ila_funding.domain.hold import AS_IT_HAPPENS, Booking, moved
from ila_funding.domain.late_change import LateChange
from ila_funding.domain.payment_run import RUN_STATES, PaymentRun, refuse_same, require_settlement_day
from ila_funding.domain.transfer import transfer_file
from ila_funding.events.published import PaymentSettled
from ila_funding.ports import BankFile, Unit
from ila_funding.usecases.alarms import watch_line
from ila_funding.usecases.claims import CLAIM_DUE, known_claim
from ila_funding.usecases.entitlements import follow_shares
from ila_funding.usecases.payment_runs import known_run, refuse_told_late, step_run
from ila_funding.usecases.periods import booked_on
from ila_funding.usecases.waiting import serve_waiting

SETTLERS = frozenset({"payment_checker"})


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleRun:
    """What the bank's statement says: under which reference, on which day in Riga."""

    run_id: UUID
    bank_reference: str
    settled_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoverClaim:
    """Money of a paid claim that came back, all of it, and why."""

    claim_id: UUID
    bank_reference: str
    reason: str


def export_run(unit: Unit, bank_file: BankFile, run_id: UUID) -> bytes:
    """Return the file of a released run for the bank; asked again, the same bytes.

    The first time exports the run. Each time is noted: the file holds whole IBANs. Raises Missing, or
    WrongState while the run is not released.

    Source: BR-712.
    """
    run = known_run(unit, run_id)
    data = unit.runs.file(run.id)
    if data is None:
        data = _export(unit, bank_file, run)
    unit.audit("download_payment_file", "payment_run", run.id, sha256=sha256(data).hexdigest())
    return data


def settle_run(unit: Unit, command: SettleRun) -> PaymentRun:
    """Note that the bank carried a run out: money is consumed, claims are paid; once.

    On a day whose month is closed nothing moves until another person books it: see `book_late_change`.
    Raises SamePerson for the releaser, SettlementDayOutOfRange, WrongState, LateChangeQueued.

    Source: BR-709, BR-712.
    """
    run = known_run(unit, command.run_id)
    RUN_STATES.next_state(run.state, "settle", unit.actor.role_names)
    refuse_same(unit.actor.id, run.made_by, run.released_by)
    refuse_told_late(unit, run)
    require_settlement_day(run, command.settled_on, unit.now)
    booking = booked_on(unit, command.settled_on)
    if booking.belongs_to is None:
        return carry_out(unit, run, command, unit.actor.id, booking)
    _queue(unit, run, command, booking.belongs_to)
    return run


def carry_out(unit: Unit, run: PaymentRun, command: SettleRun, told_by: str, booking: Booking) -> PaymentRun:
    """Consume the money of a run that somebody told was carried out, and pay its claims."""
    settled = step_run(
        unit,
        run,
        "settle",
        SETTLERS,
        settled_by=told_by,
        settled_on=command.settled_on,
        bank_reference=command.bank_reference,
    )
    claims = unit.claims.lock_all([one.claim_id for one in unit.runs.payments(run.id)])
    for claim in claims:
        unit.claims.save(claim.after("pay", SETTLERS, unit.now))
        unit.clear_timer(claim.id, CLAIM_DUE)
    applications = _move(unit, claims, "consume", booking)
    unit.runs.set_payments(run.id, "settled")
    event = PaymentSettled(
        run_id=run.id,
        claim_ids=[claim.id for claim in claims],
        application_ids=applications,
        amount=run.amount,
        settled_at=unit.now,
        version=settled.version,
    )
    unit.publish(event, settled.version)
    unit.audit("settle_payment_run", "payment_run", run.id, amount=str(run.amount))
    return settled


def recover_claim(unit: Unit, command: RecoverClaim) -> Claim:
    """Note that a provider paid a claim back: new rows of the ledger give the money to its line.

    Raises SamePerson for somebody who handled the claim, WrongState for one that is not paid.

    Source: BR-712.
    """
    claim = known_claim(unit, command.claim_id)
    recovered = claim.after("recover", unit.actor.role_names, unit.now, reason=command.reason)
    claim.by_another(unit.actor.id)
    unit.claims.save(recovered)
    _move(unit, [claim], "recover")
    unit.claims.set_lines(claim.id, None, "recovered")
    unit.audit("recover_claim", "claim", claim.id, amount=str(claim.amount), reference=command.bank_reference)
    return recovered


def _queue(unit: Unit, run: PaymentRun, command: SettleRun, month: date) -> None:
    change = LateChange(
        id=uuid7(),
        run_id=run.id,
        belongs_to=month,
        settled_on=command.settled_on,
        bank_reference=command.bank_reference,
        amount=run.amount,
        queued_by=unit.actor.id,
        queued_at=unit.now,
    )
    if not unit.late_changes.add(change):
        raise LateChangeQueued(run_id=str(run.id))
    facts = {"run": str(run.id), "month": month.isoformat(), "amount": str(run.amount)}
    unit.audit("queue_late_change", "late_change", change.id, **facts)


def _export(unit: Unit, bank_file: BankFile, run: PaymentRun) -> bytes:
    RUN_STATES.next_state(run.state, "export", unit.actor.role_names)
    payments, ibans = unit.runs.payments(run.id), unit.runs.ibans(run.id)
    file = transfer_file(run, payments, ibans, at=unit.now, day=riga_date(unit.now))
    data = bank_file.write(file)
    unit.runs.keep_file(run.id, data)
    digest = sha256(data).hexdigest()
    step_run(unit, run, "export", exported_by=unit.actor.id, exported_at=unit.now, file_sha256=digest)
    return data


def _move(unit: Unit, claims: Sequence[Claim], action: str, day: Booking = AS_IT_HAPPENS) -> list[UUID]:
    """Take a step with the holds of claimed lines and move their money; returns the applications."""
    ids = [claim.id for claim in claims]
    lines, payees = unit.claims.lines(ids), unit.claims.payees(ids)
    holds = unit.holds.lock_all([line.hold_id for line in lines])
    bookings = {hold.id: replace(day, organisation_id=payees[hold.id]) for hold in holds}
    after = [moved(hold, action, unit.now, bookings[hold.id]) for hold in holds]
    unit.holds.save_all([hold for hold, _ in after])
    if gone := [hold.id for hold, _ in after if not hold.live]:
        unit.support.free(gone)
    unit.ledger.post_all([movement for _, movement in after])
    follow_shares(unit, holds, action, bookings)
    for line_id in sorted({hold.line_id for hold in holds}):
        watch_line(unit, line_id)
        if action == "recover":
            serve_waiting(unit, line_id)
    return sorted(line.application_id for line in lines)
