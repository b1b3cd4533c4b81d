"""Role grants."""

from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import Role

from ila_identity.domain.roles import RoleGrant
from ila_identity.store import tables as t


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

    def remove(self, person_id: UUID, role: Role) -> RoleGrant | None:
        """Remove a grant and return it; None when the person does not hold the role."""
        c = t.role_grant.c
        place = c.organisation_id.is_not_distinct_from(role.organisation)
        same = (c.person_id == person_id) & (c.role == role.name) & place
        removal = t.role_grant.delete().where(same).returning(t.role_grant)
        row = self._connection.execute(removal).mappings().one_or_none()
        return RoleGrant(**row) if row else None

    def get(self, grant_id: UUID) -> RoleGrant | None:
        """Return, locked, a grant; None when nothing is held by this id."""
        query = sa.select(t.role_grant).where(t.role_grant.c.id == grant_id).with_for_update()
        row = self._connection.execute(query).mappings().one_or_none()
        return RoleGrant(**row) if row else None

    def others_hold(self, grant: RoleGrant) -> bool:
        """Tell whether somebody else holds the role of a grant. Locks all who do."""
        c = t.role_grant.c
        query = sa.select(c.person_id).where(c.role == grant.role).order_by(c.id).with_for_update()
        return any(one != grant.person_id for one in self._connection.scalars(query).all())

    def in_organisation(self, organisation_id: UUID, role: str | None = None) -> list[RoleGrant]:
        """Return the grants in an organisation, of one role or of all, oldest first."""
        c = t.role_grant.c
        query = sa.select(t.role_grant).where(c.organisation_id == organisation_id).order_by(c.id)
        if role is not None:
            query = query.where(c.role == role)
        return [RoleGrant(**row) for row in self._connection.execute(query).mappings()]
