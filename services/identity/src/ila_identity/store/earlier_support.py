"""What the register of earlier support told about persons, and about whom it is to be asked."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from ila_kit.events import to_json
from sqlalchemy.dialects.postgresql import distinct_on

from ila_identity.domain.earlier_support import SupportAnswer, SupportQuestion
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.store import tables as t
from ila_identity.store.vault import Vault

_WANT = """
INSERT INTO support_question (person_id, wanted, next_at, tries)
SELECT person_id, true, %(now)s, 0 FROM unnest(%(ids)s::uuid[]) AS person_id ORDER BY person_id
ON CONFLICT (person_id) DO UPDATE SET wanted = true,
  next_at = CASE WHEN support_question.wanted THEN support_question.next_at ELSE excluded.next_at END
RETURNING person_id, tries
"""


class SqlSupportStore:
    """Rows stay in here; the proofs, which hold personal codes, are sealed."""

    def __init__(self, connection: sa.Connection, vault: Vault):
        self._connection, self._vault = connection, vault

    def want(self, person_ids: Sequence[UUID], now: datetime) -> dict[UUID, int]:
        """Have the register asked about persons; return how often that was tried in vain."""
        if not person_ids:
            return {}
        rows = self._connection.exec_driver_sql(_WANT, {"ids": list(person_ids), "now": now})
        return {row.person_id: row.tries for row in rows}

    def newest(self, person_ids: Sequence[UUID]) -> dict[UUID, SupportAnswer]:
        """Return what was told last of persons, by id."""
        answer = t.support_answer
        query = (
            sa.select(answer)
            .ext(distinct_on(answer.c.person_id))
            .where(answer.c.person_id.in_(person_ids))
            .order_by(answer.c.person_id, answer.c.observed_at.desc(), answer.c.id.desc())
        )
        return {row["person_id"]: self._answer(row) for row in self._connection.execute(query).mappings()}

    def due(self, now: datetime, limit: int) -> list[tuple[SupportQuestion, list[PersonalCode]]]:
        """Return the questions that are to be asked, longest wanted first, with every code to ask by."""
        question, code = t.support_question, t.personal_code
        query = (
            sa.select(question)
            .where(question.c.wanted, question.c.next_at <= now)
            .order_by(question.c.next_at)
            .limit(limit)
        )
        due = [SupportQuestion(**row) for row in self._connection.execute(query).mappings()]
        codes: dict[UUID, list[PersonalCode]] = {one.person_id: [] for one in due}
        held = sa.select(code.c.person_id, code.c.sealed).where(code.c.person_id.in_(list(codes)))
        for row in self._connection.execute(held.order_by(code.c.id)):
            codes[row.person_id].append(self._vault.open(row.sealed, row.person_id))
        return [(one, codes[one.person_id]) for one in due]

    def lock(self, person_ids: Sequence[UUID]) -> set[UUID]:
        """Return about whom something is still asked; it stays so until this transaction ends."""
        mine = t.support_question.c.person_id
        query = sa.select(mine).where(mine.in_(person_ids)).order_by(mine)
        return set(self._connection.execute(query.with_for_update()).scalars())

    def save(self, questions: Sequence[SupportQuestion], answers: Sequence[SupportAnswer]) -> None:
        """Store what became of questions, and what was told."""
        if questions:
            key = t.support_question.c.person_id == sa.bindparam("key")
            rows = [asdict(one) | {"key": one.person_id} for one in questions]
            update = t.support_question.update().where(key)
            self._connection.execute(update, [_without(row, "person_id") for row in rows])
        if answers:
            self._connection.execute(t.support_answer.insert(), [self._row(one) for one in answers])

    def _row(self, answer: SupportAnswer) -> dict[str, Any]:
        row = asdict(answer) | {"supports": to_json(list(answer.supports))}
        proofs = orjson.dumps(row.pop("proofs")).decode()
        return row | {"sealed_proofs": self._vault.seal_text(proofs, answer.person_id)}

    def _answer(self, row: Any) -> SupportAnswer:
        values = dict(row)
        proofs = orjson.loads(self._vault.open_text(values.pop("sealed_proofs"), values["person_id"]))
        return SupportAnswer(**values, proofs=proofs)


def _without(row: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in row.items() if key != name}
