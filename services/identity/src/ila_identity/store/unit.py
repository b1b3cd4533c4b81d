"""One transaction of identity."""

from datetime import datetime
from functools import cached_property

import sqlalchemy as sa
from ila_kit.actor import Actor
from ila_kit.store.unit import Unit

from ila_identity.store.access_log import SqlAccessLogStore
from ila_identity.store.bank_accounts import SqlBankAccountStore
from ila_identity.store.earlier_support import SqlSupportStore
from ila_identity.store.employers import SqlEmployerRegistrationStore
from ila_identity.store.erasures import SqlErasureStore
from ila_identity.store.exports import SqlExportStore
from ila_identity.store.members import SqlMemberStore
from ila_identity.store.organisations import SqlOrganisationStore
from ila_identity.store.personal_data import SqlPersonalData
from ila_identity.store.persons import SqlPersonStore
from ila_identity.store.register_facts import SqlRegisterFactStore
from ila_identity.store.registrations import SqlRegistrationStore
from ila_identity.store.role_proposals import SqlRoleProposalStore
from ila_identity.store.roles import SqlRoleStore
from ila_identity.store.sanctions import SqlSanctionStore
from ila_identity.store.service_clients import SqlServiceClientStore
from ila_identity.store.vault import Vault


class IdentityUnit(Unit):
    """A unit of work with identity's stores. `vault` seals personal codes and account numbers."""

    def __init__(self, connection: sa.Connection, service: str, actor: Actor, now: datetime, *, vault: Vault):
        super().__init__(connection, service, actor, now)
        self._vault = vault

    @cached_property
    def persons(self) -> SqlPersonStore:
        """Persons and their accounts."""
        return SqlPersonStore(self.connection, self._vault)

    @cached_property
    def register_facts(self) -> SqlRegisterFactStore:
        """What the population register told."""
        return SqlRegisterFactStore(self.connection, self._vault)

    @cached_property
    def earlier_support(self) -> SqlSupportStore:
        """What the register of earlier support told."""
        return SqlSupportStore(self.connection, self._vault)

    @cached_property
    def roles(self) -> SqlRoleStore:
        """Role grants."""
        return SqlRoleStore(self.connection)

    @cached_property
    def organisations(self) -> SqlOrganisationStore:
        """Organisations."""
        return SqlOrganisationStore(self.connection)

    @cached_property
    def employer_registrations(self) -> SqlEmployerRegistrationStore:
        """Registrations of employers."""
        return SqlEmployerRegistrationStore(self.connection, self._vault)

    @cached_property
    def registrations(self) -> SqlRegistrationStore:
        """Registrations of institutions."""
        return SqlRegistrationStore(self.connection, self._vault)

    @cached_property
    def members(self) -> SqlMemberStore:
        """People of organisations."""
        return SqlMemberStore(self.connection, self._vault)

    @cached_property
    def bank_accounts(self) -> SqlBankAccountStore:
        """Bank accounts of organisations."""
        return SqlBankAccountStore(self.connection, self._vault)

    @cached_property
    def role_proposals(self) -> SqlRoleProposalStore:
        """Roles that wait for a second person."""
        return SqlRoleProposalStore(self.connection)

    @cached_property
    def erasures(self) -> SqlErasureStore:
        """Erasures that people asked for."""
        return SqlErasureStore(self.connection)

    @cached_property
    def exports(self) -> SqlExportStore:
        """Exports of people's data."""
        return SqlExportStore(self.connection)

    @cached_property
    def personal_data(self) -> SqlPersonalData:
        """Everything that is kept about a person."""
        return SqlPersonalData(self.connection, self._vault)

    @cached_property
    def access_log(self) -> SqlAccessLogStore:
        """Who looked at whose data."""
        return SqlAccessLogStore(self.connection)

    @cached_property
    def sanctions(self) -> SqlSanctionStore:
        """Sanctions of organisations."""
        return SqlSanctionStore(self.connection)

    @cached_property
    def service_clients(self) -> SqlServiceClientStore:
        """Machine clients."""
        return SqlServiceClientStore(self.connection)
