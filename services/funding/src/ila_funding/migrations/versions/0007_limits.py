"""Limits of budget lines by two people, alarms and pauses."""

revision = "0007_limits"
down_revision = "0006_methodologies"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
