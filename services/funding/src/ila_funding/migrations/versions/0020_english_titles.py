"""Programmes keep their title in English, for statements that are read in it.

The release before runs on unchanged; what it is told of has none until it is told of again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020_english_titles"
down_revision = "0019_entries_of_payees"


def upgrade() -> None:
    """Add the column."""
    op.add_column("published_programme", sa.Column("title_en", sa.Text, comment="none: not told"))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("published_programme", "title_en")
