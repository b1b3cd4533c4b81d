"""Keep sanctions of organisations, each with its facts, grounds and end.

Only adds, so the release before this one runs on the new schema unchanged.
"""

revision = "0006_sanctions"
down_revision = "0005_attested"


def upgrade() -> None:
    """Add nothing yet."""


def downgrade() -> None:
    """Take nothing back."""
