"""One transaction of applications."""

from functools import cached_property

from ila_kit.store.unit import Unit

from ila_applications.store.applications import SqlApplicationStore
from ila_applications.store.offerings import SqlOfferingStore


class ApplicationsUnit(Unit):
    """A unit of work with applications' stores."""

    @cached_property
    def applications(self) -> SqlApplicationStore:
        """Learner applications."""
        return SqlApplicationStore(self.connection)

    @cached_property
    def offerings(self) -> SqlOfferingStore:
        """Programmes and calls."""
        return SqlOfferingStore(self.connection)
