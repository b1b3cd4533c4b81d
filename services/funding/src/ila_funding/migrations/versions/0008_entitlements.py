"""Entitlements, accounts of the ledger, periods. Only adds: the release before runs on unchanged."""

import sqlalchemy as sa
from alembic import op
from ila_kit.store.mechanics import append_only

revision = "0008_entitlements"
down_revision = "0007_limits"

MONEY = sa.Numeric(14, 2)
UTC = sa.DateTime(timezone=True)
_BOOKED_AT = "coalesce(CAST(effective_on AS timestamp), at AT TIME ZONE 'Europe/Riga')"
PERIOD = f"CAST(date_trunc('month', {_BOOKED_AT}) AS date)"
LINE_ACCOUNTS = "'source', 'free', 'held', 'committed', 'consumed'"
TOP_UP_ACCOUNTS = "'funder', 'topped_up', 'topped_held', 'topped_committed', 'topped_consumed'"
# What is posted and what closes a period meet at one lock of the month, so that nothing slips in behind.
CLOSED = """
CREATE FUNCTION refuse_closed_period() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE month date;
BEGIN
  FOR month IN SELECT DISTINCT period FROM added ORDER BY period LOOP
    PERFORM pg_advisory_xact_lock_shared(8108, CAST(to_char(month, 'YYYYMM') AS integer));
    IF EXISTS (SELECT FROM accounting_period WHERE period = month AND state = 'closed') THEN
      RAISE EXCEPTION 'the period % is closed', month USING ERRCODE = 'check_violation';
    END IF;
  END LOOP;
  RETURN NULL;
END $$
"""
CLOSED_GUARD = """
CREATE TRIGGER ledger_entry_open_period AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION refuse_closed_period()
"""
REOPENED = """
CREATE FUNCTION refuse_reopening() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.state = 'closed' THEN
    RAISE EXCEPTION 'a closed period stays closed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$
"""
REOPENED_GUARD = """
CREATE TRIGGER accounting_period_stays BEFORE UPDATE OR DELETE ON accounting_period
FOR EACH ROW EXECUTE FUNCTION refuse_reopening()
"""
TOLD = """
  SELECT id, CAST(body ->> 'time' AS timestamptz), type, CAST(body ->> 'sequence' AS bigint),
    CAST(body -> 'data' ->> 'application_id' AS uuid), CAST(body -> 'data' ->> 'hold_id' AS uuid),
    CAST(body -> 'data' ->> 'person_id' AS uuid), CAST(body -> 'data' ->> 'call_id' AS uuid),
    CAST(body -> 'data' -> 'amount' ->> 'amount' AS numeric)
  FROM {told}
  WHERE type IN ('funding.funds_held.v1', 'funding.funds_committed.v1', 'funding.funds_released.v1')
  UNION ALL
  SELECT id, CAST(body ->> 'time' AS timestamptz), type, CAST(body ->> 'sequence' AS bigint),
    CAST(application AS uuid), NULL, NULL, NULL, NULL
  FROM {told}, jsonb_array_elements_text(body -> 'data' -> 'application_ids') AS application
  WHERE type = 'funding.payment_settled.v1'
"""
KEPT = """
INSERT INTO money_event (event_id, at, type, sequence, application_id, hold_id, person_id, call_id, amount)
"""
# What is told of money is kept when the outbox has forgotten it; nobody can tell it and leave this out.
KEEP = f"""
CREATE FUNCTION keep_money_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
{KEPT}{TOLD.format(told="told")};
  RETURN NULL;
END $$
"""
KEEP_GUARD = """
CREATE TRIGGER outbox_keep_money AFTER INSERT ON outbox REFERENCING NEW TABLE AS told
FOR EACH STATEMENT EXECUTE FUNCTION keep_money_event()
"""
# Holds from before: the outbox may have forgotten what was told of them, their states have not.
FROM_HOLDS = f"""
{KEPT}
SELECT gen_random_uuid(), hold.updated_at, step.type, step.sequence, hold.application_id,
  CASE WHEN step.sequence < 4 THEN hold.id END, hold.person_id, hold.call_id, hold.amount
FROM hold, (VALUES
  ('funding.funds_held.v1', 1, ARRAY['held', 'committed', 'consumed', 'released', 'expired']),
  ('funding.funds_committed.v1', 2, ARRAY['committed', 'consumed']),
  ('funding.funds_released.v1', 3, ARRAY['released', 'expired']),
  ('funding.payment_settled.v1', 4, ARRAY['consumed'])) AS step (type, sequence, states)
WHERE hold.state = ANY (step.states)
"""  # noqa: S608 - put together from the texts of this module only


