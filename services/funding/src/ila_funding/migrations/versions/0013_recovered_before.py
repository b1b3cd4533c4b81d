"""What was told of holds that came back before events were kept. The release before runs on unchanged.

`0008_entitlements` read "given back" from the state of such holds and kept a release that nobody told: they
were bound and paid, and a recovery is told by no event of money.
"""

from alembic import op

revision = "0013_recovered_before"
down_revision = "0012_content_held"

RECOVERED = "SELECT hold_id FROM claim_line WHERE state = 'recovered'"
PAID = f"""
INSERT INTO money_event (event_id, at, type, sequence, application_id, person_id, call_id, amount)
SELECT gen_random_uuid(), at, 'funding.payment_settled.v1', 4, application_id, person_id, call_id, amount
FROM money_event WHERE type = 'funding.funds_released.v1' AND hold_id IN ({RECOVERED})
"""  # noqa: S608 - put together from the texts of this module only
BOUND = f"""
UPDATE money_event SET type = 'funding.funds_committed.v1', sequence = 2
WHERE type = 'funding.funds_released.v1' AND hold_id IN ({RECOVERED})
"""  # noqa: S608 - put together from the texts of this module only


def upgrade() -> None:
    """Have those holds told as they were."""
    op.execute("ALTER TABLE money_event DISABLE TRIGGER USER")
    op.execute(PAID)
    op.execute(BOUND)
    op.execute("ALTER TABLE money_event ENABLE TRIGGER USER")


def downgrade() -> None:
    """What is told right stays."""
