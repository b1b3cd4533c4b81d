"""Create groups, sessions, attendance and results.

Only adds. The database itself holds a group's maximum, one result per application, and that no two
confirmed presences of a person overlap.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint

revision = "0004_groups"
down_revision = "0003_process"

UTC = sa.DateTime(timezone=True)
GROUP_STATES = (
    "'cancelled', 'closed', 'finished', 'formed', 'planned', 'recruiting', 'results_entered', "
    "'started', 'verified'"
)
SESSION_STATES = "'cancelled', 'scheduled'"
RESULT_STATES = "'credential_issued', 'entered', 'verified', 'voided'"


def upgrade() -> None:
    """Add the tables of groups, and the indexes by which members are found."""
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    _groups()
    _sessions()
    _attendance()
    _results()
    op.create_foreign_key("application_in_group", "application", "learning_group", ["group_id"], ["id"])
    op.create_index(
        "application_group",
        "application",
        ["group_id", "receipt_sequence"],
        postgresql_where=sa.text("group_id IS NOT NULL"),
    )
    op.create_index(
        "application_unplaced",
        "application",
        ["programme_id", "receipt_sequence"],
        postgresql_where=sa.text("state = 'enrolled' AND group_id IS NULL"),
    )


def _groups() -> None:
    op.create_table(
        "learning_group",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id"), nullable=False),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("minimum", sa.Integer, nullable=False),
        sa.Column("maximum", sa.Integer, nullable=False),
        sa.Column("members", sa.Integer, nullable=False),
        sa.Column("starts_on", sa.Date, nullable=False),
        sa.Column("ends_on", sa.Date, nullable=False),
        sa.Column("trainer_ids", ARRAY(sa.Uuid), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.Column("due_at", UTC, comment="when the present state ends by itself, or is alarmed"),
        sa.Column("reason", sa.Text, comment="why it was cancelled"),
        sa.Column("notes", sa.Text, comment="of who verified the results"),
        sa.Column("overdue", sa.Boolean, nullable=False),
        sa.Column("finished_at", UTC),
        sa.Column("verified_at", UTC),
        sa.CheckConstraint(f"state IN ({GROUP_STATES})", name="learning_group_state"),
        sa.CheckConstraint("members >= 0 AND members <= maximum", name="learning_group_members"),
        sa.CheckConstraint("minimum >= 1 AND minimum <= maximum", name="learning_group_minimum"),
        sa.CheckConstraint("starts_on <= ends_on", name="learning_group_days"),
        sa.Index("learning_group_programme", "programme_id", "id"),
        sa.Index("learning_group_organisation", "organisation_id", "id"),
        sa.Index("learning_group_by_state", "state", "id"),
        sa.Index("learning_group_updated", "updated_at", "id"),
        sa.Index("learning_group_trainers", "trainer_ids", postgresql_using="gin"),
    )


def _sessions() -> None:
    op.create_table(
        "learning_session",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("group_id", sa.Uuid, sa.ForeignKey("learning_group.id"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("part", sa.Integer, nullable=False, comment="of the programme, from 1"),
        sa.Column("starts_at", UTC, nullable=False),
        sa.Column("ends_at", UTC, nullable=False),
        sa.Column("learning_hours", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.Column("code_hash", sa.Text, comment="of the code shown last, with the session's id"),
        sa.Column("code_valid_until", UTC),
        sa.Column("reason", sa.Text, comment="why it was cancelled"),
        sa.CheckConstraint(f"state IN ({SESSION_STATES})", name="learning_session_state"),
        sa.CheckConstraint("starts_at < ends_at", name="learning_session_times"),
        sa.CheckConstraint("learning_hours >= 1 AND part >= 1", name="learning_session_hours"),
        sa.Index("learning_session_group", "group_id", "starts_at", "id"),
    )


def _attendance() -> None:
    op.create_table(
        "attendance",
        sa.Column("session_id", sa.Uuid, sa.ForeignKey("learning_session.id"), primary_key=True),
        sa.Column("application_id", sa.Uuid, sa.ForeignKey("application.id"), primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("starts_at", UTC, nullable=False, comment="of the session, which moves no more"),
        sa.Column("ends_at", UTC, nullable=False),
        sa.Column("present", sa.Boolean, comment="the trainer's word; null until given"),
        sa.Column("confirmed_at", UTC, comment="the learner's word"),
        sa.Index("attendance_application", "application_id", "session_id"),
        # Two confirmations of one person never overlap, however they race.
        ExcludeConstraint(
            ("person_id", "="),
            (sa.text("tstzrange(starts_at, ends_at)"), "&&"),
            name="attendance_no_overlap",
            where=sa.text("confirmed_at IS NOT NULL"),
            using="gist",
        ),
    )


def _results() -> None:
    op.create_table(
        "result",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("group_id", sa.Uuid, sa.ForeignKey("learning_group.id"), nullable=False),
        sa.Column("application_id", sa.Uuid, sa.ForeignKey("application.id"), nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("attended_hours", sa.Integer, nullable=False),
        sa.Column("total_hours", sa.Integer, nullable=False),
        sa.Column("test_passed", sa.Boolean),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("missed", sa.Text),
        sa.Column("entered_at", UTC, nullable=False),
        sa.Column("verified_at", UTC),
        sa.CheckConstraint(f"state IN ({RESULT_STATES})", name="result_state"),
        sa.CheckConstraint("outcome IN ('completed', 'not_completed')", name="result_outcome"),
        sa.CheckConstraint(
            "attended_hours >= 0 AND attended_hours <= total_hours AND total_hours >= 1", name="result_hours"
        ),
        sa.Index("result_group", "group_id", "id"),
        sa.Index(
            "result_one_of_application",
            "application_id",
            unique=True,
            postgresql_where=sa.text("state <> 'voided'"),
        ),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("application_unplaced", "application")
    op.drop_index("application_group", "application")
    op.drop_constraint("application_in_group", "application")
    for table in ("result", "attendance", "learning_session", "learning_group"):
        op.drop_table(table)
