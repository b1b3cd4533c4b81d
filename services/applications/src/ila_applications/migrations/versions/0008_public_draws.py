"""Pin the entries of draws, and let a public value into their lots.

Only adds columns and a table. Draws that were committed by the former recipe are committed anew: its
commitment left the key of the pseudonyms open. Timers of the former draw are replaced.
"""

import sqlalchemy as sa
from alembic import op
from ila_kit.store.mechanics import append_only

revision = "0008_public_draws"
down_revision = "0007_draws"

UTC = sa.DateTime(timezone=True)
_ADDED = ("source_lv", "source_en", "pinned_at", "entries_sha256", "public_value")
_ADDED += ("entered_by", "entered_at", "confirmed_by", "confirmed_at", "key_sha256")


def upgrade() -> None:
    """Add what is pinned and what is public."""
    op.add_column("call", sa.Column("pinned_at", UTC, comment="when the entries of the draw were pinned"))
    op.add_column("call", sa.Column("draw_source_lv", sa.Text, nullable=False, server_default=""))
    op.add_column("call", sa.Column("draw_source_en", sa.Text, nullable=False, server_default=""))
    _add_to_draws()
    op.create_table(
        "draw_pin",
        sa.Column("application_id", sa.Uuid, primary_key=True),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("programme_id", sa.Uuid, nullable=False),
        sa.Column("pseudonym", sa.Text(collation="C"), nullable=False),
        sa.Column("stratum", sa.Text),
        sa.Column("standing", sa.Text, nullable=False, comment="whether eligibility was decided"),
        sa.CheckConstraint("standing IN ('able', 'open')", name="draw_pin_standing"),
        sa.Index("draw_pin_list", "call_id", "programme_id", "pseudonym"),
    )
    append_only("draw_pin")
    _commit_anew()


def _add_to_draws() -> None:
    _state("'committed', 'pinned', 'confirmed', 'drawn'")
    op.alter_column("draw", "commitment", comment="SHA-256 of the seed and the hashed key")
    op.add_column(
        "draw",
        sa.Column("source_lv", sa.Text, nullable=False, server_default="", comment="of the public value"),
    )
    op.add_column("draw", sa.Column("source_en", sa.Text, nullable=False, server_default=""))
    op.add_column("draw", sa.Column("pinned_at", UTC))
    op.add_column("draw", sa.Column("entries_sha256", sa.Text))
    op.add_column("draw", sa.Column("public_value", sa.Text))
    op.add_column("draw", sa.Column("entered_by", sa.Text))
    op.add_column("draw", sa.Column("entered_at", UTC))
    op.add_column("draw", sa.Column("confirmed_by", sa.Text, comment="somebody else"))
    op.add_column("draw", sa.Column("confirmed_at", UTC))
    op.add_column(
        "draw",
        sa.Column("key_sha256", sa.Text, comment="of the key of the pseudonyms; revealed with the seed"),
    )
    op.create_check_constraint("draw_pinned", "draw", "state <> 'committed' OR entries_sha256 IS NULL")
    op.create_check_constraint("draw_by_two", "draw", "confirmed_by <> entered_by")
    _outcomes("'place', 'waiting', 'open', 'gone', 'late'")
    op.add_column("draw_entry", sa.Column("standing", sa.Text, nullable=False, server_default="able"))
    op.alter_column("draw_entry", "lot", nullable=True, comment="none for who came after the pin")


def _commit_anew() -> None:
    op.execute("DELETE FROM draw WHERE state = 'committed'")
    op.execute("DELETE FROM timer WHERE name IN ('draw_due', 'drawn_places')")
    op.execute(
        "INSERT INTO timer (subject_id, name, due_at) SELECT id, 'draw_commit_due', now() FROM call "
        "WHERE opening_mode = 'draw' AND drawn_at IS NULL"
    )
    op.execute(
        "INSERT INTO timer (subject_id, name, due_at) SELECT programme.id, 'places_due', now() "
        "FROM programme JOIN call ON call.id = programme.call_id WHERE call.drawn_at IS NOT NULL"
    )


def downgrade() -> None:
    """Drop it again."""
    op.execute("DELETE FROM timer WHERE name IN ('draw_commit_due', 'draw_pin_due', 'draw_value_due')")
    op.execute("DELETE FROM timer WHERE name IN ('draw_lots_due', 'places_due')")
    op.execute("DELETE FROM draw WHERE state IN ('pinned', 'confirmed')")
    op.drop_table("draw_pin")
    op.alter_column("draw_entry", "lot", nullable=False)
    op.drop_column("draw_entry", "standing")
    _outcomes("'place', 'waiting', 'open', 'late'")
    op.drop_constraint("draw_by_two", "draw")
    op.drop_constraint("draw_pinned", "draw")
    for name in _ADDED:
        op.drop_column("draw", name)
    _state("'committed', 'drawn'")
    for name in ("pinned_at", "draw_source_lv", "draw_source_en"):
        op.drop_column("call", name)


def _state(words: str) -> None:
    op.drop_constraint("draw_state", "draw")
    op.create_check_constraint("draw_state", "draw", f"state IN ({words})")


def _outcomes(words: str) -> None:
    op.drop_constraint("draw_entry_outcome", "draw_entry")
    op.create_check_constraint("draw_entry_outcome", "draw_entry", f"outcome IN ({words})")
