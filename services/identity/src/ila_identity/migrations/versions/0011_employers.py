"""Keep employers beside institutions, and who registers them.

Only adds, so the release before this one runs on the new schema unchanged: what it adds is an institution.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011_employers"
down_revision = "0010_sought_titles"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the kind of organisations, and the table of registrations of employers."""
    op.add_column("organisation", sa.Column("kind", sa.Text, nullable=False, server_default="institution"))
    op.create_check_constraint("organisation_kind", "organisation", "kind IN ('institution', 'employer')")
    op.create_check_constraint(
        "organisation_employer_number",
        "organisation",
        "kind <> 'employer' OR (viis_number IS NULL AND legal_person_number IS NOT NULL)",
    )
    op.create_index("organisation_kind", "organisation", ["kind", "title", "id"])
    op.create_index(
        "organisation_employer_once",
        "organisation",
        ["legal_person_number"],
        unique=True,
        postgresql_where=sa.text("kind = 'employer' AND state <> 'closed'"),
    )
    _registrations()


def _registrations() -> None:
    op.create_table(
        "employer_registration",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("registrant_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("legal_person_number", sa.Text, nullable=False),
        sa.Column("contact_email", sa.Text, nullable=False),
        sa.Column(
            "sealed_answer",
            sa.LargeBinary,
            comment="what the register told, with codes of representatives: AES-256-GCM, bound to the row",
        ),
        sa.Column("reason", sa.Text, comment="why it was refused or has lapsed, by its code"),
        sa.Column("ask_at", UTC, comment="when the register is asked next; null: it is not"),
        sa.Column("ask_tries", sa.Integer, nullable=False),
        sa.Column("lapses_at", UTC, comment="the first instant at which silence ends it"),
        sa.Column("decided_at", UTC),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id")),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "state IN ('asking', 'registered', 'refused', 'lapsed', 'withdrawn')",
            name="employer_registration_state",
        ),
        sa.CheckConstraint(
            "(state = 'registered') = (organisation_id IS NOT NULL)", name="employer_registration_made"
        ),
        sa.CheckConstraint(
            "(state IN ('refused', 'lapsed')) = (reason IS NOT NULL)", name="employer_registration_reason"
        ),
    )
    _indexes("employer_registration")


def _indexes(table: str) -> None:
    op.create_index(f"{table}_registrant", table, ["registrant_id", "id"])
    op.create_index(f"{table}_listed", table, ["state", "id"])
    op.create_index(f"{table}_updated", table, ["updated_at", "id"])
    op.create_index(
        f"{table}_once",
        table,
        ["registrant_id", "legal_person_number"],
        unique=True,
        postgresql_where=sa.text("state = 'asking'"),
    )
    op.create_index(f"{table}_due", table, ["ask_at"], postgresql_where=sa.text("ask_at IS NOT NULL"))


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("employer_registration")
    op.drop_index("organisation_employer_once", "organisation")
    op.drop_index("organisation_kind", "organisation")
    op.drop_constraint("organisation_employer_number", "organisation")
    op.drop_constraint("organisation_kind", "organisation")
    op.drop_column("organisation", "kind")
