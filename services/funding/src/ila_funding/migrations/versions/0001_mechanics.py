"""Create outbox, inbox, audit, idempotency keys and timers."""

from ila_kit.store.mechanics import create_1, drop_1

revision = "0001_mechanics"
down_revision = None


def upgrade() -> None:
    create_1()


def downgrade() -> None:
    drop_1()
