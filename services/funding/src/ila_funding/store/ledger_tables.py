"""Tables of entitlements and of the ledger beside its entries."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC

from ila_funding.store.tables import MONEY, metadata

top_up = sa.Table(
    "top_up",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("published_call.call_id"), nullable=False),
    sa.Column("funder_kind", sa.Text, nullable=False),
    sa.Column("funder_id", sa.Uuid, nullable=False),
    sa.Column("funder_name", sa.Text, nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("held", MONEY, nullable=False),
    sa.Column("committed", MONEY, nullable=False),
    sa.Column("consumed", MONEY, nullable=False),
    sa.Column("returned", MONEY, nullable=False),
    sa.Column("kinds", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("programme_ids", sa.ARRAY(sa.Uuid), nullable=False),
    sa.Column("valid_until", UTC, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text),
    sa.Column("proposed_by", sa.Text, nullable=False),
    sa.Column("confirmed_by", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.CheckConstraint("amount > 0", name="top_up_amount"),
    sa.CheckConstraint(
        "held >= 0 AND committed >= 0 AND consumed >= 0 AND returned >= 0", name="top_up_not_negative"
    ),
    sa.CheckConstraint("held + committed + consumed + returned <= amount", name="top_up_not_overspent"),
    sa.CheckConstraint("state IN ('proposed', 'active', 'reversed', 'expired')", name="top_up_state"),
    sa.CheckConstraint("funder_kind IN ('employer', 'fund')", name="top_up_funder"),
    sa.CheckConstraint(
        "funder_kind = 'employer' OR confirmed_by IS DISTINCT FROM proposed_by", name="top_up_two_people"
    ),
    sa.Index("top_up_person", "person_id", "call_id", "id"),
    sa.Index("top_up_funder_made", "funder_id", "id"),
    sa.Index("top_up_state_made", "state", "id"),
)

top_up_use = sa.Table(
    "top_up_use",
    metadata,
    sa.Column("hold_id", sa.Uuid, sa.ForeignKey("hold.id"), primary_key=True),
    sa.Column("top_up_id", sa.Uuid, sa.ForeignKey("top_up.id"), primary_key=True),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("movement_id", sa.Uuid, nullable=False),
    sa.CheckConstraint("amount > 0", name="top_up_use_amount"),
    sa.CheckConstraint("state IN ('held', 'committed', 'consumed', 'released')", name="top_up_use_state"),
    sa.Index("top_up_use_of", "top_up_id"),
)

accounting_period = sa.Table(
    "accounting_period",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("period", sa.Date, nullable=False, unique=True, comment="first day of a month in Riga"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False),
    sa.Column("proposed_at", UTC, nullable=False),
    sa.Column("closed_by", sa.Text),
    sa.Column("closed_at", UTC),
    sa.Column(
        "digest", sa.Numeric, comment="of every word of its entries; none: closed before there were any"
    ),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("state IN ('proposed', 'closed')", name="accounting_period_state"),
    sa.CheckConstraint("closed_by IS DISTINCT FROM proposed_by", name="accounting_period_two_people"),
    sa.CheckConstraint(
        "(state = 'closed') = (closed_by IS NOT NULL AND closed_at IS NOT NULL)",
        name="accounting_period_closed",
    ),
)

period_balance = sa.Table(
    "period_balance",
    metadata,
    sa.Column("period", sa.Date, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True, comment="whose account: line, learner, provider, funder"),
    sa.Column("owner_id", sa.Uuid, primary_key=True),
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("amount", MONEY, nullable=False, comment="what the account gained in the month"),
    sa.Column("entries", sa.Integer, nullable=False),
)

late_change = sa.Table(
    "late_change",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("run_id", sa.Uuid, sa.ForeignKey("payment_run.id"), nullable=False),
    sa.Column("belongs_to", sa.Date, nullable=False, comment="first day of the closed month"),
    sa.Column("settled_on", sa.Date, nullable=False),
    sa.Column("bank_reference", sa.Text, nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("queued_by", sa.Text, nullable=False),
    sa.Column("queued_at", UTC, nullable=False),
    sa.Column("resolved_by", sa.Text),
    sa.Column("resolved_at", UTC),
    sa.Column("booked_in", sa.Date, comment="first day of the open month it is booked in"),
    sa.Column("reason", sa.Text),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("state IN ('queued', 'booked', 'dismissed')", name="late_change_state"),
    sa.CheckConstraint("resolved_by IS DISTINCT FROM queued_by", name="late_change_two_people"),
    sa.CheckConstraint(
        "(state = 'queued') = (resolved_by IS NULL) AND (state = 'booked') = (booked_in IS NOT NULL)"
        " AND (state = 'dismissed') = (reason IS NOT NULL)",
        name="late_change_resolved",
    ),
    sa.Index("late_change_run", "run_id", unique=True, postgresql_where=sa.text("state = 'queued'")),
)

# Written by a trigger with each event of money that goes into the outbox.
money_event = sa.Table(
    "money_event",
    metadata,
    sa.Column("event_id", sa.Uuid, primary_key=True),
    sa.Column("application_id", sa.Uuid, primary_key=True),
    sa.Column("at", UTC, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("hold_id", sa.Uuid, comment="none for what tells of applications: a settlement"),
    sa.Column("person_id", sa.Uuid),
    sa.Column("call_id", sa.Uuid),
    sa.Column("amount", MONEY),
    *(sa.Column(name, MONEY, comment="none: not told") for name in ("topped_up", "co_payment")),
)