def upgrade() -> None:
    """Add columns and tables; what stands in the ledger gets its period."""
    _entitlements()
    _top_ups()
    _ledger()
    _periods()
    _events()


def downgrade() -> None:
    """Take all of it away again."""
    op.execute("DROP TRIGGER outbox_keep_money ON outbox")
    op.execute("DROP TRIGGER ledger_entry_open_period ON ledger_entry")
    for table in ("money_event", "period_balance", "accounting_period", "top_up_use", "top_up"):
        op.drop_table(table)
    for function in ("keep_money_event", "refuse_closed_period", "refuse_reopening"):
        op.execute(f"DROP FUNCTION {function}")
    op.drop_index("ledger_entry_late", "ledger_entry")
    op.drop_constraint("ledger_entry_owner", "ledger_entry")
    op.drop_constraint("ledger_entry_account", "ledger_entry")
    op.create_check_constraint("ledger_entry_account", "ledger_entry", f"account IN ({LINE_ACCOUNTS})")
    op.alter_column("ledger_entry", "line_id", nullable=False)
    for column in ("period", "belongs_to", "effective_on", "organisation_id", "funder_id", "top_up_id"):
        op.drop_column("ledger_entry", column)
    op.drop_constraint("learner_account_within_ceiling", "learner_account")
    for column in ("lapsed_at", "valid_until", "ceiling"):
        op.drop_column("learner_account", column)
    for column in ("co_payment", "topped_up"):
        op.drop_column("hold", column)
    for column in ("entitlement_months", "entitlement_amount", "co_payment_percent"):
        op.drop_column("published_call", column)


def _entitlements() -> None:
    op.add_column(
        "published_call", sa.Column("co_payment_percent", sa.Integer, nullable=False, server_default="0")
    )
    op.add_column(
        "published_call",
        sa.Column("entitlement_amount", MONEY, comment="most public money per learner; none: no bound"),
    )
    op.add_column("published_call", sa.Column("entitlement_months", sa.Integer))
    op.add_column(
        "hold",
        sa.Column(
            "topped_up", MONEY, nullable=False, server_default="0", comment="what others pay of the price"
        ),
    )
    op.add_column(
        "hold",
        sa.Column(
            "co_payment", MONEY, nullable=False, server_default="0", comment="what the learner pays of it"
        ),
    )
    bound = "the most that is held, committed and consumed; none: no bound"
    op.add_column("learner_account", sa.Column("ceiling", MONEY, comment=bound))
    op.add_column(
        "learner_account", sa.Column("valid_until", UTC, comment="nothing is held anew from then on")
    )
    op.add_column(
        "learner_account",
        sa.Column("lapsed_at", UTC, comment="when what was left of the entitlement expired"),
    )
    op.create_check_constraint(
        "learner_account_within_ceiling", "learner_account", "held + committed + consumed <= ceiling"
    )


