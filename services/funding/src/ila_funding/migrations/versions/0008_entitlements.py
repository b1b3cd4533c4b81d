"""Entitlements of learners, accounts of the ledger, periods."""

revision = "0008_entitlements"
down_revision = "0007_limits"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
