"""What a person was supported for already."""

revision = "0009_earlier_support"
down_revision = "0008_entitlements"


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Nothing yet."""
