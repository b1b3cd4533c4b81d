"""Keep who wrote a call and who published it: never the same person.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_call_writers"
down_revision = "0008_offers_and_open_data"

# Who wrote the drafts that are there, the audit trail knows.
KNOWN = """
UPDATE call SET writers = (SELECT coalesce(array_agg(DISTINCT actor), '{}') FROM audit_entry
  WHERE subject_kind = 'call' AND subject_id = CAST(call.id AS text)
    AND action IN ('call_drafted', 'call_changed'))
WHERE state = 'draft'
"""


def upgrade() -> None:
    """Make what this release needs."""
    writers = sa.Column(
        "writers", sa.ARRAY(sa.Text), nullable=False, server_default="{}", comment="of the draft"
    )
    op.add_column("call", writers)
    op.add_column("call", sa.Column("published_by", sa.Text))
    op.execute(KNOWN)
    others = "NOT coalesce(published_by = ANY (writers), false)"
    op.create_check_constraint("call_two_persons", "call", others)


def downgrade() -> None:
    """Take it away again."""
    op.drop_constraint("call_two_persons", "call")
    op.drop_column("call", "published_by")
    op.drop_column("call", "writers")
