"""Create notes."""

from alembic import op
from notes_service.tables import metadata

revision = "0002_notes"
down_revision = "0001_mechanics"


def upgrade() -> None:
    """Create the table."""
    metadata.create_all(op.get_bind(), checkfirst=False)


def downgrade() -> None:
    """Remove it."""
    metadata.drop_all(op.get_bind(), checkfirst=False)
