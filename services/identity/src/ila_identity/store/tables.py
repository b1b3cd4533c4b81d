"""Tables of identity, as the migrations made them."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC

metadata = sa.MetaData()

person = sa.Table(
    "person",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("given_name", sa.Text, nullable=False),
    sa.Column("family_name", sa.Text, nullable=False),
    sa.Column("birth_date", sa.Date, nullable=False),
    sa.Column("email", sa.Text),
    sa.Column("observed_at", UTC, nullable=False, comment="when the e-identity last told this"),
    sa.Column("created_at", UTC, nullable=False),
)

login = sa.Table(
    "login",
    metadata,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("first_seen_at", UTC, nullable=False),
)

personal_code = sa.Table(
    "personal_code",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False, index=True),
    sa.Column("fingerprint", sa.LargeBinary(32), nullable=False, comment="HMAC: finds a code, tells none"),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="AES-256-GCM, bound to the person"),
    sa.Column("noted_at", UTC, nullable=False),
    sa.Column("replaced_at", UTC, comment="codes change once in a life, or by adoption"),
    sa.UniqueConstraint("fingerprint", name="personal_code_one_person"),
    sa.Index(
        "personal_code_current", "person_id", unique=True, postgresql_where=sa.text("replaced_at IS NULL")
    ),
)

account = sa.Table(
    "account",
    metadata,
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("opened_at", UTC, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint(
        "state IN ('opened', 'active', 'restricted', 'closed', 'erased')", name="account_state"
    ),
)

organisation = sa.Table(
    "organisation",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("viis_number", sa.Text, unique=True),
    sa.Column("created_at", UTC, nullable=False),
)

role_grant = sa.Table(
    "role_grant",
    metadata,
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
    sa.Index("role_grant_role", "role", "id"),
    sa.Index("role_grant_organisation", "organisation_id", "id"),
)
