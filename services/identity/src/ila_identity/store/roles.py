"""Role grants, and the organisations roles are held in."""

from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import Role
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_identity.domain.organisations import Organisation
from ila_identity.domain.roles import RoleGrant
from ila_identity.store import tables as t

GRANTS = Listing(
    t.role_grant,
    id=t.role_grant.c.id,
    sorts={"id": t.role_grant.c.id, "role": t.role_grant.c.role},
    default="-id",
    filters={
        "person_id": t.role_grant.c.person_id,
        "role": t.role_grant.c.role,
        "organisation_id": t.role_grant.c.organisation_id,
    },
)


class SqlRoleStore:
    """Which roles persons hold."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def held(self, person_id: UUID) -> list[Role]:
        """Return the roles granted to a person, oldest first."""
        c = t.role_grant.c
        query = sa.select(c.role, c.organisation_id).where(c.person_id == person_id).order_by(c.id)
        return [Role(row.role, row.organisation_id) for row in self._connection.execute(query)]

    def add(self, grant: RoleGrant) -> None:
        """Store a grant."""
        self._connection.execute(t.role_grant.insert().values(asdict(grant)))

    def page(self, request: PageRequest) -> Page:
        """Return a page of grants, newest first."""
        return GRANTS.page(self._connection, request)


class SqlOrganisationStore:
    """Organisations."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def ensure(self, organisation: Organisation) -> None:
        """Store an organisation unless it is there."""
        insert = sa.dialects.postgresql.insert(t.organisation).values(asdict(organisation))
        self._connection.execute(insert.on_conflict_do_nothing())
