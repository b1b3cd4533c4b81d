"""Create agreements, providers, results, claims and payment runs; order the facts of an application.

Only adds, but for one constraint that is widened: an application found eligible again after an ending
has a second hold, of which one at a time is live.
"""

import sqlalchemy as sa
from alembic import op
from ila_kit.store.mechanics import append_only

revision = "0003_claims"
down_revision = "0002_money"

MONEY = sa.Numeric(14, 2)
UTC = sa.DateTime(timezone=True)
TABLES = [
    "agreement",
    "agreement_programme",
    "provider",
    "verified_result",
    "account_user",
    "claim",
    "claim_line",
    "payment_run",
    "payment",
    "check_result",
]
LIVE = "state IN ('held', 'committed', 'consumed')"


def upgrade() -> None:
    op.add_column(
        "published_call",
        sa.Column("drop_out_rule", sa.Text, nullable=False, server_default="completion_only"),
    )
    op.add_column("published_programme", sa.Column("agreement_id", sa.Uuid))
    _facts()
    _told()
    _claims()
    _runs()
    append_only("check_result")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_index("hold_application", "hold")
    op.drop_index("hold_live_once", "hold")
    op.create_unique_constraint("hold_application_id_key", "hold", ["application_id"])
    for column in ("eligible_sequence", "enrolled_sequence", "ended_sequence"):
        op.drop_column("hold_request", column)
    op.drop_column("published_programme", "agreement_id")
    op.drop_column("published_call", "drop_out_rule")


def _facts() -> None:
    op.add_column(
        "hold_request", sa.Column("eligible_sequence", sa.BigInteger, nullable=False, server_default="0")
    )
    op.add_column("hold_request", sa.Column("enrolled_sequence", sa.BigInteger))
    op.add_column("hold_request", sa.Column("ended_sequence", sa.BigInteger))
    op.create_index("hold_live_once", "hold", ["application_id"], unique=True, postgresql_where=sa.text(LIVE))
    op.create_index("hold_application", "hold", ["application_id", "created_at", "id"])
    op.drop_constraint("hold_application_id_key", "hold")


