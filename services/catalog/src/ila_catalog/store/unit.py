"""The catalogue's unit of work: the kit's transaction with this service's stores."""

from functools import cached_property

from ila_kit.store.unit import Unit

from ila_catalog.store.calls import SqlCallStore
from ila_catalog.store.programmes import SqlProgrammeStore
from ila_catalog.store.providers import SqlProviderStore


class CatalogUnit(Unit):
    """One transaction of the catalogue."""

    @cached_property
    def calls(self) -> SqlCallStore:
        """Calls."""
        return SqlCallStore(self.connection, self.now)

    @cached_property
    def programmes(self) -> SqlProgrammeStore:
        """Programmes."""
        return SqlProgrammeStore(self.connection, self.now)

    @cached_property
    def providers(self) -> SqlProviderStore:
        """Institutions."""
        return SqlProviderStore(self.connection, self.now)