def _top_ups() -> None:
    op.create_table(
        "top_up",
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
            "funder_kind = 'employer' OR confirmed_by IS DISTINCT FROM proposed_by",
            name="top_up_two_people",
        ),
    )
    op.create_index("top_up_person", "top_up", ["person_id", "call_id", "id"])
    op.create_index("top_up_funder_made", "top_up", ["funder_id", "id"])
    op.create_index("top_up_state_made", "top_up", ["state", "id"])
    op.create_table(
        "top_up_use",
        sa.Column("hold_id", sa.Uuid, sa.ForeignKey("hold.id"), primary_key=True),
        sa.Column("top_up_id", sa.Uuid, sa.ForeignKey("top_up.id"), primary_key=True),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("movement_id", sa.Uuid, nullable=False),
        sa.CheckConstraint("amount > 0", name="top_up_use_amount"),
        sa.CheckConstraint("state IN ('held', 'committed', 'consumed', 'released')", name="top_up_use_state"),
    )
    op.create_index("top_up_use_of", "top_up_use", ["top_up_id"])


def _ledger() -> None:
    columns = [
        sa.Column("top_up_id", sa.Uuid),
        sa.Column("funder_id", sa.Uuid, comment="who added the money, when it is none of a budget line"),
        sa.Column("organisation_id", sa.Uuid, comment="the provider that was paid, or paid back"),
        sa.Column("effective_on", sa.Date, comment="day in Riga it is booked on, when not the day of `at`"),
        sa.Column("belongs_to", sa.Date, comment="the closed month that a late change is about"),
    ]
    for column in columns:
        op.add_column("ledger_entry", column)
    period = sa.Column(
        "period",
        sa.Date,
        sa.Computed(PERIOD, persisted=True),
        comment="first day of the month it is booked in",
    )
    op.add_column("ledger_entry", period)
    op.alter_column("ledger_entry", "line_id", nullable=True, comment="none for what others add")
    op.drop_constraint("ledger_entry_account", "ledger_entry")
    op.create_check_constraint(
        "ledger_entry_account", "ledger_entry", f"account IN ({LINE_ACCOUNTS}, {TOP_UP_ACCOUNTS})"
    )
    op.create_check_constraint(
        "ledger_entry_owner", "ledger_entry", "(line_id IS NULL) = (top_up_id IS NOT NULL)"
    )
    late = sa.text("belongs_to IS NOT NULL")
    op.create_index("ledger_entry_late", "ledger_entry", ["id"], postgresql_where=late)


def _periods() -> None:
    op.create_table(
        "accounting_period",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("period", sa.Date, nullable=False, unique=True, comment="first day of a month in Riga"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at", UTC, nullable=False),
        sa.Column("closed_by", sa.Text),
        sa.Column("closed_at", UTC),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("state IN ('proposed', 'closed')", name="accounting_period_state"),
        sa.CheckConstraint("closed_by IS DISTINCT FROM proposed_by", name="accounting_period_two_people"),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_by IS NOT NULL AND closed_at IS NOT NULL)",
            name="accounting_period_closed",
        ),
    )
    op.create_table(
        "period_balance",
        sa.Column("period", sa.Date, primary_key=True),
        sa.Column(
            "kind", sa.Text, primary_key=True, comment="whose account: line, learner, provider, funder"
        ),
        sa.Column("owner_id", sa.Uuid, primary_key=True),
        sa.Column("account", sa.Text, primary_key=True),
        sa.Column("amount", MONEY, nullable=False, comment="what the account gained in the month"),
        sa.Column("entries", sa.Integer, nullable=False),
    )
    append_only("period_balance")
    op.execute(CLOSED)
    op.execute(CLOSED_GUARD)
    op.execute(REOPENED)
    op.execute(REOPENED_GUARD)


def _events() -> None:
    op.create_table(
        "money_event",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("application_id", sa.Uuid, primary_key=True),
        sa.Column("at", UTC, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("hold_id", sa.Uuid, comment="none for what tells of applications: a settlement"),
        sa.Column("person_id", sa.Uuid),
        sa.Column("call_id", sa.Uuid),
        sa.Column("amount", MONEY),
    )
    op.execute(FROM_HOLDS)
    append_only("money_event")
    op.execute(KEEP)
    op.execute(KEEP_GUARD)
