"""What the population register told about persons, and about whom it is to be asked."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.register_facts import RegisterFact
from ila_identity.store import tables as t
from ila_identity.store.vault import Vault

_WANT = """
INSERT INTO register_fact (person_id, wanted, next_at, tries)
SELECT person_id, true, %(now)s, 0 FROM unnest(%(ids)s::uuid[]) AS person_id ORDER BY person_id
ON CONFLICT (person_id) DO UPDATE SET wanted = true, next_at = excluded.next_at, tries = 0
WHERE NOT register_fact.wanted
"""


class SqlRegisterFactStore:
    """Rows stay in here; the proofs, which hold personal codes, are sealed."""

    def __init__(self, connection: sa.Connection, vault: Vault):
        self._connection, self._vault = connection, vault

    def want(self, person_ids: Sequence[UUID], now: datetime) -> None:
        """Have the register asked about persons, unless it is to be asked already."""
        if person_ids:
            self._connection.exec_driver_sql(_WANT, {"ids": list(person_ids), "now": now})

    def many(self, person_ids: Sequence[UUID]) -> dict[UUID, RegisterFact]:
        """Return what there is about persons, by id."""
        query = sa.select(t.register_fact).where(t.register_fact.c.person_id.in_(person_ids))
        return {row["person_id"]: self._fact(row) for row in self._connection.execute(query).mappings()}

    def due(self, now: datetime, limit: int) -> list[tuple[RegisterFact, PersonalCode]]:
        """Return the facts that are to be asked for, longest wanted first, with the codes to ask by."""
        code = t.personal_code.c
        query = (
            sa.select(t.register_fact, code.sealed)
            .join(t.personal_code, code.person_id == t.register_fact.c.person_id)
            .where(t.register_fact.c.wanted, t.register_fact.c.next_at <= now, code.replaced_at.is_(None))
            .order_by(t.register_fact.c.next_at)
            .limit(limit)
        )
        return [
            (self._fact(row), self._vault.open(row["sealed"], row["person_id"]))
            for row in self._connection.execute(query).mappings()
        ]

    def save(self, facts: Sequence[RegisterFact]) -> None:
        """Store what became of facts that were asked for."""
        if facts:
            key = t.register_fact.c.person_id == sa.bindparam("key")
            update = t.register_fact.update().where(key)
            self._connection.execute(update, [self._row(fact) for fact in facts])

    def _row(self, fact: RegisterFact) -> dict[str, Any]:
        row = asdict(fact)
        proof, key = row.pop("proof"), row.pop("person_id")
        sealed = self._vault.seal_text(orjson.dumps(proof).decode(), key) if proof else None
        return row | {"key": key, "sealed_proof": sealed}

    def _fact(self, row: Any) -> RegisterFact:
        sealed, fields = row["sealed_proof"], RegisterFact.__dataclass_fields__
        proof = orjson.loads(self._vault.open_text(sealed, row["person_id"])) if sealed else None
        return RegisterFact(**{name: row[name] for name in fields if name != "proof"}, proof=proof)
