"""Tables that every service has beside its own: outbox, inbox, audit, idempotency keys, timers."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

UTC = sa.DateTime(timezone=True)
metadata = sa.MetaData()

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("body", JSONB, nullable=False, comment="the whole CloudEvents envelope"),
    sa.Column("sent_at", UTC),
    sa.Index("outbox_waiting", "id", postgresql_where=sa.text("sent_at IS NULL")),
    sa.Index("outbox_sent", "sent_at", postgresql_where=sa.text("sent_at IS NOT NULL")),
)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True, comment="the event's id: a second delivery changes nothing"),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("body", JSONB, nullable=False, comment="the whole CloudEvents envelope"),
    sa.Column("received_at", UTC, nullable=False),
    sa.Column("state", sa.Text, nullable=False, server_default="waiting"),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("next_at", UTC, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("done_at", UTC),
    sa.CheckConstraint("state IN ('waiting', 'done', 'parked')", name="inbox_state"),
    sa.Index("inbox_waiting", "next_at", "id", postgresql_where=sa.text("state = 'waiting'")),
    sa.Index("inbox_parked", "id", postgresql_where=sa.text("state = 'parked'")),
    sa.Index("inbox_done", "done_at", postgresql_where=sa.text("state = 'done'")),
)

audit_entry = sa.Table(
    "audit_entry",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("at", UTC, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("roles", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("acting_for", sa.Text),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject_kind", sa.Text, nullable=False),
    sa.Column("subject_id", sa.Text, nullable=False),
    sa.Column("details", JSONB, nullable=False, comment="ids, states and amounts; never personal data"),
    sa.Column("request_id", sa.Text, nullable=False),
    sa.Index("audit_entry_subject", "subject_id", "id"),
    sa.Index("audit_entry_actor", "actor", "id"),
)

audit_seal = sa.Table(
    "audit_seal",
    metadata,
    sa.Column("sequence", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("entry_id", sa.Uuid, sa.ForeignKey("audit_entry.id"), nullable=False, unique=True),
    sa.Column("hash", sa.LargeBinary(32), nullable=False, comment="over the previous hash and this entry"),
)

idempotency_key = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("caller", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary(32), nullable=False, comment="of method, path and body"),
    sa.Column("status", sa.SmallInteger, nullable=False),
    sa.Column("headers", JSONB, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("stored_at", UTC, nullable=False),
    sa.Index("idempotency_key_stored", "stored_at"),
)

timer = sa.Table(
    "timer",
    metadata,
    sa.Column("subject_id", sa.Uuid, primary_key=True),
    sa.Column("name", sa.Text, primary_key=True, comment="which handler; one of each kind per subject"),
    sa.Column("due_at", UTC, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("reason", sa.Text),
    sa.Index("timer_due", "due_at"),
)
