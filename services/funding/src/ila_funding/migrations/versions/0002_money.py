"""Create calls, programmes, budget lines, hold requests, holds, learner accounts and the ledger."""

import sqlalchemy as sa
from alembic import op
from ila_kit.store.mechanics import append_only
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002_money"
down_revision = "0001_mechanics"

MONEY = sa.Numeric(14, 2)
UTC = sa.DateTime(timezone=True)
TABLES = [
    "published_call",
    "published_programme",
    "budget_line",
    "hold_request",
    "hold",
    "learner_account",
    "ledger_entry",
]
BALANCED = """
CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM added GROUP BY transaction_id HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'a ledger transaction does not sum to zero' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$
"""
BALANCED_GUARD = """
CREATE TRIGGER ledger_entry_balanced AFTER INSERT ON ledger_entry REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION refuse_unbalanced()
"""


def upgrade() -> None:
    _what_catalog_told()
    _budget_lines()
    _holds()
    _ledger()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_unbalanced")


def _what_catalog_told() -> None:
    op.create_table(
        "published_call",
        sa.Column("call_id", sa.Uuid, primary_key=True),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("title_lv", sa.Text, nullable=False),
        sa.Column("title_en", sa.Text, nullable=False),
        sa.Column("funding_source", sa.Text, nullable=False),
        sa.Column("activity", sa.Text, nullable=False),
        sa.Column("hold_days", sa.Integer, nullable=False),
        sa.Column("opening_mode", sa.Text, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.CheckConstraint("hold_days > 0", name="published_call_hold_days"),
    )
    op.create_table(
        "published_programme",
        sa.Column("programme_id", sa.Uuid, primary_key=True),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("title_lv", sa.Text, nullable=False),
        sa.Column("funding_source", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("parts", JSONB, nullable=False, comment="list of title and hours"),
        sa.Column("continuing_programme", sa.Text),
        sa.Column("sequence", sa.BigInteger, nullable=False),
    )


def _budget_lines() -> None:
    op.create_table(
        "budget_line",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("call_id", sa.Uuid, sa.ForeignKey("published_call.call_id"), nullable=False),
        sa.Column("funding_source", sa.Text, nullable=False),
        sa.Column("activity", sa.Text, nullable=False),
        sa.Column("limit_amount", MONEY, nullable=False),
        sa.Column("held", MONEY, nullable=False),
        sa.Column("committed", MONEY, nullable=False),
        sa.Column("consumed", MONEY, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.UniqueConstraint("call_id", "funding_source", "activity", name="budget_line_place"),
        sa.CheckConstraint("held >= 0 AND committed >= 0 AND consumed >= 0", name="budget_line_not_negative"),
        sa.CheckConstraint("held + committed + consumed <= limit_amount", name="budget_line_not_overspent"),
    )
    op.create_index("budget_line_created", "budget_line", ["created_at", "id"])
    op.create_index("budget_line_updated", "budget_line", ["updated_at", "id"])


def _holds() -> None:
    op.create_table(
        "hold_request",
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
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'granted', 'refused', 'withdrawn')", name="hold_request_state"
        ),
        sa.CheckConstraint("state = 'withdrawn' OR person_id IS NOT NULL", name="hold_request_known"),
    )
    op.create_index(
        "hold_request_queue",
        "hold_request",
        ["line_id", "receipt_sequence", "application_id"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "hold",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column(
            "application_id",
            sa.Uuid,
            sa.ForeignKey("hold_request.application_id"),
            nullable=False,
            unique=True,
        ),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("programme_id", sa.Uuid, nullable=False),
        sa.Column("line_id", sa.Uuid, sa.ForeignKey("budget_line.id"), nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("quote", JSONB, nullable=False, comment="the pinned quote, as it was shown"),
        sa.Column("quote_hash", sa.Text, nullable=False),
        sa.Column("methodology_version", sa.Text, nullable=False),
        sa.Column("applied_on", sa.Date, nullable=False),
        sa.Column("provisional", sa.Boolean, nullable=False),
        sa.Column("expires_at", UTC, nullable=False),
        sa.Column(
            "movement_id", sa.Uuid, nullable=False, comment="the ledger transaction that moved it last"
        ),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.CheckConstraint("amount > 0", name="hold_amount"),
        sa.CheckConstraint(
            "state IN ('held', 'committed', 'consumed', 'released', 'expired')", name="hold_state"
        ),
    )
    op.create_index("hold_created", "hold", ["created_at", "id"])
    op.create_index("hold_updated", "hold", ["updated_at", "id"])
    op.create_index("hold_person", "hold", ["person_id", "created_at", "id"])
    op.create_index("hold_line", "hold", ["line_id", "created_at", "id"])
    op.create_index("hold_programme", "hold", ["programme_id", "created_at", "id"])


def _ledger() -> None:
    op.create_table(
        "learner_account",
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
        sa.UniqueConstraint("person_id", "call_id", name="learner_account_place"),
        sa.CheckConstraint(
            "held >= 0 AND committed >= 0 AND consumed >= 0 AND released >= 0 AND expired >= 0",
            name="learner_account_not_negative",
        ),
        sa.CheckConstraint(
            "granted = held + committed + consumed + released + expired", name="learner_account_complete"
        ),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("transaction_id", sa.Uuid, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("account", sa.Text, nullable=False),
        sa.Column(
            "amount", MONEY, nullable=False, comment="what the account gains; negative for what it loses"
        ),
        sa.Column("line_id", sa.Uuid, sa.ForeignKey("budget_line.id"), nullable=False),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("person_id", sa.Uuid),
        sa.Column(
            "hold_id",
            sa.Uuid,
            # Checked at the commit: the entries are written with the line's change, the hold after it.
            sa.ForeignKey("hold.id", deferrable=True, initially="DEFERRED"),
        ),
        sa.Column("reverses", sa.Uuid, comment="the transaction this one takes back"),
        sa.CheckConstraint("amount <> 0", name="ledger_entry_amount"),
        sa.CheckConstraint(
            "account IN ('source', 'free', 'held', 'committed', 'consumed')", name="ledger_entry_account"
        ),
        sa.UniqueConstraint("transaction_id", "account", name="ledger_entry_once"),
        sa.UniqueConstraint("reverses", "account", name="ledger_entry_reversed_once"),
    )
    op.create_index("ledger_entry_line", "ledger_entry", ["line_id", "id"])
    op.create_index("ledger_entry_person", "ledger_entry", ["person_id", "id"])
    op.create_index("ledger_entry_hold", "ledger_entry", ["hold_id", "id"])
    op.create_index("ledger_entry_reason", "ledger_entry", ["reason", "id"])
    append_only("ledger_entry")
    op.execute(BALANCED)
    op.execute(BALANCED_GUARD)
