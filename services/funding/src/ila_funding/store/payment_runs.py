"""Payment runs and their payments; whole IBANs lie sealed."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, Page, PageRequest
from ila_kit.vault import Vault

from ila_funding.domain.payee import BankAccount
from ila_funding.domain.payment_run import Payment, PaymentRun
from ila_funding.store.claim_tables import payment, payment_run
from ila_funding.store.rows import made, values

# Of IBANs and of files for the bank.
SEALING = b"ila bank account sealing"
_RUN = [payment_run.c[name] for name in PaymentRun.__dataclass_fields__]
_PAYMENT = [payment.c[name] for name in Payment.__dataclass_fields__]
_PAID_OUT = ("released", "exported", "settled")
LISTING = Listing(
    sa.select(*_RUN),
    id=payment_run.c.id,
    sorts={"created_at": payment_run.c.created_at, "updated_at": payment_run.c.updated_at},
    default="-created_at",
    filters={name: payment_run.c[name] for name in ("state", "call_id")},
    updated=payment_run.c.updated_at,
)


class SqlRunStore:
    """Payment runs and their payments."""

    def __init__(self, connection: sa.Connection, vault: Vault):
        self._connection, self._vault = connection, vault

    def add(self, run: PaymentRun, payments: Sequence[Payment], accounts: Sequence[BankAccount]) -> None:
        """Store a new run; the IBANs of the accounts are sealed."""
        ibans = {account.account_id: account.iban for account in accounts}
        self._connection.execute(sa.insert(payment_run).values(values(run)))
        rows = [self._row(run.id, one, ibans) for one in payments]
        self._connection.execute(sa.insert(payment), rows)

    def get(self, run_id: UUID) -> PaymentRun | None:
        """Return a run, or None."""
        return self._run(sa.select(*_RUN).where(payment_run.c.id == run_id))

    def lock(self, run_id: UUID) -> PaymentRun | None:
        """Return a run that nobody else changes until this transaction ends."""
        query = sa.select(*_RUN).where(payment_run.c.id == run_id)
        return self._run(query.with_for_update(key_share=True))

    def save(self, run: PaymentRun) -> None:
        """Store a changed run."""
        self._connection.execute(sa.update(payment_run).where(payment_run.c.id == run.id).values(values(run)))

    def payments(self, run_id: UUID) -> list[Payment]:
        """Return the payments of a run, in the order of their claims."""
        query = sa.select(*_PAYMENT).where(payment.c.run_id == run_id).order_by(payment.c.claim_id)
        return [Payment(**row) for row in self._connection.execute(query).mappings()]

    def set_payments(self, run_id: UUID, state: str) -> None:
        """Change the state of all payments of a run."""
        self._connection.execute(sa.update(payment).where(payment.c.run_id == run_id).values(state=state))

    def ibans(self, run_id: UUID) -> dict[UUID, str]:
        """Return the whole IBAN of each payment by its claim: for the bank's file and nothing else."""
        query = sa.select(payment.c.claim_id, payment.c.iban_sealed).where(payment.c.run_id == run_id)
        rows = self._connection.execute(query).all()
        return {claim_id: self._vault.open(sealed, claim_id).decode() for claim_id, sealed in rows}

    def keep_file(self, run_id: UUID, data: bytes) -> None:
        """Seal and store the file that went to the bank."""
        query = sa.update(payment_run).where(payment_run.c.id == run_id)
        self._connection.execute(query.values(sealed_file=self._vault.seal(data, run_id)))

    def file(self, run_id: UUID) -> bytes | None:
        """Return the file that went to the bank, as it went."""
        query = sa.select(payment_run.c.sealed_file).where(payment_run.c.id == run_id)
        sealed = self._connection.execute(query).scalar_one()
        return None if sealed is None else self._vault.open(sealed, run_id)

    def never_paid(self, organisation_ids: Sequence[UUID]) -> list[UUID]:
        """Return those of these organisations that no run was released for yet."""
        query = (
            sa.select(payment.c.organisation_id)
            .join(payment_run, payment_run.c.id == payment.c.run_id)
            .where(payment.c.organisation_id.in_(organisation_ids), payment_run.c.state.in_(_PAID_OUT))
        )
        paid = set(self._connection.execute(query.distinct()).scalars())
        return [one for one in organisation_ids if one not in paid]

    def page(self, request: PageRequest) -> Page:
        """Return a page of runs."""
        return LISTING.page(self._connection, request)

    def _run(self, query: sa.Select[Any]) -> PaymentRun | None:
        return made(PaymentRun, self._connection.execute(query).mappings().one_or_none())

    def _row(self, run_id: UUID, one: Payment, ibans: dict[UUID, str]) -> dict[str, Any]:
        iban = ibans.get(one.account_id) if one.account_id else None
        sealed = None if iban is None else self._vault.seal(iban.encode(), one.claim_id)
        return values(one) | {"run_id": run_id, "iban_sealed": sealed}
