"""Methodologies in memory."""

from ila_funding.domain.errors import VersionTaken
from ila_funding.domain.methodology import Methodologies
from ila_funding.domain.methodology_record import APPROVED
from ila_funding.parameters import load_methodologies


class FakeMethodologies:
    """The versions that every database starts with, and what was drafted since."""

    def __init__(self):
        self.rows, self.shipped = {}, load_methodologies().versions

    @property
    def approved(self) -> Methodologies:
        """Every version in force."""
        mine = [one.as_of(one.known_from) for one in self.rows.values() if one.state == APPROVED]
        return Methodologies((*self.shipped, *mine))

    @property
    def versions(self):
        """The versions in force, one after the other."""
        return self.approved.versions

    def deciding(self, as_of, known_at):
        return self.approved.deciding(as_of, known_at)

    def by_version(self, version):
        return self.approved.by_version(version)

    def get(self, methodology_id):
        return self.rows.get(methodology_id)

    lock = get

    def lock_approvals(self):
        return self.approved

    def add(self, record):
        self.save(record)

    def save(self, record):
        others = [one.content.version for one in self.rows.values() if one.id != record.id]
        if record.content.version in [*others, *(one.version for one in self.shipped)]:
            raise VersionTaken(version=record.content.version)
        self.rows[record.id] = record
