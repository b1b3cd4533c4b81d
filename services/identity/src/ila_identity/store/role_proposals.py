"""Roles that wait for a second person, and all of them with those that are held."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, PageRequest

from ila_identity.domain.role_proposals import RoleProposal
from ila_identity.ports import Listed
from ila_identity.store import tables as t
from ila_identity.store.rows import VersionedRows

_C, _G = t.role_proposal.c, t.role_grant.c
_HELD = sa.select(
    *(_G.id, _G.person_id, _G.role, _G.organisation_id, sa.literal("active").label("state")),
    *(_G.granted_at, _G.granted_by, _C.confirmed_by, _C.due_at, _G.reason),
).select_from(t.role_grant.outerjoin(t.role_proposal, _C.id == _G.id))
_WAITING = sa.select(
    *(_C.id, _C.person_id, _C.role, sa.null().cast(sa.Uuid).label("organisation_id"), _C.state),
    *(_C.proposed_at.label("granted_at"), _C.proposed_by.label("granted_by")),
    *(_C.confirmed_by, _C.due_at, _C.reason),
).where(_C.state == "pending")
_ALL = sa.union_all(_HELD, _WAITING).subquery("grants")


class SqlRoleProposalStore(VersionedRows[RoleProposal]):
    """Rows stay in here; callers give and get proposals."""

    table = t.role_proposal
    listing = Listing(
        sa.select(_ALL),
        id=_ALL.c.id,
        sorts={"id": _ALL.c.id, "role": _ALL.c.role},
        default="-id",
        filters={name: _ALL.c[name] for name in ("person_id", "role", "organisation_id", "state")},
    )

    def add(self, proposal: RoleProposal) -> bool:
        """Store a new proposal; False when this role waits for this person already."""
        return self.add_once(proposal)

    def save(self, proposal: RoleProposal) -> None:
        """Store the next version of a proposal. Raises Stale when somebody stored one since."""
        self.put_next(proposal)

    def get(self, proposal_id: UUID) -> RoleProposal:
        """Return, locked, a proposal. Raises Missing."""
        return self.the_locked(_C.id == proposal_id)

    def find(self, proposal_id: UUID) -> RoleProposal | None:
        """Return, locked, a proposal, if there is one."""
        return next(iter(self.locked(_C.id == proposal_id)), None)

    def page_of_grants(self, request: PageRequest) -> Listed[dict[str, Any]]:
        """Return a page of the roles that are held, and of those that wait, newest first."""
        page = self.listing.page(self._connection, request)
        return Listed(page.rows, page.next)

    def row_of(self, thing: RoleProposal) -> dict[str, Any]:
        """Return a proposal as a row."""
        return asdict(thing)

    def thing_of(self, row: Any) -> RoleProposal:
        """Return a row as a proposal."""
        return RoleProposal(**row)
