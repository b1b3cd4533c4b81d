"""A payment run as the bank is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ila_funding.domain.payment_run import Payment, PaymentRun

MOST_NAME, MOST_WORDS = 70, 140


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One credit transfer: `reference` comes back on the bank's statement."""

    reference: str
    name: str
    iban: str = field(repr=False)
    amount: Decimal
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFile:
    """The transfers of one run, to be carried out on one day."""

    message_id: str
    created_at: datetime
    execution_day: date
    transfers: Sequence[Transfer]


def transfer_file(
    run: PaymentRun, payments: Sequence[Payment], ibans: dict[UUID, str], at: datetime, day: date
) -> TransferFile:
    """Return what the bank is told of a run: one transfer per claim, referred to by the claim's id."""
    transfers = [
        Transfer(
            reference=one.claim_id.hex,
            name=(one.holder or one.title)[:MOST_NAME],
            iban=ibans[one.claim_id],
            amount=one.amount,
            words=f"Individuālie mācību konti, maksājuma pieprasījums {one.claim_id}"[:MOST_WORDS],
        )
        for one in payments
    ]
    return TransferFile(message_id=run.id.hex, created_at=at, execution_day=day, transfers=transfers)
