"""Methodologies, their approval, and what each changed."""

revision = "0006_methodologies"
down_revision = "0005_prices"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
