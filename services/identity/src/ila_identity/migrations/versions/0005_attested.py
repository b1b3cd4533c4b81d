"""Keep who signed an attestation, the report of its checks, and by what right somebody signed.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005_attested"
down_revision = "0004_service_clients"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add what the verification found, authorisations, and what the queue of registrations shows."""
    op.add_column(
        "attestation",
        sa.Column(
            "checks", JSONB(none_as_null=True), comment="what was looked at, in words; names no person"
        ),
    )
    op.add_column(
        "attestation",
        sa.Column("sealed_signatures", sa.LargeBinary, comment="AES-256-GCM, bound to the attestation"),
    )
    op.create_table(
        "authorisation",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("registration_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("received_at", UTC, nullable=False),
    )
    op.create_index("authorisation_registration", "authorisation", ["registration_id", "id"])
    _add_to_registrations()


def _add_to_registrations() -> None:
    table = "provider_registration"
    op.alter_column(
        table,
        "legal_person",
        comment="what the register of legal persons told, in rows from before it was sealed",
        existing_comment="what the register of legal persons told",
    )
    op.add_column(
        table,
        sa.Column(
            "sealed_legal_person",
            sa.LargeBinary,
            comment="what it told, with the codes of representatives: AES-256-GCM, bound to the registration",
        ),
    )
    op.add_column(
        table,
        sa.Column(
            "authorisation",
            JSONB(none_as_null=True),
            comment="the file that lets the signer sign, who checked it",
        ),
    )
    op.add_column(table, sa.Column("due_soon", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_index("registration_due", table, [sa.text("coalesce(due_at, created_at)"), "id"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index("registration_due", "provider_registration")
    for column in ("due_soon", "authorisation", "sealed_legal_person"):
        op.drop_column("provider_registration", column)
    op.alter_column(
        "provider_registration",
        "legal_person",
        comment="what the register of legal persons told",
        existing_comment="what the register of legal persons told, in rows from before it was sealed",
    )
    op.drop_table("authorisation")
    for column in ("sealed_signatures", "checks"):
        op.drop_column("attestation", column)
