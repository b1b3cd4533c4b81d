"""Keep who signed an attestation, and the report of its checks.

Only adds, so the release before this one runs on the new schema unchanged.
"""

revision = "0005_attested"
down_revision = "0004_service_clients"


def upgrade() -> None:
    """Add nothing yet."""


def downgrade() -> None:
    """Take nothing back."""
