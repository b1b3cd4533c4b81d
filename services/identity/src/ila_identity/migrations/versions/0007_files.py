"""Keep files outside the database, found by their SHA-256, who looked at whose data, exports, and erasures.

The release before wrote bytes into `data` and reads them there; this one writes none and moves those out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_files"
down_revision = "0006_sanctions"

FILES = ("attestation", "authorisation")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Let rows be without bytes, find them by the digest of their file, and add log, exports and erasures."""
    for table in FILES:
        op.alter_column(table, "data", nullable=True)
        op.create_index(f"{table}_sha256", table, ["sha256"])
    _create_access_log()
    _create_exports()
    _create_erasures()


def _create_access_log() -> None:
    op.create_table(
        "access_log",
        sa.Column("look_id", sa.Uuid, primary_key=True),
        sa.Column(
            "person_id", sa.Uuid, primary_key=True, comment="whose data; may be known to a service alone"
        ),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("viewed_at", UTC, nullable=False),
        sa.Column("viewer", sa.Text, nullable=False),
        sa.Column("viewer_roles", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("organisation_ids", sa.ARRAY(sa.Uuid), nullable=False),
        sa.Column("acting_for", sa.Text),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column(
            "what", sa.ARRAY(sa.Text), nullable=False, comment="names of what was shown, never the data"
        ),
    )
    op.create_index("access_log_person", "access_log", ["person_id", "viewed_at", "look_id"])


def _create_exports() -> None:
    op.create_table(
        "person_export",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("requested_at", UTC, nullable=False),
        sa.Column("next_at", UTC, nullable=False, comment="when it is collected, while it is"),
        sa.Column("expires_at", UTC, nullable=False),
        sa.Column("waiting_for", sa.ARRAY(sa.Text), nullable=False, comment="services whose part is missing"),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("ready_at", UTC),
        sa.Column("sha256", sa.Text, comment="of the file, while it is kept"),
        sa.Column("size", sa.Integer),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("state IN ('collecting', 'ready', 'expired')", name="person_export_state"),
    )
    under_way = sa.text("state = 'collecting'")
    op.create_index(
        "person_export_under_way", "person_export", ["person_id"], unique=True, postgresql_where=under_way
    )
    op.create_index("person_export_due", "person_export", ["next_at"], postgresql_where=under_way)
    op.create_index("person_export_sha256", "person_export", ["sha256"])


def _create_erasures() -> None:
    op.create_table(
        "person_erasure",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("requested_at", UTC, nullable=False),
        sa.Column("answered", sa.ARRAY(sa.Text), nullable=False, comment="services that erased their part"),
        sa.Column("erased_at", UTC),
    )
    op.add_column("person", sa.Column("erased_at", UTC, comment="from then on nobody is known by this id"))


def downgrade() -> None:
    """Drop erasures, exports, log and indexes; rows without bytes stay as they are."""
    op.drop_column("person", "erased_at")
    op.drop_table("person_erasure")
    op.drop_table("person_export")
    op.drop_table("access_log")
    for table in FILES:
        op.drop_index(f"{table}_sha256", table)
