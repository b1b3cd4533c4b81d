"""Tables of draws, as the migrations made them."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC
from sqlalchemy.dialects.postgresql import JSONB

from ila_applications.store.tables import metadata

draw = sa.Table(
    "draw",
    metadata,
    sa.Column("call_id", sa.Uuid, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("commitment", sa.Text, nullable=False, comment="SHA-256 of the seed"),
    sa.Column("committed_at", UTC, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="the seed, and the key of the pseudonyms"),
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

draw_entry = sa.Table(
    "draw_entry",
    metadata,
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
