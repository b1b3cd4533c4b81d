"""The table of employers that people register, as the migrations made it."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC

from ila_identity.store.tables import metadata

employer_registration = sa.Table(
    "employer_registration",
    metadata,
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
    sa.Index("employer_registration_registrant", "registrant_id", "id"),
    sa.Index("employer_registration_listed", "state", "id"),
    sa.Index("employer_registration_updated", "updated_at", "id"),
    sa.Index(
        "employer_registration_once",
        "registrant_id",
        "legal_person_number",
        unique=True,
        postgresql_where=sa.text("state = 'asking'"),
    ),
    sa.Index("employer_registration_due", "ask_at", postgresql_where=sa.text("ask_at IS NOT NULL")),
)
