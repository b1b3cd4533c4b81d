"""Create commissions, declared interests, decisions and agreements.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op
from ila_kit.store import mechanics
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004_evaluation_and_agreements"
down_revision = "0003_offers"

UTC = sa.DateTime(timezone=True)
NEW = (
    "agreement_signature",
    "agreement_programme",
    "agreement",
    "decision",
    "interest_declaration",
    "commission_member",
    "commission",
)


def upgrade() -> None:
    """Create the tables, and let a programme name its agreement; a decision and a signature never change."""
    _create_commission()
    _create_commission_member()
    _create_interest_declaration()
    _create_decision()
    _create_agreement()
    _create_agreement_programme()
    _create_agreement_signature()
    _widen_programme()


def downgrade() -> None:
    """Remove them, the ones that refer to others first."""
    op.drop_index("programme_of_agreement", "programme")
    op.drop_column("programme", "agreement_id")
    for table in NEW:
        op.drop_table(table)
    op.execute("DROP SEQUENCE agreement_number")


def _widen_programme() -> None:
    column = sa.Column(
        "agreement_id", sa.Uuid, sa.ForeignKey("agreement.id"), comment="under which it is published"
    )
    op.add_column("programme", column)
    op.create_index(
        "programme_of_agreement",
        "programme",
        ["agreement_id"],
        postgresql_where=sa.text("agreement_id IS NOT NULL"),
    )


def _create_commission() -> None:
    op.create_table(
        "commission",
        sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
    )


def _create_commission_member() -> None:
    op.create_table(
        "commission_member",
        sa.Column("call_id", sa.Uuid, sa.ForeignKey("commission.call_id"), primary_key=True),
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("chair", sa.Boolean, nullable=False),
    )
    op.create_index(
        "commission_member_one_chair",
        "commission_member",
        ["call_id"],
        unique=True,
        postgresql_where=sa.text("chair"),
    )


def _create_interest_declaration() -> None:
    op.create_table(
        "interest_declaration",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("provider.id"), nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("conflict", sa.Boolean, nullable=False),
        sa.Column("declared_at", UTC, nullable=False),
        sa.UniqueConstraint("call_id", "organisation_id", "person_id", name="interest_declaration_standing"),
    )


def _create_decision() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("offer_id", sa.Uuid, sa.ForeignKey("offer.id"), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("reasons", JSONB, nullable=False, comment="[{criterion, text}]"),
        sa.Column("decided_by", sa.Uuid, nullable=False),
        sa.Column("decided_at", UTC, nullable=False),
        sa.CheckConstraint("outcome IN ('approved', 'rejected')", name="decision_outcome"),
        sa.CheckConstraint("jsonb_array_length(reasons) > 0", name="decision_reasons"),
    )
    op.create_index("decision_offer", "decision", ["offer_id", "id"])
    mechanics.append_only("decision")


def _create_agreement() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("agreement_number")))
    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Text, nullable=False),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("provider.id"), nullable=False),
        sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("prepared_by", sa.Text, nullable=False),
        sa.Column("prepared_at", UTC, nullable=False),
        sa.Column("document", sa.Text, nullable=False),
        sa.Column("document_sha256", sa.Text, nullable=False, comment="of its UTF-8 bytes"),
        sa.Column("due_at", UTC, comment="when it lapses, unless the next side signs"),
        sa.Column("in_force_at", UTC),
        sa.Column("over_at", UTC),
        sa.Column("over_reason", sa.Text),
        sa.Column("demonstration", sa.Boolean, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.UniqueConstraint("number", name="agreement_number_once"),
        sa.CheckConstraint(
            "state IN ('prepared', 'signed_by_provider', 'in_force', 'amended',"
            " 'ended', 'terminated', 'lapsed')",
            name="agreement_state",
        ),
        sa.CheckConstraint(
            "(state IN ('in_force', 'amended', 'ended', 'terminated')) = (in_force_at IS NOT NULL)",
            name="agreement_in_force",
        ),
        sa.CheckConstraint(
            "(state IN ('ended', 'terminated', 'lapsed')) = (over_at IS NOT NULL)", name="agreement_over"
        ),
        sa.CheckConstraint("document_sha256 ~ '^[0-9a-f]{64}$'", name="agreement_document"),
    )
    op.create_index(
        "agreement_one_live",
        "agreement",
        ["organisation_id", "call_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'lapsed'"),
    )
    op.create_index("agreement_organisation", "agreement", ["organisation_id", "id"])
    op.create_index("agreement_call", "agreement", ["call_id", "id"])
    op.create_index("agreement_by_state", "agreement", ["state", "id"])
    op.create_index("agreement_updated", "agreement", ["updated_at", "id"])


def _create_agreement_programme() -> None:
    op.create_table(
        "agreement_programme",
        sa.Column("agreement_id", sa.Uuid, sa.ForeignKey("agreement.id"), primary_key=True),
        # Checked at the commit: an agreement and its programmes may be stored in any order.
        sa.Column(
            "programme_id",
            sa.Uuid,
            sa.ForeignKey("programme.id", deferrable=True, initially="DEFERRED"),
            primary_key=True,
        ),
        sa.Column("offer_id", sa.Uuid, sa.ForeignKey("offer.id"), comment="null in demonstration data"),
    )
    op.create_index("agreement_programme_other_way", "agreement_programme", ["programme_id"])


def _create_agreement_signature() -> None:
    op.create_table(
        "agreement_signature",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("agreement_id", sa.Uuid, sa.ForeignKey("agreement.id"), nullable=False),
        sa.Column("party", sa.Text, nullable=False),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("document_sha256", sa.Text, nullable=False),
        sa.Column("signed_at", UTC, nullable=False),
        sa.UniqueConstraint("agreement_id", "party", name="agreement_signature_once"),
        sa.CheckConstraint("party IN ('provider', 'agency')", name="agreement_signature_party"),
    )
    mechanics.append_only("agreement_signature")
