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
    sa.Column("commitment", sa.Text, nullable=False, comment="SHA-256 of the seed and the hashed key"),
    sa.Column("committed_at", UTC, nullable=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="the seed, and the key of the pseudonyms"),
    sa.Column("drawn_at", UTC),
    sa.Column("seed", sa.Text, comment="revealed with the list"),
    sa.Column("list_sha256", sa.Text),
    sa.Column("strata", JSONB, nullable=False, server_default="[]"),
    sa.Column("places", JSONB, nullable=False, server_default="{}", comment="by programme, as drawn for"),
    sa.Column("source_lv", sa.Text, nullable=False, server_default="", comment="of the public value"),
    sa.Column("source_en", sa.Text, nullable=False, server_default=""),
    sa.Column("pinned_at", UTC),
    sa.Column("entries_sha256", sa.Text),
    sa.Column("public_value", sa.Text),
    sa.Column("entered_by", sa.Text),
    sa.Column("entered_at", UTC),
    sa.Column("confirmed_by", sa.Text, comment="somebody else"),
    sa.Column("confirmed_at", UTC),
    sa.Column("key_sha256", sa.Text, comment="of the key of the pseudonyms; revealed with the seed"),
    sa.CheckConstraint("state IN ('committed', 'pinned', 'confirmed', 'drawn')", name="draw_state"),
    sa.CheckConstraint("state <> 'committed' OR entries_sha256 IS NULL", name="draw_pinned"),
    sa.CheckConstraint("confirmed_by <> entered_by", name="draw_by_two"),
    sa.CheckConstraint(
        "(state = 'drawn') = (seed IS NOT NULL AND list_sha256 IS NOT NULL AND drawn_at IS NOT NULL)",
        name="draw_revealed",
    ),
)

draw_pin = sa.Table(
    "draw_pin",
    metadata,
    sa.Column("application_id", sa.Uuid, primary_key=True),
    sa.Column("call_id", sa.Uuid, nullable=False),
    sa.Column("programme_id", sa.Uuid, nullable=False),
    sa.Column("pseudonym", sa.Text(collation="C"), nullable=False),
    sa.Column("stratum", sa.Text),
    sa.Column("standing", sa.Text, nullable=False, comment="whether eligibility was decided"),
    sa.CheckConstraint("standing IN ('able', 'open')", name="draw_pin_standing"),
    sa.Index("draw_pin_list", "call_id", "programme_id", "pseudonym"),
)

draw_entry = sa.Table(
    "draw_entry",
    metadata,
    sa.Column("application_id", sa.Uuid, primary_key=True),
    sa.Column("call_id", sa.Uuid, nullable=False),
    sa.Column("programme_id", sa.Uuid, nullable=False),
    sa.Column("pseudonym", sa.Text, nullable=False),
    sa.Column("stratum", sa.Text),
    sa.Column("standing", sa.Text, nullable=False, server_default="able"),
    sa.Column("lot", sa.Text, comment="none for who came after the pin"),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("position", sa.Integer),
    sa.Column("rank", sa.Integer),
    sa.Column("behind", sa.Boolean, nullable=False, comment="those who won a place come first"),
    sa.CheckConstraint("outcome IN ('place', 'waiting', 'open', 'gone', 'late')", name="draw_entry_outcome"),
    sa.Index("draw_entry_line", "programme_id", "behind", "lot", "application_id"),
    sa.Index("draw_entry_list", "call_id", "programme_id", "rank", "lot"),
)
