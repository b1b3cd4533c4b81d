"""What people say of themselves."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Stale

from ila_applications.domain.profiles import Profile
from ila_applications.store.message_tables import profile

# The first word of a person is the version after the defaults; any other needs the one before it.
_SAVE = """
INSERT INTO profile (person_id, version, email, language, letters, updated_at)
VALUES (%(person_id)s, %(version)s, %(email)s, %(language)s, %(letters)s, %(updated_at)s)
ON CONFLICT (person_id) DO UPDATE SET version = excluded.version, email = excluded.email,
  language = excluded.language, letters = excluded.letters, updated_at = excluded.updated_at
WHERE profile.version = excluded.version - 1
"""


class SqlProfileStore:
    """Profiles, of those who said something."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def get(self, person_id: UUID) -> Profile:
        """Return a person's profile; the defaults when they said nothing yet."""
        return self.of([person_id]).get(person_id) or Profile(person_id=person_id)

    def of(self, person_ids: Sequence[UUID]) -> dict[UUID, Profile]:
        """Return the profiles of those who said something, by person."""
        query = sa.select(profile).where(profile.c.person_id.in_(person_ids))
        found = self._connection.execute(query).mappings()
        return {row["person_id"]: Profile(**row) for row in found}

    def save(self, changed: Profile) -> None:
        """Store a profile. Raises Stale when it has changed since it was read."""
        if not self._connection.exec_driver_sql(_SAVE, asdict(changed)).rowcount:
            raise Stale()

    def erase(self, person_id: UUID) -> None:
        """Delete a person's profile."""
        self._connection.execute(profile.delete().where(profile.c.person_id == person_id))
