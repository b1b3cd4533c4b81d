"""One transaction of applications."""

from functools import cached_property

from ila_kit.store.personal_data import PersonalRows
from ila_kit.store.unit import Unit

from ila_applications.store.applications import SqlApplicationStore
from ila_applications.store.evidence import SqlEvidenceStore
from ila_applications.store.groups import SqlGroupStore
from ila_applications.store.offerings import SqlOfferingStore
from ila_applications.store.personal_data import PARTS
from ila_applications.store.results import SqlResultStore
from ila_applications.store.sessions import SqlSessionStore


class ApplicationsUnit(Unit):
    """A unit of work with applications' stores."""

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
