"""One transaction of identity."""

from datetime import datetime
from functools import cached_property

import sqlalchemy as sa
from ila_kit.actor import Actor
from ila_kit.store.unit import Unit

from ila_identity.store.persons import SqlPersonStore
from ila_identity.store.roles import SqlOrganisationStore, SqlRoleStore
from ila_identity.store.vault import Vault


class IdentityUnit(Unit):
    """A unit of work with identity's stores. `vault` seals the personal codes."""

    def __init__(self, connection: sa.Connection, service: str, actor: Actor, now: datetime, *, vault: Vault):
        super().__init__(connection, service, actor, now)
        self._vault = vault

    @cached_property
    def persons(self) -> SqlPersonStore:
        """Persons and their accounts."""
        return SqlPersonStore(self.connection, self._vault)

    @cached_property
    def roles(self) -> SqlRoleStore:
        """Role grants."""
        return SqlRoleStore(self.connection)

    @cached_property
    def organisations(self) -> SqlOrganisationStore:
        """Organisations."""
        return SqlOrganisationStore(self.connection)
