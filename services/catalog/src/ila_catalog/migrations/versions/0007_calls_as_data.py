"""Keep learning needs, questions, documents and outside offers of calls."""

revision = "0007_calls_as_data"
down_revision = "0006_search"


def upgrade() -> None:
    """Make what this release needs."""


def downgrade() -> None:
    """Take it away again."""
