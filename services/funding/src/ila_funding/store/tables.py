"""Tables of this service, beside those that the kit gives every service."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()
MONEY = sa.Numeric(14, 2)
_BOOKED_AT = "coalesce(CAST(effective_on AS timestamp), at AT TIME ZONE 'Europe/Riga')"
PERIOD = f"CAST(date_trunc('month', {_BOOKED_AT}) AS date)"

programme_price = sa.Table(
    "programme_price",
    metadata,
    sa.Column("programme_id", sa.Uuid, primary_key=True),
    sa.Column("amount", MONEY),
    sa.Column("methodology_id", sa.Uuid),
    sa.Column("methodology_version", sa.Text),
    sa.Column("as_of", sa.Date, comment="day in Riga whose rates these are"),
    sa.Column("quote_hash", sa.Text),
    sa.Column("version", sa.Integer, nullable=False, comment="counts what was told; 0: nothing yet"),
    sa.Column("refusal", sa.Text, comment="why it could not be priced when that was tried last"),
    sa.Column("tried_by", sa.Uuid, comment="methodology it was tried with last"),
    sa.CheckConstraint(
        "(version > 0) = (amount IS NOT NULL AND quote_hash IS NOT NULL)", name="programme_price_told"
    ),
)

budget_line = sa.Table(
    "budget_line",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("published_call.call_id"), nullable=False),
    sa.Column("funding_source", sa.Text, nullable=False),
    sa.Column("activity", sa.Text, nullable=False),
    sa.Column("stratum", sa.Text, nullable=False, server_default="", comment="empty: every training"),
    sa.Column("limit_amount", MONEY, nullable=False),
    sa.Column("held", MONEY, nullable=False),
    sa.Column("committed", MONEY, nullable=False),
    sa.Column("consumed", MONEY, nullable=False),
    sa.Column("opened_at", UTC, server_default=sa.func.now(), comment="none: pays for nothing yet"),
    sa.Column("alarm", sa.SmallInteger, nullable=False, server_default="0", comment="share told last"),
    sa.Column("alarm_shares", sa.ARRAY(sa.SmallInteger), nullable=False, server_default="{80,90}"),
    sa.Column("pause_share", sa.SmallInteger),
    *(sa.Column(name, UTC) for name in ("pause_from", "pause_until", "paused_at")),
    sa.Column("exempt", sa.ARRAY(sa.Text), nullable=False, server_default="{}"),
    *(sa.Column(name, sa.Text) for name in ("paused_by", "pause_reason")),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.UniqueConstraint("call_id", "funding_source", "activity", "stratum", name="budget_line_place"),
    sa.CheckConstraint("held >= 0 AND committed >= 0 AND consumed >= 0", name="budget_line_not_negative"),
    sa.CheckConstraint("held + committed + consumed <= limit_amount", name="budget_line_not_overspent"),
    sa.Index("budget_line_created", "created_at", "id"),
    sa.Index("budget_line_updated", "updated_at", "id"),
)

hold_request = sa.Table(
    "hold_request",
    metadata,
    sa.Column("application_id", sa.Uuid, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("person_id", sa.Uuid),
    sa.Column("call_id", sa.Uuid),
    sa.Column("programme_id", sa.Uuid),
    sa.Column("line_id", sa.Uuid, sa.ForeignKey("budget_line.id")),
    sa.Column("applied_on", sa.Date),
    sa.Column("receipt_sequence", sa.BigInteger),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("amount", MONEY),
    sa.Column("strata", sa.ARRAY(sa.Text), nullable=False, server_default="{}"),
    sa.Column("behind", sa.Uuid, comment="the person's own hold for the same content that it waits for"),
    sa.Column("eligible_sequence", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("enrolled_sequence", sa.BigInteger),
    sa.Column("ended_sequence", sa.BigInteger),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.CheckConstraint(
        "state IN ('asked', 'waiting', 'granted', 'refused', 'withdrawn')", name="hold_request_state"
    ),
    sa.CheckConstraint("state = 'withdrawn' OR person_id IS NOT NULL", name="hold_request_known"),
    sa.Index("hold_request_behind", "behind", postgresql_where=sa.text("behind IS NOT NULL")),
    sa.Index(
        "hold_request_queue",
        "line_id",
        "receipt_sequence",
        "application_id",
        postgresql_where=sa.text("state = 'waiting'"),
    ),
)

hold = sa.Table(
    "hold",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column(
        "application_id",
        sa.Uuid,
        sa.ForeignKey("hold_request.application_id"),
        nullable=False,
    ),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("call_id", sa.Uuid, nullable=False),
    sa.Column("programme_id", sa.Uuid, nullable=False),
    sa.Column("line_id", sa.Uuid, sa.ForeignKey("budget_line.id"), nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("topped_up", MONEY, nullable=False, server_default="0", comment="what others pay of the price"),
    sa.Column("co_payment", MONEY, nullable=False, server_default="0", comment="what the learner pays of it"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("quote", JSONB, nullable=False, comment="the pinned quote, as it was shown"),
    sa.Column("quote_hash", sa.Text, nullable=False),
    sa.Column("methodology_version", sa.Text, nullable=False),
    sa.Column("applied_on", sa.Date, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("expires_at", UTC, nullable=False),
    sa.Column("movement_id", sa.Uuid, nullable=False, comment="the ledger transaction that moved it last"),
    sa.Column("support_check", sa.Text, nullable=False, server_default="pending"),
    sa.Column("support_answer_id", sa.Uuid, comment="identity keeps the answer and its proof"),
    sa.Column("support_checked_at", UTC, comment="when the register said so"),
    sa.Column("earlier_support", sa.Text, comment="source and reference of what was found"),
    sa.Column("told_at", UTC, server_default=sa.func.now(), comment="when others were told; none: not yet"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.CheckConstraint("amount > 0", name="hold_amount"),
    sa.CheckConstraint(
        "state IN ('held', 'committed', 'consumed', 'released', 'expired')", name="hold_state"
    ),
    sa.Index(
        "hold_live_once",
        "application_id",
        unique=True,
        postgresql_where=sa.text("state IN ('held', 'committed', 'consumed')"),
    ),
    sa.CheckConstraint("support_check IN ('pending', 'clear', 'found')", name="hold_support_check"),
    sa.CheckConstraint(
        "(support_check = 'pending') = (support_answer_id IS NULL)"
        " AND (support_check = 'pending') = (support_checked_at IS NULL)"
        " AND (support_check = 'found') = (earlier_support IS NOT NULL)",
        name="hold_support_answered",
    ),
    sa.CheckConstraint(
        "told_at IS NOT NULL OR state NOT IN ('committed', 'consumed')", name="hold_told_before_bound"
    ),
    sa.Index(
        "hold_support_pending",
        "id",
        postgresql_where=sa.text("support_check = 'pending' AND state IN ('held', 'committed', 'consumed')"),
    ),
    sa.Index(
        "hold_support_found",
        "id",
        postgresql_where=sa.text("support_check = 'found' AND state = 'committed'"),
    ),
    sa.Index("hold_call", "call_id", "created_at", "id"),
    sa.Index("hold_application", "application_id", "created_at", "id"),
    sa.Index("hold_created", "created_at", "id"),
    sa.Index("hold_updated", "updated_at", "id"),
    sa.Index("hold_person", "person_id", "created_at", "id"),
    sa.Index("hold_line", "line_id", "created_at", "id"),
    sa.Index("hold_programme", "programme_id", "created_at", "id"),
)

learner_account = sa.Table(
    "learner_account",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("published_call.call_id"), nullable=False),
    sa.Column("granted", MONEY, nullable=False),
    sa.Column("held", MONEY, nullable=False),
    sa.Column("committed", MONEY, nullable=False),
    sa.Column("consumed", MONEY, nullable=False),
    sa.Column("released", MONEY, nullable=False),
    sa.Column("expired", MONEY, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.Column("ceiling", MONEY, comment="the most that is held, committed and consumed; none: no bound"),
    sa.Column("valid_until", UTC, comment="nothing is held anew from then on"),
    sa.Column("lapsed_at", UTC, comment="when what was left of the entitlement expired"),
    sa.Column("lapsed", MONEY, nullable=False, server_default="0", comment="what was left then"),
    sa.UniqueConstraint("person_id", "call_id", name="learner_account_place"),
    sa.CheckConstraint(
        "held + committed + consumed + lapsed <= ceiling", name="learner_account_within_ceiling"
    ),
    sa.CheckConstraint(
        "held >= 0 AND committed >= 0 AND consumed >= 0 AND released >= 0 AND expired >= 0",
        name="learner_account_not_negative",
    ),
    sa.CheckConstraint(
        "granted = held + committed + consumed + released + expired", name="learner_account_complete"
    ),
)

ledger_entry = sa.Table(
    "ledger_entry",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("transaction_id", sa.Uuid, nullable=False),
    sa.Column("at", UTC, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("amount", MONEY, nullable=False, comment="what the account gains; negative for what it loses"),
    sa.Column("line_id", sa.Uuid, sa.ForeignKey("budget_line.id"), comment="none for what others add"),
    sa.Column("call_id", sa.Uuid, nullable=False),
    sa.Column("person_id", sa.Uuid),
    sa.Column(
        "hold_id",
        sa.Uuid,
        # Checked at the commit: the entries are written with the line's change, the hold after it.
        sa.ForeignKey("hold.id", deferrable=True, initially="DEFERRED"),
    ),
    sa.Column("reverses", sa.Uuid, comment="the transaction this one takes back"),
    sa.Column("top_up_id", sa.Uuid),
    sa.Column("funder_id", sa.Uuid, comment="who added the money, when it is none of a budget line"),
    sa.Column("organisation_id", sa.Uuid, comment="the provider that was paid, or paid back"),
    sa.Column("effective_on", sa.Date, comment="day in Riga it is booked on, when not the day of `at`"),
    sa.Column("belongs_to", sa.Date, comment="the closed month that a late change is about"),
    sa.Column("period", sa.Date, sa.Computed(PERIOD), comment="first day of the month it is booked in"),
    sa.CheckConstraint("amount <> 0", name="ledger_entry_amount"),
    sa.CheckConstraint(
        "account IN ('source', 'free', 'held', 'committed', 'consumed', 'funder', 'topped_up', 'topped_held',"
        " 'topped_committed', 'topped_consumed', 'ceiling', 'lapsed')",
        name="ledger_entry_account",
    ),
    sa.CheckConstraint(
        "CASE WHEN account IN ('ceiling', 'lapsed') THEN coalesce(line_id, top_up_id, hold_id) IS NULL"
        " AND person_id IS NOT NULL ELSE (line_id IS NULL) = (top_up_id IS NOT NULL) END",
        name="ledger_entry_owner",
    ),
    sa.UniqueConstraint("transaction_id", "account", name="ledger_entry_once"),
    sa.UniqueConstraint("reverses", "account", name="ledger_entry_reversed_once"),
    sa.Index("ledger_entry_line", "line_id", "id"),
    sa.Index("ledger_entry_person", "person_id", "id"),
    sa.Index("ledger_entry_hold", "hold_id", "id"),
    sa.Index("ledger_entry_reason", "reason", "id"),
    sa.Index("ledger_entry_period", "period", "id"),
    sa.Index(
        "ledger_entry_organisation",
        "organisation_id",
        "id",
        postgresql_where=sa.text("organisation_id IS NOT NULL"),
    ),
    sa.Index("ledger_entry_funder", "funder_id", "id", postgresql_where=sa.text("funder_id IS NOT NULL")),
    sa.Index("ledger_entry_late", "id", postgresql_where=sa.text("belongs_to IS NOT NULL")),
)
