"""One transaction of applications."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property, partial

import sqlalchemy as sa
from ila_kit.actor import Actor
from ila_kit.store.personal_data import PersonalRows
from ila_kit.store.unit import Unit
from ila_kit.vault import Vault

from ila_applications.store.applications import SqlApplicationStore
from ila_applications.store.draws import SEALING, SqlDrawStore
from ila_applications.store.evidence import SqlEvidenceStore
from ila_applications.store.groups import SqlGroupStore
from ila_applications.store.messages import SqlMessageStore
from ila_applications.store.offerings import SqlOfferingStore
from ila_applications.store.personal_data import PARTS
from ila_applications.store.profiles import SqlProfileStore
from ila_applications.store.results import SqlResultStore
from ila_applications.store.sessions import SqlSessionStore


class ApplicationsUnit(Unit):
    """A unit of work with applications' stores."""

    def __init__(self, connection: sa.Connection, service: str, actor: Actor, now: datetime, vault: Vault):
        super().__init__(connection, service, actor, now)
        self._vault = vault

    @classmethod
    def sealing_by(cls, secret: str) -> "Callable[..., ApplicationsUnit]":
        """Return how units are made that seal what draws keep by this secret, 32 bytes in base64.

        Raises ValueError when it is none.
        """
        return partial(cls, vault=Vault.of(secret, SEALING))

    @cached_property
    def applications(self) -> SqlApplicationStore:
        """Learner applications."""
        return SqlApplicationStore(self.connection)

    @cached_property
    def evidence(self) -> SqlEvidenceStore:
        """Evidence by hand."""
        return SqlEvidenceStore(self.connection)

    @cached_property
    def offerings(self) -> SqlOfferingStore:
        """Programmes and calls."""
        return SqlOfferingStore(self.connection)

    @cached_property
    def draws(self) -> SqlDrawStore:
        """Draws of calls."""
        return SqlDrawStore(self.connection, self._vault)

    @cached_property
    def groups(self) -> SqlGroupStore:
        """Groups and their members."""
        return SqlGroupStore(self.connection)

    @cached_property
    def sessions(self) -> SqlSessionStore:
        """Sessions and attendance."""
        return SqlSessionStore(self.connection)

    @cached_property
    def personal_data(self) -> PersonalRows:
        """Everything that is kept about a person."""
        return PersonalRows(self.connection, PARTS)

    @cached_property
    def results(self) -> SqlResultStore:
        """Results of learners."""
        return SqlResultStore(self.connection)

    @cached_property
    def messages(self) -> SqlMessageStore:
        """Messages and their letters."""
        return SqlMessageStore(self.connection)

    @cached_property
    def profiles(self) -> SqlProfileStore:
        """What people say of themselves."""
        return SqlProfileStore(self.connection)
