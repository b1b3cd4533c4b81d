"""Tables of applications, as the migrations made them."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()
receipt_sequence = sa.Sequence("receipt_sequence", metadata=metadata)

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

call = sa.Table(
    "call",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("minimum_age", sa.Integer, nullable=False),
    sa.Column("opening_mode", sa.Text, nullable=False),
    sa.Column("offered_place_hours", sa.Integer, nullable=False),
    sa.Column("applications_open_at", UTC, nullable=False),
    sa.Column("applications_close_at", UTC, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False, comment="of the event that told this"),
    sa.Column("group_minimum", sa.Integer, nullable=False, server_default="10"),
    sa.Column("completion_attendance_percent", sa.Integer, nullable=False, server_default="70"),
    sa.Column("completion_needs_test", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("learning_hour_minutes_vocational", sa.Integer, nullable=False, server_default="40"),
    sa.Column("learning_hour_minutes_studies", sa.Integer, nullable=False, server_default="45"),
    sa.Column("draw_strata", JSONB, nullable=False, server_default="[]"),
    sa.Column("drawn_at", UTC, comment="when the lots were drawn"),
    sa.Column("pinned_at", UTC, comment="when the entries of the draw were pinned"),
    sa.Column("draw_source_lv", sa.Text, nullable=False, server_default=""),
    sa.Column("draw_source_en", sa.Text, nullable=False, server_default=""),
)

programme = sa.Table(
    "programme",
    metadata,
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
    sa.Column("parts", JSONB, nullable=False, server_default="[]"),
    sa.Column("provider_id", sa.Uuid),
    sa.Column("ends_on", sa.Date),
    sa.Column("closed_at", UTC, comment="for good; newer tellings do not open it again"),
    sa.Index("programme_provider", "provider_id", "id"),
)

provider_standing = sa.Table(
    "provider_standing",
    metadata,
    sa.Column("provider_id", sa.Uuid, primary_key=True, comment="may be told of before its programmes"),
    sa.Column("barred", sa.Boolean, nullable=False, comment="whether new enrolments are"),
    sa.Column("sequence", sa.BigInteger, nullable=False, comment="of the event that told this"),
)

places = sa.Table(
    "places",
    metadata,
    sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id"), primary_key=True),
    sa.Column("total", sa.Integer, nullable=False, comment="as published; never below what is taken"),
    sa.Column("taken", sa.Integer, nullable=False, server_default="0"),
    sa.CheckConstraint("taken >= 0 AND taken <= total", name="places_taken"),
)

application = sa.Table(
    "application",
    metadata,
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
    sa.Column("check_after", UTC, comment="not checked before; set when a check failed by a fault of ours"),
    sa.Column("check_tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column(
        "provisional", sa.Boolean, nullable=False, server_default=sa.false(), comment="to be checked again"
    ),
    sa.Column("hold_id", sa.Uuid),
    sa.Column("amount", sa.Numeric(14, 2), comment="held for it, as funding told"),
    sa.Column("funds", sa.Text, comment="held, committed or paid; null when nothing is set apart"),
    sa.Column("group_id", sa.Uuid),
    sa.Column("decided_by", sa.Uuid, comment="the officer who decided; null when a rule did"),
    sa.Column("statements", JSONB, nullable=False, server_default="[]"),
    sa.CheckConstraint(f"state IN ({STATES})", name="application_state"),
    sa.CheckConstraint(
        "state = 'draft' OR receipt_sequence IS NOT NULL OR state IN ('withdrawn', 'expired')",
        name="application_receipt",
    ),
    sa.CheckConstraint("funds IN ('held', 'committed', 'paid')", name="application_funds"),
    sa.Index(
        "application_one_live",
        "person_id",
        "programme_id",
        unique=True,
        postgresql_where=sa.text(f"state IN ({LIVE})"),
    ),
    sa.Index("application_person", "person_id", "id"),
    sa.Index("application_programme", "programme_id", "id"),
    sa.Index("application_by_state", "state", "id"),
    sa.Index("application_updated", "updated_at", "id"),
    sa.Index(
        "application_unchecked",
        "receipt_sequence",
        postgresql_where=sa.text("state IN ('submitted', 'checking')"),
    ),
    sa.Index(
        "application_waiting",
        "programme_id",
        "receipt_sequence",
        postgresql_where=sa.text("state = 'waiting'"),
    ),
    sa.Index("application_provisional", "check_after", postgresql_where=sa.text("provisional")),
)

submission = sa.Table(
    "submission",
    metadata,
    sa.Column("application_id", sa.Uuid, sa.ForeignKey("application.id"), primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False, unique=True),
    sa.Column("content", JSONB, nullable=False, comment="what the person committed to"),
    sa.Column("sha256", sa.Text, nullable=False, comment="of the content as RFC 8785 spells it"),
)

happening = sa.Table(
    "happening",
    metadata,
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

acceptance = sa.Table(
    "acceptance",
    metadata,
    sa.Column("application_id", sa.Uuid, sa.ForeignKey("application.id"), primary_key=True),
    sa.Column("content", JSONB, nullable=False, comment="what the person committed to"),
    sa.Column("sha256", sa.Text, nullable=False, comment="of the content as RFC 8785 spells it"),
)

evidence = sa.Table(
    "evidence",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("application_id", sa.Uuid, sa.ForeignKey("application.id"), nullable=False),
    sa.Column("given_at", UTC, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("note", sa.Text),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("data", sa.LargeBinary),  # written by the release before; the worker moves it out
    sa.Index("evidence_application", "application_id", "id"),
    sa.Index("evidence_sha256", "sha256"),
)
