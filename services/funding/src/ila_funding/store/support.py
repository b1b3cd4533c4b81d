"""What people are supported for: each content once."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa

from ila_funding.domain.hold import Hold
from ila_funding.store.support_tables import programme_content, supported_content


class SqlSupportStore:
    """The content of programmes, and whose money pays for which."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def describe(self, programme_id: UUID, content_keys: Sequence[str]) -> None:
        """Store what a programme teaches, in place of what was known."""
        mine = programme_content.c.programme_id == programme_id
        self._connection.execute(sa.delete(programme_content).where(mine))
        rows = [{"programme_id": programme_id, "content_key": key} for key in content_keys]
        self._connection.execute(sa.insert(programme_content), rows)

    def earlier(self, person_id: UUID, programme_id: UUID) -> UUID | None:
        """Return a hold that pays a content of a programme for a person already."""
        same = programme_content.c.content_key == supported_content.c.content_key
        query = (
            sa.select(supported_content.c.hold_id)
            .join(programme_content, same)
            .where(supported_content.c.person_id == person_id)
            .where(programme_content.c.programme_id == programme_id)
            .order_by(supported_content.c.hold_id)
            .limit(1)
        )
        return self._connection.execute(query).scalar_one_or_none()

    def claim(self, hold: Hold) -> None:
        """Note what a new hold pays for.

        Two holds of a person for one content at the same moment: the second transaction waits for the
        first one here and then fails as a whole; worked off again it sees what the first one did.
        """
        taught = sa.select(
            sa.literal(hold.person_id), programme_content.c.content_key, sa.literal(hold.id)
        ).where(programme_content.c.programme_id == hold.programme_id)
        columns = ["person_id", "content_key", "hold_id"]
        ordered = taught.order_by(programme_content.c.content_key)
        self._connection.execute(sa.insert(supported_content).from_select(columns, ordered))

    def free(self, hold_ids: Sequence[UUID]) -> None:
        """Forget what these holds paid for: their money went back."""
        gone = supported_content.c.hold_id.in_(hold_ids)
        self._connection.execute(sa.delete(supported_content).where(gone))
