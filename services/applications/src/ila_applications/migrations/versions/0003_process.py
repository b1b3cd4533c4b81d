"""Add what follows an offered place: money, provisional marks, contests, evidence, acceptances.

Only adds. Snapshots told of before get the defaults of the first call until they are told again.
Acceptances are append-only: the database refuses to change them. Evidence can be deleted when its
time is over; its hash stays in the history.
"""

import sqlalchemy as sa
from alembic import op
from ila_kit.store.mechanics import append_only
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003_process"
down_revision = "0002_applications"

UTC = sa.DateTime(timezone=True)
NEW = {
    "call": (
        ("group_minimum", sa.Integer, "10"),
        ("completion_attendance_percent", sa.Integer, "70"),
        ("completion_needs_test", sa.Boolean, sa.true()),
        ("learning_hour_minutes_vocational", sa.Integer, "40"),
        ("learning_hour_minutes_studies", sa.Integer, "45"),
    ),
    "programme": (
        ("parts", JSONB, "[]"),
        ("provider_id", sa.Uuid, None),
        ("ends_on", sa.Date, None),
        ("closed_at", UTC, None),
    ),
    "application": (
        ("provisional", sa.Boolean, sa.false()),
        ("hold_id", sa.Uuid, None),
        ("amount", sa.Numeric(14, 2), None),
        ("funds", sa.Text, None),
        ("group_id", sa.Uuid, None),
        ("decided_by", sa.Uuid, None),
        ("statements", JSONB, "[]"),
    ),
}
COMMENTS = {
    "closed_at": "for good; newer tellings do not open it again",
    "provisional": "to be checked again",
    "amount": "held for it, as funding told",
    "funds": "held, committed or paid; null when nothing is set apart",
    "decided_by": "the officer who decided; null when a rule did",
}


def upgrade() -> None:
    """Widen the snapshots and applications; add acceptances and evidence."""
    for table, columns in NEW.items():
        for name, kind, default in columns:
            column = sa.Column(
                name, kind, nullable=default is None, server_default=default, comment=COMMENTS.get(name)
            )
            op.add_column(table, column)
    op.create_check_constraint("application_funds", "application", "funds IN ('held', 'committed', 'paid')")
    op.create_index(
        "application_provisional",
        "application",
        ["check_after"],
        postgresql_where=sa.text("provisional"),
    )
    op.create_table(
        "acceptance",
        sa.Column("application_id", sa.Uuid, sa.ForeignKey("application.id"), primary_key=True),
        sa.Column("content", JSONB, nullable=False, comment="what the person committed to"),
        sa.Column("sha256", sa.Text, nullable=False, comment="of the content as RFC 8785 spells it"),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("application_id", sa.Uuid, sa.ForeignKey("application.id"), nullable=False),
        sa.Column("given_at", UTC, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Index("evidence_application", "application_id", "id"),
    )
    append_only("acceptance")


def downgrade() -> None:
    """Undo it."""
    op.drop_table("evidence")
    op.drop_table("acceptance")
    op.drop_index("application_provisional", "application")
    op.drop_constraint("application_funds", "application")
    for table, columns in NEW.items():
        for name, _, _ in columns:
            op.drop_column(table, name)
