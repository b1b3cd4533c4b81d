"""What identity keeps about a person."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.personal_data import PersonalRows, all_of

from ila_identity.store import employer_tables as e
from ila_identity.store import my_data_tables as m
from ila_identity.store import provider_tables as p
from ila_identity.store import tables as t
from ila_identity.store.vault import Vault

PARTS = {
    "person": all_of(t.person, by="id"),
    "logins": all_of(t.login),
    "account": all_of(t.account),
    "roles": all_of(t.role_grant, "granted_by"),
    "register_facts": all_of(t.register_fact),
    "earlier_support": all_of(t.support_answer),
    "memberships": all_of(p.member, "added_by", "confirmed_by", "wanted_by"),
    "employer_registrations": all_of(e.employer_registration, by="registrant_id"),
    "access_log": all_of(m.access_log),
}


class SqlPersonalData(PersonalRows):
    """Rows of identity's tables; personal codes are shown masked, as everywhere."""

    def __init__(self, connection: sa.Connection, vault: Vault):
        super().__init__(connection, PARTS)
        self._vault = vault

    def of(self, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of every part, and the person's codes."""
        c = t.personal_code.c
        query = sa.select(c.sealed, c.noted_at, c.replaced_at).where(c.person_id == person_id)
        codes = [
            {
                "personal_code": self._vault.open(row.sealed, person_id).masked(),
                "noted_at": row.noted_at,
                "replaced_at": row.replaced_at,
            }
            for row in self.connection.execute(query.order_by(c.id))
        ]
        return super().of(person_id) | {"personal_codes": codes}
