"""Keep which institutions are barred from new enrolments.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005_provider_standing"
down_revision = "0004_groups"


def upgrade() -> None:
    """Add the table of standings, and the index by which the programmes of an institution are found."""
    op.create_table(
        "provider_standing",
        sa.Column("provider_id", sa.Uuid, primary_key=True, comment="may be told of before its programmes"),
        sa.Column("barred", sa.Boolean, nullable=False, comment="whether new enrolments are"),
        sa.Column("sequence", sa.BigInteger, nullable=False, comment="of the event that told this"),
    )
    op.create_index("programme_provider", "programme", ["provider_id", "id"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("programme_provider", "programme")
    op.drop_table("provider_standing")
