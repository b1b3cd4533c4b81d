"""Tables of messages and of what people say of themselves."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC

from ila_applications.domain.messages import LETTER
from ila_applications.store.tables import metadata

LETTERS = ", ".join(f"'{state}'" for state in sorted(LETTER.states))

message = sa.Table(
    "message",
    metadata,
    sa.Column("id", sa.Uuid, sa.ForeignKey("happening.id"), primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("read_at", UTC),
    sa.Column("letter", sa.Text, nullable=False, server_default=LETTER.start),
    sa.Column("letter_at", UTC, comment="of the last try, or of the end"),
    sa.Column("letter_tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("letter_reason", sa.Text, comment="a code, never an address"),
    sa.Column("letter_due", UTC, comment="when it is tried (again)"),
    sa.CheckConstraint(f"letter IN ({LETTERS})", name="message_letter"),
    sa.CheckConstraint("(letter = 'waiting') = (letter_due IS NOT NULL)", name="message_letter_due"),
    sa.Index("message_person", "person_id", "id"),
    sa.Index("message_unread", "person_id", postgresql_where=sa.text("read_at IS NULL")),
    sa.Index("message_unsent", "letter_due", "id", postgresql_where=sa.text("letter = 'waiting'")),
)

profile = sa.Table(
    "profile",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("letters", sa.Boolean, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.CheckConstraint("language IN ('lv', 'en')", name="profile_language"),
)
