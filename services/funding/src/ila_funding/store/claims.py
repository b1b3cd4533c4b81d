"""Claims, their lines, and the results of their checks."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import Scope
from ila_kit.ids import uuid7
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_funding.domain.checks import Check, ClaimFacts, LineFacts
from ila_funding.domain.claim import Claim, ClaimLine
from ila_funding.store.claim_tables import check_result, claim, claim_line
from ila_funding.store.providers import SqlProviderStore, agreements_of
from ila_funding.store.rows import made, values
from ila_funding.store.tables import hold
from ila_funding.store.told_tables import provider, verified_result

LISTING = Listing(
    sa.select(claim, provider.c.title.label("organisation_title")).outerjoin(
        provider, provider.c.organisation_id == claim.c.organisation_id
    ),
    id=claim.c.id,
    sorts={"created_at": claim.c.created_at, "updated_at": claim.c.updated_at},
    default="-created_at",
    filters={name: claim.c[name] for name in ("state", "organisation_id", "call_id", "run_id")},
    updated=claim.c.updated_at,
)
_LINE = [claim_line.c[name] for name in ClaimLine.__dataclass_fields__]
_CHECK = [check_result.c[name] for name in Check.__dataclass_fields__]


class SqlClaimStore:
    """Claims, their lines and their checks."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def add(self, new: Claim, lines: Sequence[ClaimLine]) -> None:
        """Store a new claim."""
        self._connection.execute(sa.insert(claim).values(values(new)))
        self._connection.execute(
            sa.insert(claim_line), [values(line) | {"claim_id": new.id} for line in lines]
        )

    def get(self, claim_id: UUID, scope: Scope) -> Claim | None:
        """Return a claim that is in scope, or None."""
        query = sa.select(claim).where(claim.c.id == claim_id, *_in_scope(scope))
        return made(Claim, self._connection.execute(query).mappings().one_or_none())

    def lock(self, claim_id: UUID) -> Claim | None:
        """Return a claim that nobody else changes until this transaction ends."""
        query = sa.select(claim).where(claim.c.id == claim_id).with_for_update(key_share=True)
        return made(Claim, self._connection.execute(query).mappings().one_or_none())

    def lock_all(self, claim_ids: Sequence[UUID]) -> list[Claim]:
        """Return claims in the order of their ids, locked the same way."""
        query = sa.select(claim).where(claim.c.id.in_(claim_ids)).order_by(claim.c.id)
        rows = self._connection.execute(query.with_for_update(key_share=True)).mappings()
        return [Claim(**row) for row in rows]

    def organisations_of(self, claim_ids: Sequence[UUID]) -> list[UUID]:
        """Return whose claims these are."""
        query = sa.select(claim.c.organisation_id).where(claim.c.id.in_(claim_ids)).distinct()
        return list(self._connection.execute(query.order_by(claim.c.organisation_id)).scalars())

    def save(self, changed: Claim) -> None:
        """Store a changed claim."""
        self._connection.execute(sa.update(claim).where(claim.c.id == changed.id).values(values(changed)))

    def lines(self, claim_ids: Sequence[UUID]) -> list[ClaimLine]:
        """Return the lines of claims that are still claimed."""
        return self._lines(claim_line.c.claim_id.in_(claim_ids), claim_line.c.state == "claimed")

    def all_lines(self, claim_id: UUID) -> list[ClaimLine]:
        """Return every line of a claim, also those that were refused or recovered."""
        return self._lines(claim_line.c.claim_id == claim_id)

    def payees(self, claim_ids: Sequence[UUID]) -> dict[UUID, UUID]:
        """Return which provider is paid for each hold whose line is still claimed."""
        query = (
            sa.select(claim_line.c.hold_id, claim.c.organisation_id)
            .join_from(claim_line, claim, claim.c.id == claim_line.c.claim_id)
            .where(claim_line.c.claim_id.in_(claim_ids), claim_line.c.state == "claimed")
        )
        return {row.hold_id: row.organisation_id for row in self._connection.execute(query)}

    def set_lines(self, claim_id: UUID, application_ids: Sequence[UUID] | None, state: str) -> None:
        """Change the state of these lines of a claim; None means all that are still claimed."""
        columns = claim_line.c
        query = sa.update(claim_line).where(columns.claim_id == claim_id, columns.state == "claimed")
        if application_ids is not None:
            query = query.where(columns.application_id.in_(application_ids))
        self._connection.execute(query.values(state=state))

    def facts(self, claim_id: UUID) -> ClaimFacts:
        """Return what a claim is checked by, as it is now."""
        of = sa.select(claim.c.organisation_id).where(claim.c.id == claim_id)
        organisation_id: UUID = self._connection.execute(of).scalar_one()
        rows = self._connection.execute(_facts_of(claim_id)).mappings()
        lines = [LineFacts(**row) for row in rows]
        programmes = sorted({line.programme_id for line in lines})
        providers = SqlProviderStore(self._connection).some([organisation_id])
        return ClaimFacts(
            claim_id=claim_id,
            lines=lines,
            agreements=agreements_of(self._connection, organisation_id, programmes),
            provider=providers[0] if providers else None,
        )

    def add_checks(self, checks: Sequence[Check], run_id: UUID | None = None) -> None:
        """Store results of checks: of the claim itself, or of its payment in a run."""
        rows = [values(check) | {"id": uuid7(), "run_id": run_id} for check in checks]
        self._connection.execute(sa.insert(check_result), rows)

    def checks(self, claim_id: UUID) -> list[Check]:
        """Return the results of a claim's own checks, the oldest first."""
        return self._checks(check_result.c.claim_id == claim_id, check_result.c.run_id.is_(None))

    def checks_of_run(self, run_id: UUID) -> list[Check]:
        """Return the results of every check of a run, the oldest first."""
        return self._checks(check_result.c.run_id == run_id)

    def page(self, request: PageRequest, scope: Scope) -> Page:
        """Return a page of the claims in scope."""
        return LISTING.page(self._connection, request, _in_scope(scope))

    def _lines(self, *which: sa.ColumnElement[bool]) -> list[ClaimLine]:
        query = sa.select(*_LINE).where(*which)
        query = query.order_by(claim_line.c.completed_on, claim_line.c.application_id)
        return [ClaimLine(**row) for row in self._connection.execute(query).mappings()]

    def _checks(self, *which: sa.ColumnElement[bool]) -> list[Check]:
        query = sa.select(*_CHECK).where(*which).order_by(check_result.c.id)
        return [Check(**row) for row in self._connection.execute(query).mappings()]


def _in_scope(scope: Scope) -> list[Any]:
    return [] if scope.everything else [claim.c.organisation_id.in_(scope.organisations)]


def _facts_of(claim_id: UUID) -> sa.Select[Any]:
    other, other_line = claim.alias(), claim_line.alias()
    paid = sa.exists(
        sa.select(other.c.id)
        .join(other_line, other_line.c.claim_id == other.c.id)
        .where(other_line.c.application_id == claim_line.c.application_id, other.c.id != claim_id)
        .where(other.c.state.in_(("paid", "recovered")), other_line.c.state != "refused")
    )
    line = claim_line.c
    return (
        sa.select(line.application_id, line.programme_id, line.amount, line.quote_hash)
        .add_columns(hold.c.state.label("hold_state"), hold.c.amount.label("hold_amount"))
        .add_columns(hold.c.quote_hash.label("hold_quote_hash"), hold.c.provisional, hold.c.support_check)
        .add_columns(verified_result.c.completed_on, paid.label("paid_before"))
        .outerjoin(hold, hold.c.id == line.hold_id)
        .outerjoin(verified_result, verified_result.c.application_id == line.application_id)
        .where(line.claim_id == claim_id, line.state == "claimed")
        .order_by(line.completed_on, line.application_id)
    )
