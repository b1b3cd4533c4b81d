"""Create schedule changes, register facts, places, offers with their submissions, attachments and quotas.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op
from ila_kit.store import mechanics
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003_offers"
down_revision = "0002_calls_and_programmes"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables, and what calls, institutions and programmes need beside them."""
    _create_schedule_change()
    _create_register_fact()
    _create_place()
    _widen()
    _create_offer()
    _create_offer_submission()
    _create_attachment()
    _create_quota()


def downgrade() -> None:
    """Remove them, the ones that refer to others first."""
    for table in ("quota", "attachment", "offer_submission", "offer"):
        op.drop_table(table)
    op.execute("DROP SEQUENCE offer_receipt_sequence")
    op.drop_index("programme_own", "programme")
    for column in ("place_id", "learning_need_id", "licence_number"):
        op.drop_column("programme", column)
    for table in ("place", "register_fact", "schedule_change"):
        op.drop_table(table)
    for column in ("standing_version", "suspended", "told_version"):
        op.drop_column("provider", column)
    op.drop_column("call", "phase_states")


def _widen() -> None:
    told = sa.Column(
        "phase_states", JSONB, nullable=False, server_default="{}", comment="what was told of each"
    )
    op.add_column("call", told)
    facts = sa.Column(
        "told_version", sa.Integer, nullable=False, server_default="0", comment="of these facts"
    )
    op.add_column("provider", facts)
    op.add_column("provider", sa.Column("suspended", sa.Boolean, nullable=False, server_default=sa.false()))
    standing = sa.Column(
        "standing_version", sa.Integer, nullable=False, server_default="0", comment="of suspended"
    )
    op.add_column("provider", standing)
    op.add_column("programme", sa.Column("licence_number", sa.Text))
    op.add_column("programme", sa.Column("learning_need_id", sa.Uuid))
    op.add_column("programme", sa.Column("place_id", sa.Uuid, sa.ForeignKey("place.id")))
    op.create_index("programme_own", "programme", ["provider_id", "id"])


def _create_schedule_change() -> None:
    op.create_table(
        "schedule_change",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
        sa.Column("phases", JSONB, nullable=False, comment="[{name, opens_at, closes_at}]"),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("confirmed_by", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.CheckConstraint(
            "state IN ('proposed', 'applied', 'withdrawn', 'lapsed')", name="schedule_change_state"
        ),
        sa.CheckConstraint("confirmed_by <> proposed_by", name="schedule_change_two_persons"),
        sa.CheckConstraint(
            "(state = 'applied') = (confirmed_by IS NOT NULL)", name="schedule_change_confirmed"
        ),
    )
    op.create_index("schedule_change_call", "schedule_change", ["call_id", "id"])
    op.create_index(
        "schedule_change_one",
        "schedule_change",
        ["call_id"],
        unique=True,
        postgresql_where=sa.text("state = 'proposed'"),
    )


def _create_register_fact() -> None:
    op.create_table(
        "register_fact",
        sa.Column("provider_id", sa.Uuid, sa.ForeignKey("provider.id"), primary_key=True),
        sa.Column("register", sa.Text, primary_key=True),
        sa.Column("found", sa.Boolean),
        sa.Column("answer", JSONB),
        sa.Column("observed_at", UTC, comment="null: the register has not answered yet"),
        sa.Column("legal_basis", sa.Text),
        sa.Column("hash", sa.Text),
        sa.Column("snapshot", sa.Text, comment="question and answer as the gateway signed them"),
        sa.Column("ask_at", UTC, comment="null: nobody waits for a newer answer"),
        sa.Column("tries", sa.Integer, nullable=False, comment="in vain, since the last answer"),
        sa.Column("fault", sa.Text, comment="why the last try was in vain"),
        sa.Column("updated_at", UTC, nullable=False),
    )
    op.create_index(
        "register_fact_due", "register_fact", ["ask_at"], postgresql_where=sa.text("ask_at IS NOT NULL")
    )


def _create_place() -> None:
    op.create_table(
        "place",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("provider.id"), nullable=False),
        sa.Column("text", sa.Text, nullable=False, comment="as the institution wrote it"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("register_id", sa.Text, comment="of the address in the register"),
        sa.Column("address", sa.Text, comment="as the register writes it"),
        sa.Column("territory", sa.Text),
        sa.Column("territory_name", sa.Text),
        sa.Column("provenance", JSONB, comment="{register, observed_at, legal_basis, hash, snapshot}"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.CheckConstraint("state IN ('entered', 'matched', 'not_matched')", name="place_state"),
        sa.CheckConstraint(
            "(state = 'matched') = (address IS NOT NULL AND territory IS NOT NULL)", name="place_matched"
        ),
    )
    op.create_index("place_organisation", "place", ["organisation_id", "id"])
    op.create_index(
        "place_entered", "place", ["organisation_id"], postgresql_where=sa.text("state = 'entered'")
    )


def _create_offer() -> None:
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("provider.id"), nullable=False),
        sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
        sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id"), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("funding_source", sa.Text, comment="picked by the institution; null until then"),
        sa.Column("confirmed", sa.Boolean, nullable=False, comment="that what it says is true"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("submission", sa.Integer, nullable=False, comment="number of the last one; 0 before"),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.UniqueConstraint("programme_id", name="offer_programme"),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'withdrawn', 'locked', 'in_evaluation', 'clarification',"
            " 'approved', 'rejected', 'contested', 'final')",
            name="offer_state",
        ),
        sa.CheckConstraint("state = 'draft' OR submission > 0", name="offer_submission_count"),
    )
    op.create_index("offer_organisation", "offer", ["organisation_id", "id"])
    op.create_index("offer_call", "offer", ["call_id", "organisation_id", "id"])
    op.create_index("offer_updated", "offer", ["updated_at", "id"])


def _create_offer_submission() -> None:
    op.execute(sa.schema.CreateSequence(sa.Sequence("offer_receipt_sequence")))
    op.create_table(
        "offer_submission",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("offer_id", sa.Uuid, sa.ForeignKey("offer.id"), nullable=False),
        sa.Column("submission", sa.Integer, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False, comment="of all receipts"),
        sa.Column("received_at", UTC, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False, comment="of the content, attachments with it"),
        sa.Column("signature", sa.Text, nullable=False, comment="compact JWS over the receipt"),
        sa.Column("content", JSONB, nullable=False),
        sa.Column("submitted_by", sa.Text, nullable=False),
        sa.UniqueConstraint("offer_id", "submission", name="offer_submission_number"),
        sa.UniqueConstraint("sequence", name="offer_submission_sequence"),
    )
    mechanics.append_only("offer_submission")


def _create_attachment() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("subject_kind", sa.Text, nullable=False),
        sa.Column("subject_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("media_type", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False, comment="in bytes"),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("removed_at", UTC, comment="taken off the draft; a submission may still hold it"),
        sa.CheckConstraint("subject_kind IN ('offer', 'programme')", name="attachment_subject_kind"),
        sa.CheckConstraint("size > 0", name="attachment_size"),
    )
    op.create_index("attachment_subject", "attachment", ["subject_id", "id"])


def _create_quota() -> None:
    op.create_table(
        "quota",
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("provider.id"), primary_key=True),
        sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("used", sa.Integer, nullable=False, comment="submitted and not withdrawn"),
        sa.Column("most", sa.Integer, nullable=False),
        sa.CheckConstraint("used BETWEEN 0 AND most", name="quota_used"),
    )
