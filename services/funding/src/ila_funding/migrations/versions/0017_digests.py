"""What a month's entries said when it was closed. Only adds: the release before runs on unchanged."""

import sqlalchemy as sa
from alembic import op

revision = "0017_digests"
down_revision = "0016_support_checks"


def upgrade() -> None:
    """Add the column; months that are closed already have no digest, and stay as they are."""
    comment = "of every word of its entries; none: closed before there were any"
    op.add_column("accounting_period", sa.Column("digest", sa.Numeric, comment=comment))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("accounting_period", "digest")
