"""Create outbox, inbox, audit, idempotency keys and timers."""

from ila_kit.store import mechanics

revision = "0001_mechanics"
down_revision = None


def upgrade() -> None:
    """Add the kit's tables."""
    mechanics.create_1()


def downgrade() -> None:
    """Undo it."""
    mechanics.drop_1()
