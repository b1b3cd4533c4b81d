"""Keep machine clients and their public keys.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004_service_clients"
down_revision = "0003_providers"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables of clients and of their keys."""
    op.create_table(
        "service_client",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("client_id", sa.Text, nullable=False, unique=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("scopes", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, comment="why the state is what it is, as written by who changed it"),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("state IN ('active', 'suspended')", name="service_client_state"),
    )
    op.create_table(
        "service_client_key",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("service_client_id", sa.Uuid, sa.ForeignKey("service_client.id"), nullable=False),
        sa.Column("kid", sa.Text, nullable=False),
        sa.Column("jwk", JSONB, nullable=False, comment="the public half: kty, crv, x, y"),
        sa.Column("thumbprint", sa.Text, nullable=False, comment="RFC 7638: one key is one client's"),
        sa.Column("added_by", sa.Text, nullable=False),
        sa.Column("added_at", UTC, nullable=False),
        sa.Column("ends_at", UTC, comment="null: it counts until somebody says otherwise"),
        sa.UniqueConstraint("service_client_id", "kid", name="service_client_key_kid"),
        sa.UniqueConstraint("thumbprint", name="service_client_key_once"),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("service_client_key")
    op.drop_table("service_client")
