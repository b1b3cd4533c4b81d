"""Learners' entitlements in calls: the bounds of their accounts."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from ila_kit.ids import uuid7
from ila_kit.money import ZERO
from sqlalchemy.dialects.postgresql import insert

from ila_funding.domain.entitlement import Entitlement, Lapsed, Terms
from ila_funding.domain.ledger import AccountState
from ila_funding.store.tables import hold, learner_account

_COLUMNS = learner_account.c
_USED = (_COLUMNS.held + _COLUMNS.committed + _COLUMNS.consumed).label("used")
_FIRST_HELD = (
    sa.select(sa.func.min(hold.c.created_at))
    .where(hold.c.person_id == _COLUMNS.person_id, hold.c.call_id == _COLUMNS.call_id)
    .scalar_subquery()
    .label("first_held_at")
)
_SHOWN = (
    *(_COLUMNS.id.label("account_id"), _COLUMNS.ceiling, _COLUMNS.valid_until),
    *(_USED, _COLUMNS.lapsed, _FIRST_HELD),
)
_NOTHING = dict.fromkeys(("granted", "held", "committed", "consumed", "released", "expired"), ZERO)


class SqlEntitlementStore:
    """Learners' entitlements in calls; what is used of them changes by the ledger only."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def open(self, person_id: UUID, call_id: UUID, now: datetime) -> Entitlement:
        """Return a learner's entitlement, locked; a new one has no bounds."""
        row = _NOTHING | {"id": uuid7(), "person_id": person_id, "call_id": call_id, "version": 0}
        new = insert(learner_account).values(row | {"updated_at": now}).on_conflict_do_nothing()
        self._connection.execute(new)
        return self._locked(_COLUMNS.person_id == person_id, _COLUMNS.call_id == call_id)[0]

    def lock_unbounded(self, call_id: UUID, terms: Terms) -> list[Entitlement]:
        """Return the entitlements of a call that lack a bound of its terms, in order of id, locked."""
        ceiling = sa.and_(_COLUMNS.ceiling.is_(None), sa.literal(terms.amount is not None))
        months = sa.and_(_COLUMNS.valid_until.is_(None), sa.literal(terms.months is not None))
        return self._locked(_COLUMNS.call_id == call_id, sa.or_(ceiling, months))

    def bound(self, entitlement: Entitlement, now: datetime) -> None:
        """Store the bounds of an entitlement."""
        bounds = {"ceiling": entitlement.ceiling, "valid_until": entitlement.valid_until, "updated_at": now}
        mine = _COLUMNS.id == entitlement.account_id
        self._connection.execute(sa.update(learner_account).where(mine).values(bounds))

    def granted(self, person_id: UUID, call_id: UUID) -> AccountState:
        """Return a learner's account, locked, in a new version, with all that was told of as held on it."""
        mine = (_COLUMNS.person_id == person_id, _COLUMNS.call_id == call_id)
        changed = sa.update(learner_account).where(*mine).values(version=_COLUMNS.version + 1)
        account = self._connection.execute(changed.returning(_COLUMNS.id, _COLUMNS.version)).one()
        told = (hold.c.person_id == person_id, hold.c.call_id == call_id, hold.c.told_at.is_not(None))
        granted = self._connection.scalar(sa.select(sa.func.sum(hold.c.amount)).where(*told))
        return AccountState(account.id, granted or ZERO, account.version)

    def lapse(self, account_id: UUID, now: datetime) -> Lapsed | None:
        """Note that an entitlement is over, with what was left; None when it is not, or was noted before."""
        left = sa.func.coalesce(_COLUMNS.ceiling - _USED.element, ZERO)
        query = (
            sa.update(learner_account)
            .where(_COLUMNS.id == account_id, _COLUMNS.valid_until <= now, _COLUMNS.lapsed_at.is_(None))
            .values(lapsed_at=now, lapsed=left, updated_at=now)
            .returning(_COLUMNS.id.label("account_id"), _COLUMNS.person_id, _COLUMNS.call_id)
            .returning(_COLUMNS.lapsed.label("amount"))
        )
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else Lapsed(**row)

    def _locked(self, *which: sa.ColumnElement[bool]) -> list[Entitlement]:
        query = sa.select(*_SHOWN).where(*which).order_by(_COLUMNS.id)
        rows = self._connection.execute(query.with_for_update(of=learner_account, key_share=True)).mappings()
        return [Entitlement(**row) for row in rows]
