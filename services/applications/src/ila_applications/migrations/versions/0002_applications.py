"""Create snapshots of calls and programmes, places, applications, their submissions and history.

Only adds. Submissions and history are append-only: the database refuses to change them.
"""

import sqlalchemy as sa
from alembic import op
from ila_kit.store.mechanics import append_only
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002_applications"
down_revision = "0001_mechanics"

UTC = sa.DateTime(timezone=True)
STATES = (
    "'accepted', 'checking', 'completed', 'contested', 'draft', 'eligible', 'enrolled', "
    "'expired', 'ineligible', 'ineligible_final', 'interrupted', 'learning', 'needs_evidence', "
    "'no_show', 'not_completed', 'offered', 'provisional', 'submitted', 'transferred', "
    "'waiting', 'waiting_for_funds', 'withdrawn'"
)
LIVE = (
    "'accepted', 'checking', 'contested', 'draft', 'eligible', 'enrolled', 'interrupted', "
    "'learning', 'needs_evidence', 'offered', 'provisional', 'submitted', 'waiting', "
    "'waiting_for_funds'"
)


def upgrade() -> None:
    """Add the tables of applications."""
    op.execute("CREATE SEQUENCE receipt_sequence")
    _offerings()
    _applications()
    _history()


def _offerings() -> None:
    op.create_table(
        "call",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("minimum_age", sa.Integer, nullable=False),
        sa.Column("opening_mode", sa.Text, nullable=False),
        sa.Column("offered_place_hours", sa.Integer, nullable=False),
        sa.Column("applications_open_at", UTC, nullable=False),
        sa.Column("applications_close_at", UTC, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False, comment="of the event that told this"),
    )
    op.create_table(
        "programme",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("call_id", sa.Uuid, nullable=False, comment="the call itself may be heard of later"),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("title_lv", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("applications_open_at", UTC, nullable=False),
        sa.Column("applications_close_at", UTC, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False, comment="of the event that told this"),
    )
    op.create_table(
        "places",
        sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id"), primary_key=True),
        sa.Column("total", sa.Integer, nullable=False, comment="as published; never below what is taken"),
        sa.Column("taken", sa.Integer, nullable=False, server_default="0"),
        sa.CheckConstraint("taken >= 0 AND taken <= total", name="places_taken"),
    )


def _applications() -> None:
    op.create_table(
        "application",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id"), nullable=False),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.Column("due_at", UTC, comment="when the present state ends by itself"),
        sa.Column("preferred_language", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("receipt_sequence", sa.BigInteger, unique=True),
        sa.Column("received_at", UTC),
        sa.Column("sha256", sa.Text),
        sa.Column("checks", JSONB, nullable=False, server_default="[]"),
        sa.Column("refusal", JSONB(none_as_null=True)),
        sa.Column(
            "check_after", UTC, comment="not checked before; set when a check failed by a fault of ours"
        ),
        sa.Column("check_tries", sa.Integer, nullable=False, server_default="0"),
        sa.CheckConstraint(f"state IN ({STATES})", name="application_state"),
        sa.CheckConstraint(
            "state = 'draft' OR receipt_sequence IS NOT NULL OR state IN ('withdrawn', 'expired')",
            name="application_receipt",
        ),
    )
    op.create_index(
        "application_one_live",
        "application",
        ["person_id", "programme_id"],
        unique=True,
        postgresql_where=sa.text(f"state IN ({LIVE})"),
    )
    op.create_index("application_person", "application", ["person_id", "id"])
    op.create_index("application_programme", "application", ["programme_id", "id"])
    op.create_index("application_by_state", "application", ["state", "id"])
    op.create_index("application_updated", "application", ["updated_at", "id"])
    op.create_index(
        "application_unchecked",
        "application",
        ["receipt_sequence"],
        postgresql_where=sa.text("state IN ('submitted', 'checking')"),
    )
    op.create_index(
        "application_waiting",
        "application",
        ["programme_id", "receipt_sequence"],
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _history() -> None:
    op.create_table(
        "submission",
        sa.Column("application_id", sa.Uuid, sa.ForeignKey("application.id"), primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False, unique=True),
        sa.Column("content", JSONB, nullable=False, comment="what the person committed to"),
        sa.Column("sha256", sa.Text, nullable=False, comment="of the content as RFC 8785 spells it"),
    )
    op.create_table(
        "happening",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("application_id", sa.Uuid, sa.ForeignKey("application.id"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("details", JSONB, nullable=False),
        sa.UniqueConstraint("application_id", "version", name="happening_of_version"),
    )
    append_only("submission")
    append_only("happening")


def downgrade() -> None:
    """Drop them again."""
    for table in ("happening", "submission", "application", "places", "programme", "call"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE receipt_sequence")
