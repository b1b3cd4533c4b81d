"""Bank accounts of organisations."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Missing
from ila_kit.store.listing import Listing, PageRequest
from sqlalchemy.dialects.postgresql import distinct_on

from ila_identity.domain.bank_accounts import BankAccount, Iban
from ila_identity.ports import Listed
from ila_identity.store import provider_tables as t
from ila_identity.store import rows
from ila_identity.store.vault import Vault

_C = t.bank_account.c
_PLAIN = (
    *("id", "organisation_id", "holder", "state", "added_by", "confirmed_by", "confirmed_at"),
    *("payable_from", "due_at", "created_at", "updated_at", "version"),
)
_STANDING = sa.literal_column("bank_account.state") == sa.literal_column("'confirmed'")
_LISTING = Listing(
    t.bank_account,
    id=_C.id,
    sorts={"created_at": _C.id},
    default="-created_at",
    filters={"state": _C.state},
    updated=_C.updated_at,
)


class SqlBankAccountStore:
    """Rows stay in here; account numbers are sealed."""

    def __init__(self, connection: sa.Connection, vault: Vault):
        self._connection, self._vault = connection, vault

    def add(self, account: BankAccount) -> bool:
        """Store a new account; False when the organisation has it, added or confirmed."""
        return rows.add_once(self._connection, t.bank_account, self._row(account))

    def save(self, account: BankAccount) -> None:
        """Store the next version of an account. Raises Stale when somebody stored one since."""
        rows.save(self._connection, t.bank_account, account.id, self._row(account))

    def get(self, account_id: UUID, organisation_id: UUID | None = None) -> BankAccount:
        """Return, locked, an account, of this organisation if one is named. Raises Missing."""
        query = sa.select(t.bank_account).where(_C.id == account_id).with_for_update()
        found = self._all(query)
        if not found or organisation_id not in (None, found[0].organisation_id):
            raise Missing()
        return found[0]

    def standing(self, organisation_id: UUID) -> BankAccount | None:
        """Return, locked, the confirmed account of an organisation."""
        standing = (_C.organisation_id == organisation_id, _STANDING)
        return next(iter(self._all(sa.select(t.bank_account).where(*standing).with_for_update())), None)

    def current(self, organisation_ids: Sequence[UUID]) -> list[BankAccount]:
        """Return one account per organisation: the confirmed one, else the newest that was added."""
        query = (
            sa.select(t.bank_account)
            .ext(distinct_on(_C.organisation_id))
            .where(_C.organisation_id.in_(organisation_ids), _C.state.in_(("confirmed", "added")))
            .order_by(_C.organisation_id, _C.state.desc(), _C.id.desc())
        )
        return self._all(query)

    def page(self, organisation_id: UUID, request: PageRequest) -> Listed[BankAccount]:
        """Return a page of the accounts of an organisation, newest first."""
        page = _LISTING.page(self._connection, request, [_C.organisation_id == organisation_id])
        return Listed([self._account(row) for row in page.rows], page.next)

    def _all(self, query: sa.Select[Any]) -> list[BankAccount]:
        return [self._account(row) for row in self._connection.execute(query).mappings()]

    def _row(self, account: BankAccount) -> dict[str, Any]:
        return {name: getattr(account, name) for name in _PLAIN} | {
            "fingerprint": self._vault.fingerprint_text(account.iban.compact),
            "sealed_iban": self._vault.seal_text(account.iban.compact, account.id),
        }

    def _account(self, row: Any) -> BankAccount:
        iban = Iban(self._vault.open_text(row["sealed_iban"], row["id"]))
        return BankAccount(**{name: row[name] for name in _PLAIN}, iban=iban)
