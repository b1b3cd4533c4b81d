"""Keep what was told of the price of each programme. Only adds: the release before runs on unchanged."""

import sqlalchemy as sa
from alembic import op

revision = "0005_prices"
down_revision = "0004_ended_requests"


def upgrade() -> None:
    """Create the table; the worker prices the programmes that are known already."""
    op.create_table(
        "programme_price",
        sa.Column("programme_id", sa.Uuid, primary_key=True),
        sa.Column("amount", sa.Numeric(14, 2)),
        sa.Column("methodology_id", sa.Uuid),
        sa.Column("methodology_version", sa.Text),
        sa.Column("as_of", sa.Date, comment="day in Riga whose rates these are"),
        sa.Column("quote_hash", sa.Text),
        sa.Column("version", sa.Integer, nullable=False, comment="counts what was told; 0: nothing yet"),
        sa.Column("refusal", sa.Text, comment="why it could not be priced when that was tried last"),
        sa.CheckConstraint(
            "(version > 0) = (amount IS NOT NULL AND quote_hash IS NOT NULL)", name="programme_price_told"
        ),
    )


def downgrade() -> None:
    """Drop it; prices can be computed again."""
    op.drop_table("programme_price")
