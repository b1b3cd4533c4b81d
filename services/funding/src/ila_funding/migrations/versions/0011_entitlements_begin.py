"""Months of entitlements run from money held; what lapses is booked. The release before runs on unchanged."""

import sqlalchemy as sa
from alembic import op

revision = "0011_entitlements_begin"
down_revision = "0009_earlier_support"

LINE_ACCOUNTS = "'source', 'free', 'held', 'committed', 'consumed'"
TOP_UP_ACCOUNTS = "'funder', 'topped_up', 'topped_held', 'topped_committed', 'topped_consumed'"
OWNED = "(line_id IS NULL) = (top_up_id IS NOT NULL)"
LEARNERS = "coalesce(line_id, top_up_id, hold_id) IS NULL AND person_id IS NOT NULL"
# Nothing was ever held there: what waited for money had begun the months.
NOT_BEGUN = "UPDATE learner_account SET valid_until = NULL WHERE granted = 0 AND lapsed_at IS NULL"
# The months had begun while the money was waited for; like `lasting` of the domain.
BEGUN_EARLY = """
WITH begun AS (
  SELECT mine.id, CAST(CAST(min(hold.created_at) AT TIME ZONE 'Europe/Riga' AS date)
    + make_interval(months => told.entitlement_months) + interval '1 day' AS timestamp)
    AT TIME ZONE 'Europe/Riga' AS valid_until
  FROM learner_account AS mine JOIN hold USING (person_id, call_id)
  JOIN published_call AS told USING (call_id)
  WHERE mine.valid_until IS NOT NULL AND mine.lapsed_at IS NULL GROUP BY mine.id, told.entitlement_months),
moved AS (
  UPDATE learner_account AS mine SET valid_until = begun.valid_until FROM begun
  WHERE begun.id = mine.id AND begun.valid_until > mine.valid_until RETURNING mine.id, mine.valid_until)
UPDATE timer SET due_at = moved.valid_until FROM moved
WHERE timer.subject_id = moved.id AND timer.name = 'expire-entitlement'
"""


def upgrade() -> None:
    """Add what lapsed and its accounts of the ledger; have months that began too early begin right."""
    lapsed = sa.Column(
        "lapsed", sa.Numeric(14, 2), nullable=False, server_default="0", comment="what was left then"
    )
    op.add_column("learner_account", lapsed)
    _ceiling("held + committed + consumed + lapsed <= ceiling")
    _accounts(f"{LINE_ACCOUNTS}, {TOP_UP_ACCOUNTS}, 'ceiling', 'lapsed'")
    _owner(f"CASE WHEN account IN ('ceiling', 'lapsed') THEN {LEARNERS} ELSE {OWNED} END")
    op.execute(NOT_BEGUN)
    op.execute(BEGUN_EARLY)


def downgrade() -> None:
    """Take it away again; refused once an entitlement lapsed, because entries stay."""
    _owner(OWNED)
    _accounts(f"{LINE_ACCOUNTS}, {TOP_UP_ACCOUNTS}")
    _ceiling("held + committed + consumed <= ceiling")
    op.drop_column("learner_account", "lapsed")


def _ceiling(rule: str) -> None:
    op.drop_constraint("learner_account_within_ceiling", "learner_account")
    op.create_check_constraint("learner_account_within_ceiling", "learner_account", rule)


def _accounts(names: str) -> None:
    op.drop_constraint("ledger_entry_account", "ledger_entry")
    op.create_check_constraint("ledger_entry_account", "ledger_entry", f"account IN ({names})")


def _owner(rule: str) -> None:
    op.drop_constraint("ledger_entry_owner", "ledger_entry")
    op.create_check_constraint("ledger_entry_owner", "ledger_entry", rule)
