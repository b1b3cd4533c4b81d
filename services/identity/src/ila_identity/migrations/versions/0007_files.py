"""Keep files outside the database, found by their SHA-256: a row no longer holds bytes.

The release before wrote bytes into `data` and reads them there; this one writes none and moves those out.
"""

from alembic import op

revision = "0007_files"
down_revision = "0006_sanctions"

FILES = ("attestation", "authorisation")


def upgrade() -> None:
    """Let rows be without bytes, and find them by the digest of their file."""
    for table in FILES:
        op.alter_column(table, "data", nullable=True)
        op.create_index(f"{table}_sha256", table, ["sha256"])


def downgrade() -> None:
    """Drop the indexes; rows without bytes stay as they are."""
    for table in FILES:
        op.drop_index(f"{table}_sha256", table)
