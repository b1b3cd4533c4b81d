"""Learners' entitlements in calls: the bounds of their accounts."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.ids import uuid7
from ila_kit.money import ZERO
from sqlalchemy.dialects.postgresql import insert

from ila_funding.domain.entitlement import Entitlement
from ila_funding.store.tables import learner_account

_COLUMNS = learner_account.c
_USED = (_COLUMNS.held + _COLUMNS.committed + _COLUMNS.consumed).label("used")
_SHOWN = (_COLUMNS.id.label("account_id"), _COLUMNS.ceiling, _COLUMNS.valid_until, _USED)
_NOTHING = dict.fromkeys(("granted", "held", "committed", "consumed", "released", "expired"), ZERO)


class SqlEntitlementStore:
    """Learners' entitlements in calls; what is used of them changes by the ledger only."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def open(
        self,
        person_id: UUID,
        call_id: UUID,
        ceiling: Decimal | None,
        valid_until: datetime | None,
        now: datetime,
    ) -> tuple[Entitlement, bool]:
        """Return a learner's entitlement, locked, and whether it is new; a known one stays as it is."""
        row = _NOTHING | {"id": uuid7(), "person_id": person_id, "call_id": call_id, "version": 0}
        row |= {"ceiling": ceiling, "valid_until": valid_until, "updated_at": now}
        new = insert(learner_account).values(row).on_conflict_do_nothing().returning(_COLUMNS.id)
        is_new = self._connection.execute(new).first() is not None
        mine = (_COLUMNS.person_id == person_id, _COLUMNS.call_id == call_id)
        query = sa.select(*_SHOWN).where(*mine).with_for_update(key_share=True)
        return Entitlement(**self._one(query)), is_new

    def lapse(self, account_id: UUID, now: datetime) -> Entitlement | None:
        """Note that an entitlement is over; None when it is not, or was noted before."""
        query = (
            sa.update(learner_account)
            .where(_COLUMNS.id == account_id, _COLUMNS.valid_until <= now, _COLUMNS.lapsed_at.is_(None))
            .values(lapsed_at=now, updated_at=now)
            .returning(*_SHOWN)
        )
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else Entitlement(**row)

    def _one(self, query: sa.Select[Any]) -> dict[str, Any]:
        return dict(self._connection.execute(query).mappings().one())
