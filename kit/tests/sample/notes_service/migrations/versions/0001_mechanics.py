"""Create what every service has."""

from ila_kit.store import mechanics

revision = "0001_mechanics"
down_revision = None


def upgrade() -> None:
    """Create the kit's tables."""
    mechanics.create_1()


def downgrade() -> None:
    """Remove them."""
    mechanics.drop_1()
