"""What was told of the parts of a price that others pay. Only adds: the release before runs on unchanged."""

import sqlalchemy as sa
from alembic import op

revision = "0015_told_parts"
down_revision = "0014_late_changes"

MONEY = sa.Numeric(14, 2)
KEEP = """
CREATE OR REPLACE FUNCTION keep_money_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
INSERT INTO money_event
  (event_id, at, type, sequence, application_id, hold_id, person_id, call_id, amount{columns})
  SELECT id, CAST(body ->> 'time' AS timestamptz), type, CAST(body ->> 'sequence' AS bigint),
    CAST(body -> 'data' ->> 'application_id' AS uuid), CAST(body -> 'data' ->> 'hold_id' AS uuid),
    CAST(body -> 'data' ->> 'person_id' AS uuid), CAST(body -> 'data' ->> 'call_id' AS uuid),
    CAST(body -> 'data' -> 'amount' ->> 'amount' AS numeric){parts}
  FROM told
  WHERE type IN ('funding.funds_held.v1', 'funding.funds_committed.v1', 'funding.funds_released.v1')
  UNION ALL
  SELECT id, CAST(body ->> 'time' AS timestamptz), type, CAST(body ->> 'sequence' AS bigint),
    CAST(application AS uuid), NULL, NULL, NULL, NULL{nothing}
  FROM told, jsonb_array_elements_text(body -> 'data' -> 'application_ids') AS application
  WHERE type = 'funding.payment_settled.v1';
  RETURN NULL;
END $$
"""
PARTS = """,
    CAST(body -> 'data' -> 'topped_up' ->> 'amount' AS numeric),
    CAST(body -> 'data' -> 'co_payment' ->> 'amount' AS numeric)"""


def upgrade() -> None:
    """Add the columns; have the trigger fill them. What was told before has none."""
    for name in ("topped_up", "co_payment"):
        op.add_column("money_event", sa.Column(name, MONEY, comment="none: not told"))
    op.execute(KEEP.format(columns=", topped_up, co_payment", parts=PARTS, nothing=", NULL, NULL"))


def downgrade() -> None:
    """Have the trigger keep what it kept before."""
    op.execute(KEEP.format(columns="", parts="", nothing=""))
    for name in ("co_payment", "topped_up"):
        op.drop_column("money_event", name)
