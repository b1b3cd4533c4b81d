"""Tables of identity, as the migrations made them."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC
from sqlalchemy.dialects.postgresql import JSONB

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
    sa.Column("erased_at", UTC, comment="from then on nobody is known by this id"),
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
    sa.Column("kind", sa.Text, nullable=False, server_default="institution"),
    sa.Column("legal_person_number", sa.Text),
    sa.Column("institution_type", sa.Text, nullable=False, server_default=""),
    sa.Column("seat", sa.Text, nullable=False, server_default=""),
    sa.Column("territory", sa.Text, nullable=False, server_default=""),
    sa.Column("territory_title", sa.Text, nullable=False, server_default=""),
    sa.Column("registration_id", sa.Uuid),
    sa.Column("state", sa.Text, nullable=False, server_default="active"),
    sa.Column("reason", sa.Text, comment="why the state is what it is, as written by who changed it"),
    sa.Column(
        "sought",
        sa.Text,
        sa.Computed(
            "lower(translate(title, 'ĀČĒĢĪĶĻŅŌŖŠŪŽāčēģīķļņōŗšūž', 'ACEGIKLNORSUZacegiklnorsuz'))",
            persisted=True,
        ),
        comment="the title as people type it when they seek",
    ),
    sa.Column("barred", sa.ARRAY(sa.Text), nullable=False, server_default="{}", comment="by its sanctions"),
    sa.Column("approved_at", UTC, comment="null: seeded, and the others are not told yet"),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False, server_default=sa.func.now()),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("state IN ('active', 'suspended', 'closed')", name="organisation_state"),
    sa.CheckConstraint("kind IN ('institution', 'employer')", name="organisation_kind"),
    sa.CheckConstraint(
        "kind <> 'employer' OR (viis_number IS NULL AND legal_person_number IS NOT NULL)",
        name="organisation_employer_number",
    ),
    sa.Index("organisation_title", "title", "id"),
    sa.Index("organisation_kind", "kind", "title", "id"),
    sa.Index(
        "organisation_employer_once",
        "legal_person_number",
        unique=True,
        postgresql_where=sa.text("kind = 'employer' AND state <> 'closed'"),
    ),
    sa.Index("organisation_untold", "id", postgresql_where=sa.text("approved_at IS NULL")),
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

role_proposal = sa.Table(
    "role_proposal",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True, comment="that of the grant, once it is confirmed"),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False),
    sa.Column("proposed_at", UTC, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("confirmed_by", sa.Text),
    sa.Column("due_at", UTC),
    sa.Column("updated_at", UTC, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("state IN ('pending', 'active', 'revoked', 'lapsed')", name="role_proposal_state"),
    sa.CheckConstraint("confirmed_by <> proposed_by", name="role_proposal_four_eyes"),
    sa.Index(
        "role_proposal_once",
        "person_id",
        "role",
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    ),
)

register_fact = sa.Table(
    "register_fact",
    metadata,
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("wanted", sa.Boolean, nullable=False),
    sa.Column("next_at", UTC, nullable=False, comment="when the register is asked, if it is wanted"),
    sa.Column("tries", sa.Integer, nullable=False, comment="in vain, since it was wanted"),
    sa.Column("birth_date", sa.Date, comment="null with an observed_at: the register has no such person"),
    sa.Column("alive", sa.Boolean),
    sa.Column("observed_at", UTC),
    sa.Column("valid_until", UTC),
    sa.Column("legal_basis", sa.Text),
    sa.Column("sealed_proof", sa.LargeBinary, comment="hash and signed snapshot: they hold the code"),
    sa.Index("register_fact_wanted", "next_at", postgresql_where=sa.text("wanted")),
)

support_question = sa.Table(
    "support_question",
    metadata,
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
    sa.Column("wanted", sa.Boolean, nullable=False),
    sa.Column("next_at", UTC, nullable=False, comment="when the register is asked, if it is wanted"),
    sa.Column("tries", sa.Integer, nullable=False, comment="in vain, since it was wanted"),
    sa.Index("support_question_wanted", "next_at", postgresql_where=sa.text("wanted")),
)

# Rows are only added: a decision about money stands on one of them.
support_answer = sa.Table(
    "support_answer",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("observed_at", UTC, nullable=False),
    sa.Column("legal_basis", sa.Text, nullable=False),
    sa.Column("supports", JSONB, nullable=False, comment="what others paid; empty: nothing"),
    sa.Column(
        "sealed_proofs",
        sa.LargeBinary,
        nullable=False,
        comment="hashes and signed snapshots: they hold codes",
    ),
    sa.Index("support_answer_person", "person_id", "observed_at", "id"),
)

service_client = sa.Table(
    "service_client",
    metadata,
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

service_client_key = sa.Table(
    "service_client_key",
    metadata,
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
