"""Tables of providers: registrations, members and bank accounts, as the migrations made them."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC
from sqlalchemy.dialects.postgresql import JSONB

from ila_identity.store.tables import metadata

attestation = sa.Table(
    "attestation",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("registration_id", sa.Uuid, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("data", sa.LargeBinary),  # written by the release before; the worker moves it out
    sa.Column("received_at", UTC, nullable=False),
    sa.Column("checks", JSONB(none_as_null=True), comment="what was looked at, in words; names no person"),
    sa.Column("sealed_signatures", sa.LargeBinary, comment="AES-256-GCM, bound to the attestation"),
    sa.CheckConstraint("verdict IN ('passed', 'indeterminate', 'failed')", name="attestation_verdict"),
    sa.Index("attestation_registration", "registration_id", "id"),
    sa.Index("attestation_sha256", "sha256"),
)

authorisation = sa.Table(
    "authorisation",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("registration_id", sa.Uuid, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("data", sa.LargeBinary),
    sa.Column("received_at", UTC, nullable=False),
    sa.Index("authorisation_registration", "registration_id", "id"),
    sa.Index("authorisation_sha256", "sha256"),
)

registration = sa.Table(
    "provider_registration",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("registrant_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
    sa.Column("viis_number", sa.Text, nullable=False),
    sa.Column("legal_person_number", sa.Text, nullable=False),
    sa.Column("contact_email", sa.Text, nullable=False),
    sa.Column("attestation_id", sa.Uuid, sa.ForeignKey("attestation.id"), nullable=False),
    sa.Column("given_name", sa.Text, nullable=False, comment="of the named administrator"),
    sa.Column("family_name", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False),
    sa.Column(
        "sealed_code", sa.LargeBinary, nullable=False, comment="AES-256-GCM, bound to the registration"
    ),
    sa.Column("received_at", UTC),
    sa.Column("due_at", UTC),
    sa.Column("overdue", sa.Boolean, nullable=False),
    sa.Column("approvals", JSONB, nullable=False),
    sa.Column("decision", JSONB(none_as_null=True)),
    sa.Column(
        "institution",
        JSONB(none_as_null=True),
        comment="what the register of institutions told, with its proof",
    ),
    sa.Column(
        "legal_person",
        JSONB(none_as_null=True),
        comment="what the register of legal persons told, in rows from before it was sealed",
    ),
    sa.Column(
        "sealed_legal_person",
        sa.LargeBinary,
        comment="what it told, with the codes of representatives: AES-256-GCM, bound to the registration",
    ),
    sa.Column(
        "authorisation",
        JSONB(none_as_null=True),
        comment="the file that lets the signer sign, who checked it",
    ),
    sa.Column("due_soon", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("ask_at", UTC, comment="when the registers are asked next; null: nothing is open"),
    sa.Column("ask_tries", sa.Integer, nullable=False, server_default="0"),
    sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id")),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint(
        "state IN ('draft', 'submitted', 'approved', 'returned', 'refused')", name="registration_state"
    ),
    sa.Index("registration_state_id", "state", "id"),
    sa.Index("registration_registrant", "registrant_id", "id"),
    sa.Index("registration_updated", "updated_at", "id"),
    sa.Index("registration_due", sa.text("coalesce(due_at, created_at)"), "id"),
    sa.Index(
        "registration_live",
        "viis_number",
        unique=True,
        postgresql_where=sa.text("state IN ('submitted', 'returned')"),
    ),
    sa.Index("registration_asking", "ask_at", postgresql_where=sa.text("ask_at IS NOT NULL")),
)

member = sa.Table(
    "member",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), comment="known from the sign-in on"),
    sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
    sa.Column("sealed_code", sa.LargeBinary, nullable=False, comment="AES-256-GCM, bound to the member"),
    sa.Column("given_name", sa.Text, nullable=False),
    sa.Column("family_name", sa.Text, nullable=False),
    sa.Column("roles", sa.ARRAY(sa.Text), nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("confirmed_by", sa.Text),
    sa.Column("due_at", UTC),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("wanted", sa.ARRAY(sa.Text), comment="roles that wait for a second person"),
    sa.Column("wanted_by", sa.Text),
    sa.CheckConstraint(
        "state IN ('pending', 'confirmed', 'active', 'changing', 'ended')", name="member_state"
    ),
    sa.Index("member_organisation", "organisation_id", "id"),
    sa.Index(
        "member_once",
        "organisation_id",
        "fingerprint",
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    ),
    sa.Index("member_waiting", "fingerprint", postgresql_where=sa.text("state = 'confirmed'")),
)

bank_account = sa.Table(
    "bank_account",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("fingerprint", sa.LargeBinary(32), nullable=False),
    sa.Column("sealed_iban", sa.LargeBinary, nullable=False, comment="AES-256-GCM, bound to the account"),
    sa.Column("holder", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("added_by", sa.Text, nullable=False),
    sa.Column("confirmed_by", sa.Text),
    sa.Column("confirmed_at", UTC),
    sa.Column("payable_from", UTC),
    sa.Column("due_at", UTC),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("state IN ('added', 'confirmed', 'replaced', 'lapsed')", name="bank_account_state"),
    sa.Index("bank_account_organisation", "organisation_id", "id"),
    sa.Index(
        "bank_account_once",
        "organisation_id",
        "fingerprint",
        unique=True,
        postgresql_where=sa.text("state IN ('added', 'confirmed')"),
    ),
    sa.Index(
        "bank_account_standing",
        "organisation_id",
        unique=True,
        postgresql_where=sa.text("state = 'confirmed'"),
    ),
)

sanction = sa.Table(
    "sanction",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("legal_basis", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("imposed_by", sa.Text, nullable=False),
    sa.Column("imposed_at", UTC, nullable=False),
    sa.Column("ends_on", sa.Date, comment="the last day, in Latvia; null: open-ended"),
    sa.Column("ends_at", UTC, comment="the first instant after the last day"),
    sa.Column("reply_state", sa.Text, comment="null: none is awaited"),
    sa.Column("reply_due_at", UTC, comment="the first instant too late for a reply"),
    sa.Column("reply", sa.Text),
    sa.Column("replied_by", sa.Text),
    sa.Column("replied_at", UTC),
    sa.Column("ended_by", sa.Text, comment="null with an ended_at: by itself"),
    sa.Column("ended_at", UTC),
    sa.Column("end_reason", sa.Text),
    sa.Column("updated_at", UTC, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint(
        "scope IN ('new_offers', 'new_enrolments', 'payments', 'all', 'closure')", name="sanction_scope"
    ),
    sa.CheckConstraint("state IN ('in_force', 'lifted', 'ended')", name="sanction_state"),
    sa.CheckConstraint("reply_state IN ('awaited', 'given', 'missed')", name="sanction_reply_state"),
    sa.CheckConstraint(
        "(reply IS NOT NULL) = (reply_state IS NOT DISTINCT FROM 'given')", name="sanction_reply_kept"
    ),
    sa.Index("sanction_organisation", "organisation_id", "id"),
    sa.Index(
        "sanction_once",
        "organisation_id",
        "scope",
        unique=True,
        postgresql_where=sa.text("state = 'in_force'"),
    ),
)
