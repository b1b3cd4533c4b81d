"""Keep files outside the database, found by their SHA-256: a row no longer holds bytes.

The release before wrote bytes into `data` and reads them there; this one writes none and moves those out.
"""

from alembic import op

revision = "0006_files"
down_revision = "0005_provider_standing"


def upgrade() -> None:
    """Let rows be without bytes, and find them by the digest of their file."""
    op.alter_column("evidence", "data", nullable=True)
    op.create_index("evidence_sha256", "evidence", ["sha256"])


def downgrade() -> None:
    """Drop the index; rows without bytes stay as they are."""
    op.drop_index("evidence_sha256", "evidence")
