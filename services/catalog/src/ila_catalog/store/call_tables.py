"""Tables of calls, and of what belongs to a call."""

import sqlalchemy as sa

from ila_catalog.store.columns import JSONB, UTC, metadata

call = sa.Table(
    "call",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("edition", sa.Integer, nullable=False, comment="of the file it was loaded from"),
    sa.Column("content_hash", sa.Text, nullable=False, comment="of the file it was loaded from"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("title_lv", sa.Text, nullable=False),
    sa.Column("title_en", sa.Text, nullable=False),
    sa.Column("project_number", sa.Text, nullable=False),
    sa.Column("project_title_lv", sa.Text, nullable=False),
    sa.Column("project_title_en", sa.Text, nullable=False),
    sa.Column("funding_source", sa.Text, nullable=False),
    sa.Column("activity", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("phases", JSONB, nullable=False, comment="as scheduled, and as planned"),
    sa.Column("shifted_by_days", sa.Integer, nullable=False, comment="0 except in demonstration data"),
    sa.Column("applications_open_at", UTC, nullable=False),
    sa.Column("applications_close_at", UTC, nullable=False, comment="exclusive"),
    sa.Column("kinds", JSONB, nullable=False),
    sa.Column("requirements", JSONB, nullable=False),
    sa.Column("parameters", JSONB, nullable=False),
    sa.Column("phase_states", JSONB, nullable=False, server_default="{}", comment="what was told of each"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("published_at", UTC),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.UniqueConstraint("code", name="call_code"),
    sa.CheckConstraint("state IN ('draft', 'published', 'closed', 'archived')", name="call_state"),
    sa.CheckConstraint("applications_open_at < applications_close_at", name="call_applications"),
    sa.CheckConstraint("version > 0 AND edition > 0", name="call_version"),
    sa.CheckConstraint("(state = 'draft') = (published_at IS NULL)", name="call_published"),
    sa.Index("call_opening", "applications_open_at", "id"),
    sa.Index("call_created", "created_at", "id"),
    sa.Index("call_changes", "updated_at", "id", postgresql_where=sa.text("published_at IS NOT NULL")),
)

learning_need = sa.Table(
    "learning_need",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("area", sa.SmallInteger, nullable=False),
    sa.Column("lowest_level", sa.SmallInteger, nullable=False),
    sa.Column("highest_level", sa.SmallInteger, nullable=False),
    sa.Column("approved_on", sa.Date, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.CheckConstraint("area BETWEEN 1 AND 5", name="learning_need_area"),
    sa.CheckConstraint(
        "1 <= lowest_level AND lowest_level <= highest_level AND highest_level <= 8",
        name="learning_need_levels",
    ),
    sa.Index("learning_need_call", "call_id", "position"),
)

call_document = sa.Table(
    "call_document",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("number", sa.Text),
    sa.Column("title_lv", sa.Text, nullable=False),
    sa.Column("title_en", sa.Text, nullable=False),
    sa.Column("document_version", sa.Integer, nullable=False),
    sa.Column("dated", sa.Date, nullable=False),
    sa.Column("url", sa.Text),
    sa.Column("source", sa.Text, nullable=False),
    sa.CheckConstraint("document_version > 0", name="call_document_version"),
    sa.Index("call_document_call", "call_id", "position"),
)

schedule_change = sa.Table(
    "schedule_change",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
    sa.Column("phases", JSONB, nullable=False, comment="[{name, opens_at, closes_at}]"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False),
    sa.Column("confirmed_by", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.CheckConstraint(
        "state IN ('proposed', 'applied', 'withdrawn', 'lapsed')", name="schedule_change_state"
    ),
    sa.CheckConstraint("confirmed_by <> proposed_by", name="schedule_change_two_persons"),
    sa.CheckConstraint("(state = 'applied') = (confirmed_by IS NOT NULL)", name="schedule_change_confirmed"),
    sa.Index("schedule_change_call", "call_id", "id"),
    sa.Index("schedule_change_one", "call_id", unique=True, postgresql_where=sa.text("state = 'proposed'")),
)
