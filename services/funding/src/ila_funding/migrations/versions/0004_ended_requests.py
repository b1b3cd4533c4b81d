"""Note of every request that ended before facts had an order that nothing later reopens it."""

from alembic import op

revision = "0004_ended_requests"
down_revision = "0003_claims"


def upgrade() -> None:
    op.execute(
        "UPDATE hold_request SET ended_sequence = 9223372036854775807"
        " WHERE state = 'withdrawn' AND ended_sequence IS NULL"
    )


def downgrade() -> None:
    """The column goes with the migration before."""
