"""Create messages with their letters, and what people say of themselves.

Only adds. Nobody is told of what happened before.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_messages"
down_revision = "0008_public_draws"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid, sa.ForeignKey("happening.id"), primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("read_at", UTC),
        sa.Column("letter", sa.Text, nullable=False, server_default="waiting"),
        sa.Column("letter_at", UTC, comment="of the last try, or of the end"),
        sa.Column("letter_tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("letter_reason", sa.Text, comment="a code, never an address"),
        sa.Column("letter_due", UTC, comment="when it is tried (again)"),
        sa.CheckConstraint(
            "letter IN ('failed', 'no_address', 'not_offered', 'not_wanted', 'sent', 'waiting')",
            name="message_letter",
        ),
        sa.CheckConstraint("(letter = 'waiting') = (letter_due IS NOT NULL)", name="message_letter_due"),
        sa.Index("message_person", "person_id", "id"),
        sa.Index("message_unread", "person_id", postgresql_where=sa.text("read_at IS NULL")),
        sa.Index("message_unsent", "letter_due", "id", postgresql_where=sa.text("letter = 'waiting'")),
    )
    op.create_table(
        "profile",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("letters", sa.Boolean, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.CheckConstraint("language IN ('lv', 'en')", name="profile_language"),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("profile")
    op.drop_table("message")
