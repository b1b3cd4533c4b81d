"""Keep files outside the database, found by what they are.

Only adds, so the release before this one runs on the new schema unchanged.
"""

revision = "0007_files"
down_revision = "0006_sanctions"


def upgrade() -> None:
    """Add nothing yet."""


def downgrade() -> None:
    """Take nothing back."""
