"""Bank accounts of organisations."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, PageRequest
from sqlalchemy.dialects.postgresql import distinct_on

from ila_identity.domain.bank_accounts import BankAccount, Iban
from ila_identity.ports import Listed
from ila_identity.store import provider_tables as t
from ila_identity.store.rows import VersionedRows
from ila_identity.store.vault import Vault

_C = t.bank_account.c
_PLAIN = (
    *("id", "organisation_id", "holder", "state", "added_by", "confirmed_by", "confirmed_at"),
    *("payable_from", "due_at", "created_at", "updated_at", "version"),
)
_STANDING = sa.literal_column("bank_account.state") == sa.literal_column("'confirmed'")


class SqlBankAccountStore(VersionedRows[BankAccount]):
    """Rows stay in here; account numbers are sealed."""

    table = t.bank_account
    listing = Listing(
        t.bank_account,
        id=_C.id,
        sorts={"created_at": _C.id},
        default="-created_at",
        filters={"state": _C.state},
        updated=_C.updated_at,
    )

    def __init__(self, connection: sa.Connection, vault: Vault):
        super().__init__(connection)
        self._vault = vault

    def add(self, account: BankAccount) -> bool:
        """Store a new account; False when the organisation has it, added or confirmed."""
        return self.add_once(account)

    def save(self, account: BankAccount) -> None:
        """Store the next version of an account. Raises Stale when somebody stored one since."""
        self.put_next(account)

    def get(self, account_id: UUID, organisation_id: UUID | None = None) -> BankAccount:
        """Return, locked, an account, of this organisation if one is named. Raises Missing."""
        place = [] if organisation_id is None else [_C.organisation_id == organisation_id]
        return self.the_locked(_C.id == account_id, *place)

    def standing(self, organisation_id: UUID) -> BankAccount | None:
        """Return, locked, the confirmed account of an organisation."""
        return next(iter(self.locked(_C.organisation_id == organisation_id, _STANDING)), None)

    def current(self, organisation_ids: Sequence[UUID]) -> list[BankAccount]:
        """Return one account per organisation: the confirmed one, else the newest that was added."""
        query = (
            sa.select(t.bank_account)
            .ext(distinct_on(_C.organisation_id))
            .where(_C.organisation_id.in_(organisation_ids), _C.state.in_(("confirmed", "added")))
            .order_by(_C.organisation_id, _C.state.desc(), _C.id.desc())
        )
        return self.some(query)

    def page(self, organisation_id: UUID, request: PageRequest) -> Listed[BankAccount]:
        """Return a page of the accounts of an organisation, newest first."""
        return self.listed(request, [_C.organisation_id == organisation_id])

    def row_of(self, thing: BankAccount) -> dict[str, Any]:
        """Return an account as a row."""
        return {name: getattr(thing, name) for name in _PLAIN} | {
            "fingerprint": self._vault.fingerprint_text(thing.iban.compact),
            "sealed_iban": self._vault.seal_text(thing.iban.compact, thing.id),
        }

    def thing_of(self, row: Any) -> BankAccount:
        """Return a row as an account."""
        iban = Iban(self._vault.open_text(row["sealed_iban"], row["id"]))
        return BankAccount(**{name: row[name] for name in _PLAIN}, iban=iban)
