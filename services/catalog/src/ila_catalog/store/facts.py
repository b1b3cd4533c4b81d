"""Facts of state registers in the database."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ila_catalog.domain.facts import Question, RegisterFact
from ila_catalog.store.tables import provider
from ila_catalog.store.tables import register_fact as table


class SqlFactStore:
    """What registers say of institutions."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def of(self, provider_id: UUID) -> dict[str, RegisterFact]:
        """Return what is known of an institution, by register."""
        query = sa.select(table).where(table.c.provider_id == provider_id)
        facts = [self._fact(row) for row in self._connection.execute(query).mappings()]
        return {fact.register: fact for fact in facts}

    def want(self, provider_id: UUID, registers: Iterable[str]) -> None:
        """Have registers asked about an institution as soon as may be."""
        rows = [
            {
                "provider_id": provider_id,
                "register": register,
                "ask_at": self._now,
                "tries": 0,
                "updated_at": self._now,
            }
            for register in sorted(registers)
        ]
        new = insert(table).values(rows)
        changes = {name: new.excluded[name] for name in ("ask_at", "tries", "updated_at")}
        self._connection.execute(
            new.on_conflict_do_update(index_elements=["provider_id", "register"], set_=changes)
        )

    def due(self, limit: int) -> dict[str, list[Question]]:
        """Return which institutions each register is to be asked about now, the longest waiting first."""
        query = (
            sa.select(table.c.provider_id, provider.c.viis_number, table.c.register, table.c.tries)
            .join(provider, provider.c.id == table.c.provider_id)
            .where(table.c.ask_at <= self._now)
            .order_by(table.c.ask_at)
            .limit(limit)
        )
        found: dict[str, list[Question]] = defaultdict(list)
        for row in self._connection.execute(query).mappings():
            found[row["register"]].append(Question(**row))
        return dict(found)

    def record(self, fact: RegisterFact, asked_at: datetime) -> None:
        """Store an answer; who asked for a newer one meanwhile still waits for it."""
        waiting = sa.case((table.c.ask_at > asked_at, table.c.ask_at), else_=None)
        values = {
            "found": fact.found,
            "answer": fact.answer,
            "observed_at": fact.observed_at,
            "legal_basis": fact.legal_basis,
            "hash": fact.hash,
            "snapshot": fact.snapshot,
            "ask_at": waiting,
            "tries": 0,
            "fault": None,
            "updated_at": self._now,
        }
        self._connection.execute(sa.update(table).where(_is(fact.provider_id, fact.register)).values(values))

    def postpone(self, question: Question, ask_at: datetime, fault: str) -> None:
        """Note a try in vain, and ask again at an instant."""
        values = {"ask_at": ask_at, "tries": question.tries + 1, "fault": fault, "updated_at": self._now}
        same = _is(question.provider_id, question.register)
        self._connection.execute(sa.update(table).where(same).values(values))

    def _fact(self, row: sa.RowMapping) -> RegisterFact:
        return RegisterFact(**{name: value for name, value in row.items() if name != "updated_at"})


def _is(provider_id: UUID, register: str) -> sa.ColumnElement[bool]:
    return (table.c.provider_id == provider_id) & (table.c.register == register)
