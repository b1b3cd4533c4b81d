"""Verified results, and what the fund counts by them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ila_funding.domain.hold import CLEAR
from ila_funding.domain.indicator import Indicator
from ila_funding.domain.result import ClaimableResult, VerifiedResult
from ila_funding.store.rows import values
from ila_funding.store.tables import hold
from ila_funding.store.told_tables import account_user, published_call, verified_result


class SqlResultStore:
    """Verified results, as applications told of them."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def note(self, result: VerifiedResult) -> None:
        """Store a result; one of the same application changes nothing."""
        self._connection.execute(insert(verified_result).values(values(result)).on_conflict_do_nothing())

    def lock_claimable(self, organisation_id: UUID, call_id: UUID, most: int) -> list[ClaimableResult]:
        """Return results nobody claimed, finally decided and with committed money, locked, oldest first.

        Two who claim at once do not get the same: the second one waits, and then sees them claimed.
        """
        columns = verified_result.c
        query = (
            sa.select(columns.application_id, columns.programme_id, columns.completed_on)
            .add_columns(hold.c.id.label("hold_id"), hold.c.amount, hold.c.quote_hash)
            .join(hold, hold.c.application_id == columns.application_id)
            .where(columns.organisation_id == organisation_id, columns.call_id == call_id)
            .where(columns.claim_id.is_(None), hold.c.state == "committed", hold.c.provisional.is_(False))
            .where(hold.c.support_check == CLEAR)
            .order_by(columns.completed_on, columns.application_id)
            .limit(most)
            .with_for_update(of=verified_result)
        )
        return [ClaimableResult(**row) for row in self._connection.execute(query).mappings()]

    def set_claim(self, application_ids: Sequence[UUID], claim_id: UUID | None) -> None:
        """Note which claim results are in; None gives them free for another one."""
        mine = verified_result.c.application_id.in_(application_ids)
        self._connection.execute(sa.update(verified_result).where(mine).values(claim_id=claim_id))


class SqlIndicatorStore:
    """What the fund counts: distinct persons, by the facts that others told."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def knows(self, person_id: UUID) -> bool:
        """Tell whether a person opened an account."""
        query = sa.select(account_user.c.person_id).where(account_user.c.person_id == person_id)
        return self._connection.execute(query).first() is not None

    def note_account(self, person_id: UUID, opened_at: datetime) -> None:
        """Store that a person opened an account; once."""
        row = {"person_id": person_id, "opened_at": opened_at}
        self._connection.execute(insert(account_user).values(row).on_conflict_do_nothing())

    def counts(self, ends: Sequence[datetime | None]) -> list[dict[Indicator, int]]:
        """Return both counters as they were at each of some instants, in one statement; None is now."""
        columns = [
            column
            for number, end in enumerate(ends)
            for column in (_users(end).label(f"users_{number}"), _adults(end).label(f"adults_{number}"))
        ]
        row = self._connection.execute(sa.select(*columns)).mappings().one()
        return [
            {Indicator.ACCOUNT_USERS: row[f"users_{number}"], Indicator.ADULTS: row[f"adults_{number}"]}
            for number in range(len(ends))
        ]

    def adults_by_call(self) -> list[dict[str, Any]]:
        """Return how many adults reached a verified result in each call."""
        adults = sa.func.count(verified_result.c.person_id.distinct()).label("adults")
        query = (
            sa.select(published_call.c.call_id, published_call.c.code)
            .add_columns(published_call.c.title_lv, published_call.c.title_en, adults)
            .outerjoin(verified_result, verified_result.c.call_id == published_call.c.call_id)
            .group_by(published_call.c.call_id)
            .order_by(published_call.c.code, published_call.c.call_id)
        )
        rows = self._connection.execute(query).mappings()
        return [{str(name): value for name, value in row.items()} for row in rows]


def _users(end: datetime | None) -> sa.ScalarSelect[int]:
    query = sa.select(sa.func.count()).select_from(account_user)
    return (query if end is None else query.where(account_user.c.opened_at < end)).scalar_subquery()


def _adults(end: datetime | None) -> sa.ScalarSelect[int]:
    query = sa.select(sa.func.count(verified_result.c.person_id.distinct()))
    return (query if end is None else query.where(verified_result.c.verified_at < end)).scalar_subquery()
