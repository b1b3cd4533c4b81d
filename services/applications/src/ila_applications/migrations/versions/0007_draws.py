"""Create draws, their entries, and what a call says of them.

Only adds. Entries are append-only: the database refuses to change the list of a draw.
"""

import sqlalchemy as sa
from alembic import op
from ila_kit.store.mechanics import append_only
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007_draws"
down_revision = "0006_files"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables of draws."""
    op.add_column("call", sa.Column("draw_strata", JSONB, nullable=False, server_default="[]"))
    op.add_column("call", sa.Column("drawn_at", UTC, comment="when the lots were drawn"))
    op.create_table(
        "draw",
        sa.Column("call_id", sa.Uuid, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("commitment", sa.Text, nullable=False, comment="SHA-256 of the seed"),
        sa.Column("committed_at", UTC, nullable=False),
        sa.Column(
            "sealed", sa.LargeBinary, nullable=False, comment="the seed, and the key of the pseudonyms"
        ),
        sa.Column("drawn_at", UTC),
        sa.Column("seed", sa.Text, comment="revealed with the list"),
        sa.Column("list_sha256", sa.Text),
        sa.Column("strata", JSONB, nullable=False, server_default="[]"),
        sa.Column("places", JSONB, nullable=False, server_default="{}", comment="by programme, as drawn for"),
        sa.CheckConstraint("state IN ('committed', 'drawn')", name="draw_state"),
        sa.CheckConstraint(
            "(state = 'drawn') = (seed IS NOT NULL AND list_sha256 IS NOT NULL AND drawn_at IS NOT NULL)",
            name="draw_revealed",
        ),
    )
    op.create_table(
        "draw_entry",
        sa.Column("application_id", sa.Uuid, primary_key=True),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("programme_id", sa.Uuid, nullable=False),
        sa.Column("pseudonym", sa.Text, nullable=False),
        sa.Column("stratum", sa.Text),
        sa.Column("lot", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("position", sa.Integer),
        sa.Column("rank", sa.Integer),
        sa.Column("behind", sa.Boolean, nullable=False, comment="those who won a place come first"),
        sa.CheckConstraint("outcome IN ('place', 'waiting', 'open', 'late')", name="draw_entry_outcome"),
        sa.Index("draw_entry_line", "programme_id", "behind", "lot", "application_id"),
        sa.Index("draw_entry_list", "call_id", "programme_id", "rank", "lot"),
    )
    append_only("draw_entry")


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("draw_entry")
    op.drop_table("draw")
    op.drop_column("call", "drawn_at")
    op.drop_column("call", "draw_strata")