def _told() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("in_force_at", UTC),
        sa.Column("methodology_version", sa.Text, comment="pinned when it came into force"),
        sa.Column("ended_at", UTC),
        sa.Column("outcome", sa.Text),
    )
    op.create_table(
        "agreement_programme",
        sa.Column("agreement_id", sa.Uuid, sa.ForeignKey("agreement.id"), primary_key=True),
        sa.Column("programme_id", sa.Uuid, primary_key=True),
    )
    op.create_index("agreement_programme_programme", "agreement_programme", ["programme_id"])
    op.create_table(
        "provider",
        sa.Column("organisation_id", sa.Uuid, primary_key=True),
        sa.Column("viis_number", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("approved_by", sa.ARRAY(sa.Uuid), nullable=False),
        sa.Column("approved_sequence", sa.BigInteger, nullable=False),
        sa.Column("suspended", sa.Boolean, nullable=False),
        sa.Column("standing_sequence", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "verified_result",
        sa.Column("application_id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, nullable=False),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("programme_id", sa.Uuid, nullable=False),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("completed_on", sa.Date, nullable=False),
        sa.Column("verified_at", UTC, nullable=False),
        sa.Column("claim_id", sa.Uuid, comment="the claim it is in; none while it can be claimed"),
    )
    op.create_index(
        "verified_result_claimable",
        "verified_result",
        ["organisation_id", "call_id", "completed_on", "application_id"],
        postgresql_where=sa.text("claim_id IS NULL"),
    )
    op.create_index("verified_result_counted", "verified_result", ["call_id", "verified_at", "person_id"])
    op.create_table(
        "account_user",
        sa.Column("person_id", sa.Uuid, primary_key=True),
        sa.Column("opened_at", UTC, nullable=False),
    )
    op.create_index("account_user_opened", "account_user", ["opened_at"])


def _claims() -> None:
    op.create_table(
        "claim",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("call_id", sa.Uuid, sa.ForeignKey("published_call.call_id"), nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("built_by", sa.Text, nullable=False),
        sa.Column("submitted_by", sa.Text),
        sa.Column("checked_by", sa.Text),
        sa.Column("decided_by", sa.Text),
        sa.Column("run_id", sa.Uuid, comment="the payment run it is in; none while it can be put into one"),
        sa.Column("due_at", UTC),
        sa.Column("overdue_since", UTC),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.CheckConstraint("amount > 0", name="claim_amount"),
        sa.CheckConstraint(
            "state IN ('built', 'submitted', 'checked', 'approved', 'reduced', 'refused',"
            " 'paid', 'recovered')",
            name="claim_state",
        ),
    )
    op.create_index("claim_created", "claim", ["created_at", "id"])
    op.create_index("claim_updated", "claim", ["updated_at", "id"])
    op.create_index("claim_organisation", "claim", ["organisation_id", "created_at", "id"])
    op.create_index("claim_by_state", "claim", ["state", "created_at", "id"])
    op.create_table(
        "claim_line",
        sa.Column("claim_id", sa.Uuid, sa.ForeignKey("claim.id"), primary_key=True),
        sa.Column(
            "application_id", sa.Uuid, sa.ForeignKey("verified_result.application_id"), primary_key=True
        ),
        sa.Column("programme_id", sa.Uuid, nullable=False),
        sa.Column("hold_id", sa.Uuid, sa.ForeignKey("hold.id"), nullable=False),
        sa.Column("completed_on", sa.Date, nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("quote_hash", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.CheckConstraint("state IN ('claimed', 'refused', 'recovered')", name="claim_line_state"),
    )
    op.create_index(
        "claim_line_claimed_once",
        "claim_line",
        ["application_id"],
        unique=True,
        postgresql_where=sa.text("state = 'claimed'"),
    )


def _runs() -> None:
    op.create_table(
        "payment_run",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("call_id", sa.Uuid),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("checked_by", sa.Text),
        sa.Column("released_by", sa.Text),
        sa.Column("released_at", UTC),
        sa.Column("exported_by", sa.Text),
        sa.Column("exported_at", UTC),
        sa.Column("file_sha256", sa.Text),
        sa.Column("settled_by", sa.Text),
        sa.Column("settled_on", sa.Date),
        sa.Column("bank_reference", sa.Text),
        sa.Column("failed_by", sa.Text),
        sa.Column("sealed_file", sa.LargeBinary, comment="what went to the bank, sealed"),
        sa.Column("due_at", UTC),
        sa.Column("overdue_since", UTC),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", UTC, nullable=False),
        sa.Column("updated_at", UTC, nullable=False),
        sa.CheckConstraint(
            "state IN ('made', 'checked', 'released', 'exported', 'settled', 'failed')",
            name="payment_run_state",
        ),
        # The rule of the persons once more, where no code can forget it.
        sa.CheckConstraint(
            "made_by <> checked_by AND made_by <> released_by AND checked_by <> released_by",
            name="payment_run_six_eyes",
        ),
    )
    op.create_index("payment_run_created", "payment_run", ["created_at", "id"])
    op.create_index("payment_run_updated", "payment_run", ["updated_at", "id"])
    op.create_table(
        "payment",
        sa.Column("run_id", sa.Uuid, sa.ForeignKey("payment_run.id"), primary_key=True),
        sa.Column("claim_id", sa.Uuid, sa.ForeignKey("claim.id"), primary_key=True),
        sa.Column("organisation_id", sa.Uuid, nullable=False),
        sa.Column("call_id", sa.Uuid, nullable=False),
        sa.Column("amount", MONEY, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid),
        sa.Column("holder", sa.Text),
        sa.Column("iban_masked", sa.Text),
        sa.Column("iban_sealed", sa.LargeBinary),
        sa.Column("account_state", sa.Text),
        sa.Column("payable_from", UTC),
        sa.Column("state", sa.Text, nullable=False),
        sa.CheckConstraint("state IN ('open', 'settled', 'failed')", name="payment_state"),
    )
    op.create_index(
        "payment_of_claim_once",
        "payment",
        ["claim_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'failed'"),
    )
    op.create_index("payment_organisation", "payment", ["organisation_id"])
    op.create_table(
        "check_result",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("claim_id", sa.Uuid, sa.ForeignKey("claim.id"), nullable=False),
        sa.Column(
            "run_id", sa.Uuid, sa.ForeignKey("payment_run.id"), comment="none for a check of the claim"
        ),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("at", UTC, nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("failing", sa.ARRAY(sa.Uuid), nullable=False, comment="the applications that do not pass"),
    )
    op.create_index("check_result_claim", "check_result", ["claim_id", "id"])
    op.create_index("check_result_run", "check_result", ["run_id", "id"])
