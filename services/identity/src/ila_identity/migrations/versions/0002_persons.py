"""Create persons, their logins, personal codes and accounts, organisations and role grants.

Only adds.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002_persons"
down_revision = "0001_mechanics"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the tables of identity."""
    _persons()
    _roles()


def _persons() -> None:
    op.create_table(
        "person",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("given_name", sa.Text, nullable=False),
        sa.Column("family_name", sa.Text, nullable=False),
        sa.Column("birth_date", sa.Date, nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("observed_at", UTC, nullable=False, comment="when the e-identity last told this"),
        sa.Column("created_at", UTC, nullable=False),
    )
    op.create_table(
        "login",
        sa.Column("issuer", sa.Text, primary_key=True),
        sa.Column("subject", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column("first_seen_at", UTC, nullable=False),
    )
    op.create_table(
        "personal_code",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False, index=True),
        sa.Column(
            "fingerprint", sa.LargeBinary(32), nullable=False, comment="HMAC: finds a code, tells none"
        ),
        sa.Column("sealed", sa.LargeBinary, nullable=False, comment="AES-256-GCM, bound to the person"),
        sa.Column("noted_at", UTC, nullable=False),
        sa.Column("replaced_at", UTC, comment="codes change once in a life, or by adoption"),
        sa.UniqueConstraint("fingerprint", name="personal_code_one_person"),
    )
    op.create_index(
        "personal_code_current",
        "personal_code",
        ["person_id"],
        unique=True,
        postgresql_where=sa.text("replaced_at IS NULL"),
    )
    op.create_table(
        "account",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("opened_at", UTC, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "state IN ('opened', 'active', 'restricted', 'closed', 'erased')", name="account_state"
        ),
    )


def _roles() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("viis_number", sa.Text, unique=True),
        sa.Column("created_at", UTC, nullable=False),
    )
    op.create_table(
        "role_grant",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id")),
        sa.Column("granted_at", UTC, nullable=False),
        sa.Column("granted_by", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.UniqueConstraint(
            "person_id", "role", "organisation_id", name="role_grant_once", postgresql_nulls_not_distinct=True
        ),
    )
    op.create_index("role_grant_role", "role_grant", ["role", "id"])
    op.create_index("role_grant_organisation", "role_grant", ["organisation_id", "id"])


def downgrade() -> None:
    """Drop them again."""
    for table in ("role_grant", "organisation", "account", "personal_code", "login", "person"):
        op.drop_table(table)
