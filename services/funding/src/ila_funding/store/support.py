"""What people are supported for: each content once."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ila_funding.domain.hold import Hold
from ila_funding.domain.support import Earlier, Found
from ila_funding.domain.support_check import PendingCheck
from ila_funding.store.claim_tables import claim_line
from ila_funding.store.support_tables import programme_content, supported_content

# Bound money before money that is only held: the one is a refusal, the other may be given back. Each
# programme that was noted has a name of its own, and so has each hold of it among what is paid for.
_FIND = sa.text("""
WITH earlier AS (
  SELECT hold.id, hold.state FROM supported_content AS paid
  JOIN programme_content AS taught USING (content_key) JOIN hold ON hold.id = paid.hold_id
  WHERE paid.person_id = :person_id AND taught.programme_id = :programme_id
  ORDER BY hold.state = 'held', hold.id LIMIT 1)
SELECT (SELECT id FROM earlier) AS hold_id, (SELECT state FROM earlier) AS state, ARRAY(
  SELECT hold.programme_id FROM hold
  WHERE hold.person_id = :person_id AND hold.state IN ('held', 'committed', 'consumed')
    AND NOT EXISTS (SELECT FROM supported_content AS paid WHERE paid.person_id = :person_id
      AND paid.content_key = 'programme:' || hold.programme_id)
  UNION SELECT CAST(:programme_id AS uuid) WHERE NOT EXISTS (
    SELECT FROM programme_content AS taught WHERE taught.programme_id = :programme_id
      AND taught.content_key = 'programme:' || CAST(:programme_id AS text))
  ORDER BY 1) AS unnoted
""")
_PENDING = sa.text("""
SELECT id AS hold_id, application_id, person_id, created_at AS since FROM hold
WHERE support_check = 'pending' AND state IN ('held', 'committed', 'consumed')
  AND (CAST(:after AS uuid) IS NULL OR id > :after)
ORDER BY id LIMIT :limit
""")
_CLAIMED = "SELECT FROM claim_line AS line WHERE line.hold_id = hold.id AND line.state = 'claimed'"
_FOUND_UNCLAIMED = sa.text(f"""
SELECT id AS hold_id, application_id, person_id, created_at AS since FROM hold
WHERE support_check = 'found' AND state = 'committed' AND NOT EXISTS ({_CLAIMED})
ORDER BY id LIMIT :limit
""")  # noqa: S608 - put together from the texts of this module only
# Who was paid twice before anybody looked keeps both; the earlier one is named.
_CLAIM_LIVE = sa.text("""
INSERT INTO supported_content (person_id, content_key, hold_id)
SELECT hold.person_id, taught.content_key, hold.id FROM hold
JOIN programme_content AS taught ON taught.programme_id = hold.programme_id
WHERE hold.programme_id = :programme_id AND hold.state IN ('held', 'committed', 'consumed')
ORDER BY hold.created_at, hold.id, taught.content_key ON CONFLICT DO NOTHING
""")
# In one order everywhere, so that two transactions never wait for each other.
_CLAIM = sa.text("""
INSERT INTO supported_content (person_id, content_key, hold_id)
SELECT new.person_id, taught.content_key, new.hold_id
FROM unnest(CAST(:holds AS uuid[]), CAST(:persons AS uuid[]), CAST(:programmes AS uuid[]))
  AS new (hold_id, person_id, programme_id)
JOIN programme_content AS taught ON taught.programme_id = new.programme_id
ORDER BY new.person_id, taught.content_key
""")


class SqlSupportStore:
    """The content of programmes, and whose money pays for which."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def describe(self, programme_id: UUID, content_keys: Sequence[str]) -> None:
        """Store what a programme teaches beside what was known, and that live money for it pays for that."""
        rows = [{"programme_id": programme_id, "content_key": key} for key in content_keys]
        self._connection.execute(insert(programme_content).values(rows).on_conflict_do_nothing())
        self._connection.execute(_CLAIM_LIVE, {"programme_id": programme_id})

    def find(self, person_id: UUID, programme_id: UUID) -> Found:
        """Return what pays a content of a programme for a person already, and what nobody noted."""
        values = {"person_id": person_id, "programme_id": programme_id}
        row = self._connection.execute(_FIND, values).one()
        earlier = None if row.hold_id is None else Earlier(row.hold_id, row.state != "held")
        return Found(earlier, tuple(row.unnoted))

    def content_of(self, programme_id: UUID) -> list[str]:
        """Return the names of what a programme teaches."""
        mine = programme_content.c.programme_id == programme_id
        return list(
            self._connection.execute(sa.select(programme_content.c.content_key).where(mine)).scalars()
        )

    def pending(self, after: UUID | None, limit: int) -> list[PendingCheck]:
        """Return the live holds about which the register was not heard, in the order of their ids."""
        rows = self._connection.execute(_PENDING, {"after": after, "limit": limit}).mappings()
        return [PendingCheck(**row) for row in rows]

    def found_unclaimed(self, limit: int) -> list[PendingCheck]:
        """Return the holds with bound money that others paid and that no claim asks for."""
        rows = self._connection.execute(_FOUND_UNCLAIMED, {"limit": limit}).mappings()
        return [PendingCheck(**row) for row in rows]

    def claimed(self, hold_id: UUID) -> bool:
        """Tell whether a claim asks for a hold, or was paid for it."""
        line = claim_line.c
        query = sa.select(line.hold_id).where(line.hold_id == hold_id, line.state == "claimed")
        return self._connection.execute(query).first() is not None

    def claim(self, holds: Sequence[Hold]) -> None:
        """Note what new holds pay for.

        Two holds of a person for one content at the same moment: the second transaction waits for the
        first one here and then fails as a whole; worked off again it sees what the first one did.
        """
        if holds:
            named = {"holds": [one.id for one in holds], "persons": [one.person_id for one in holds]}
            self._connection.execute(_CLAIM, named | {"programmes": [one.programme_id for one in holds]})

    def free(self, hold_ids: Sequence[UUID]) -> None:
        """Forget what these holds paid for: their money went back."""
        gone = supported_content.c.hold_id.in_(hold_ids)
        self._connection.execute(sa.delete(supported_content).where(gone))
