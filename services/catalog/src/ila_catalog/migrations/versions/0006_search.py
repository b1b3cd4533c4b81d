"""Let visitors search by stems, count facets, and see nobody flood the first page."""

revision = "0006_search"
down_revision = "0005_files"


def upgrade() -> None:
    """Make what this release needs."""


def downgrade() -> None:
    """Take it away again."""
