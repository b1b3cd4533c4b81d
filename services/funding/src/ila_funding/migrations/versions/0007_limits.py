"""Limits of budget lines by two people, strata, alarms and pauses; what catalog tells of where a training is.

Only adds: the release before opens lines for every training, as it did.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007_limits"
down_revision = "0006_methodologies"

MONEY = sa.Numeric(14, 2)
UTC = sa.DateTime(timezone=True)
PLACE = ["call_id", "funding_source", "activity"]


def upgrade() -> None:
    """Add strata to lines, and the table of their changes."""
    op.add_column(
        "published_call",
        sa.Column("budget_limit", MONEY, comment="what the call says; a line has its own limit"),
    )
    op.add_column("published_programme", sa.Column("family", sa.Text))
    op.add_column("published_programme", sa.Column("territory", sa.Text))
    op.add_column(
        "budget_line",
        sa.Column("stratum", sa.Text, nullable=False, server_default="", comment="empty: every training"),
    )
    op.add_column(
        "budget_line",
        sa.Column("opened_at", UTC, server_default=sa.func.now(), comment="none: pays for nothing yet"),
    )
    op.drop_constraint("budget_line_place", "budget_line")
    op.create_unique_constraint("budget_line_place", "budget_line", [*PLACE, "stratum"])
    for column in _rules():
        op.add_column("budget_line", column)
    op.add_column("hold_request", sa.Column("strata", sa.ARRAY(sa.Text), nullable=False, server_default="{}"))
    _states("'asked', 'waiting', 'granted', 'refused', 'withdrawn'")
    _changes()


def downgrade() -> None:
    """Drop them; lines of strata would not be told apart, so there must be none."""
    op.drop_table("line_change")
    _states("'waiting', 'granted', 'refused', 'withdrawn'")
    op.drop_column("hold_request", "strata")
    for column in _rules():
        op.drop_column("budget_line", column.name)
    op.drop_constraint("budget_line_place", "budget_line")
    op.create_unique_constraint("budget_line_place", "budget_line", PLACE)
    op.drop_column("budget_line", "opened_at")
    op.drop_column("budget_line", "stratum")
    op.drop_column("published_programme", "territory")
    op.drop_column("published_programme", "family")
    op.drop_column("published_call", "budget_limit")


def _rules() -> list[sa.Column]:
    return [
        sa.Column("alarm", sa.SmallInteger, nullable=False, server_default="0", comment="share told last"),
        sa.Column("alarm_shares", sa.ARRAY(sa.SmallInteger), nullable=False, server_default="{80,90}"),
        sa.Column("pause_share", sa.SmallInteger),
        sa.Column("pause_from", UTC),
        sa.Column("pause_until", UTC),
        sa.Column("exempt", sa.ARRAY(sa.Text), nullable=False, server_default="{}"),
        sa.Column("paused_at", UTC),
        sa.Column("paused_by", sa.Text),
        sa.Column("pause_reason", sa.Text),
    ]


def _changes() -> None:
    op.create_table(
        "line_change",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("line_id", sa.Uuid, sa.ForeignKey("budget_line.id"), nullable=False),
        sa.Column("limit_before", MONEY, nullable=False),
        sa.Column("limit_amount", MONEY, nullable=False),
        sa.Column("rules", JSONB, comment="none: as they are"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("due_at", UTC),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.CheckConstraint("limit_amount >= 0", name="line_change_limit"),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'withdrawn', 'lapsed')", name="line_change_state"
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR (decided_by IS NOT NULL AND decided_by <> proposed_by)",
            name="line_change_by_two",
        ),
    )
    op.create_index(
        "line_change_pending",
        "line_change",
        ["line_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index("line_change_line", "line_change", ["line_id", "created_at", "id"])
    op.create_index("line_change_created", "line_change", ["created_at", "id"])
    op.create_index("line_change_updated", "line_change", ["updated_at", "id"])


def _states(names: str) -> None:
    op.drop_constraint("hold_request_state", "hold_request")
    op.create_check_constraint("hold_request_state", "hold_request", f"state IN ({names})")
