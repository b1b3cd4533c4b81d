"""Tables of groups, sessions, attendance and results, as the migrations made them."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC
from sqlalchemy.dialects.postgresql import ARRAY, ExcludeConstraint

from ila_applications.store.tables import application, metadata

GROUP_STATES = (
    "'cancelled', 'closed', 'finished', 'formed', 'planned', 'recruiting', 'results_entered', "
    "'started', 'verified'"
)
SESSION_STATES = "'cancelled', 'scheduled'"
RESULT_STATES = "'credential_issued', 'entered', 'verified', 'voided'"

learning_group = sa.Table(
    "learning_group",
    metadata,
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

learning_session = sa.Table(
    "learning_session",
    metadata,
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

attendance = sa.Table(
    "attendance",
    metadata,
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

result = sa.Table(
    "result",
    metadata,
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

# Who is in a group is said by the application itself.
application.append_constraint(
    sa.ForeignKeyConstraint(["group_id"], ["learning_group.id"], name="application_in_group")
)
sa.Index(
    "application_group",
    application.c.group_id,
    application.c.receipt_sequence,
    postgresql_where=sa.text("group_id IS NOT NULL"),
)
sa.Index(
    "application_unplaced",
    application.c.programme_id,
    application.c.receipt_sequence,
    postgresql_where=sa.text("state = 'enrolled' AND group_id IS NULL"),
)
