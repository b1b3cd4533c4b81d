"""Let organisations be registered, have members and bank accounts, and keep what registers told.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003_providers"
down_revision = "0002_persons"

UTC = sa.DateTime(timezone=True)
_ORGANISATION = ("institution_type", "seat", "territory", "territory_title")


def upgrade() -> None:
    """Add the tables of providers, and what an organisation needs to have states."""
    _organisations()
    _registrations()
    _members()
    _bank_accounts()
    _register_facts()


def _organisations() -> None:
    for name in _ORGANISATION:
        op.add_column("organisation", sa.Column(name, sa.Text, nullable=False, server_default=""))
    for column in (
        sa.Column("legal_person_number", sa.Text),
        sa.Column("registration_id", sa.Uuid),
        sa.Column("state", sa.Text, nullable=False, server_default="active"),
        sa.Column("reason", sa.Text, comment="why the state is what it is, as written by who changed it"),
        sa.Column("approved_at", UTC, comment="null: seeded, and the others are not told yet"),
        sa.Column("updated_at", UTC, nullable=False, server_default=sa.func.now()),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    ):
        op.add_column("organisation", column)
    op.create_check_constraint(
        "organisation_state", "organisation", "state IN ('active', 'suspended', 'closed')"
    )
    op.create_index("organisation_title", "organisation", ["title", "id"])
    op.create_index(
        "organisation_untold", "organisation", ["id"], postgresql_where=sa.text("approved_at IS NULL")
    )


def _registrations() -> None:
    op.create_table(
        "attestation",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("registration_id", sa.Uuid, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("received_at", UTC, nullable=False),
        sa.CheckConstraint("verdict IN ('passed', 'indeterminate', 'failed')", name="attestation_verdict"),
    )
    op.create_index("attestation_registration", "attestation", ["registration_id", "id"])
    op.create_table(
        "provider_registration",
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
        sa.Column("decision", JSONB),
        sa.Column("institution", JSONB, comment="what the register of institutions told, with its proof"),
        sa.Column("legal_person", JSONB, comment="what the register of legal persons told"),
        sa.Column("ask_at", UTC, comment="when the registers are asked next; null: nothing is open"),
        sa.Column("ask_tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id")),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'returned', 'refused')", name="registration_state"
        ),
    )
    op.create_index("registration_state_id", "provider_registration", ["state", "id"])
    op.create_index("registration_registrant", "provider_registration", ["registrant_id", "id"])
    op.create_index("registration_updated", "provider_registration", ["updated_at", "id"])
    op.create_index(
        "registration_live",
        "provider_registration",
        ["viis_number"],
        unique=True,
        postgresql_where=sa.text("state IN ('submitted', 'returned')"),
    )
    op.create_index(
        "registration_asking",
        "provider_registration",
        ["ask_at"],
        postgresql_where=sa.text("ask_at IS NOT NULL"),
    )


def _members() -> None:
    op.create_table(
        "member",
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
        sa.CheckConstraint("state IN ('pending', 'confirmed', 'active', 'ended')", name="member_state"),
    )
    op.create_index("member_organisation", "member", ["organisation_id", "id"])
    op.create_index(
        "member_once",
        "member",
        ["organisation_id", "fingerprint"],
        unique=True,
        postgresql_where=sa.text("state <> 'ended'"),
    )
    op.create_index(
        "member_waiting", "member", ["fingerprint"], postgresql_where=sa.text("state = 'confirmed'")
    )


def _bank_accounts() -> None:
    op.create_table(
        "bank_account",
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
        sa.CheckConstraint(
            "state IN ('added', 'confirmed', 'replaced', 'lapsed')", name="bank_account_state"
        ),
    )
    op.create_index("bank_account_organisation", "bank_account", ["organisation_id", "id"])
    op.create_index(
        "bank_account_once",
        "bank_account",
        ["organisation_id", "fingerprint"],
        unique=True,
        postgresql_where=sa.text("state IN ('added', 'confirmed')"),
    )
    op.create_index(
        "bank_account_standing",
        "bank_account",
        ["organisation_id"],
        unique=True,
        postgresql_where=sa.text("state = 'confirmed'"),
    )


def _register_facts() -> None:
    op.create_table(
        "register_fact",
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
    )
    op.create_index("register_fact_wanted", "register_fact", ["next_at"], postgresql_where=sa.text("wanted"))


def downgrade() -> None:
    """Drop them again."""
    for table in ("register_fact", "bank_account", "member", "provider_registration", "attestation"):
        op.drop_table(table)
    op.drop_index("organisation_untold", "organisation")
    op.drop_index("organisation_title", "organisation")
    op.drop_constraint("organisation_state", "organisation")
    for name in (
        *_ORGANISATION,
        *("legal_person_number", "registration_id", "state", "reason", "approved_at", "updated_at"),
        "version",
    ):
        op.drop_column("organisation", name)
