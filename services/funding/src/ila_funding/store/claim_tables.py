"""Tables of claims and payment runs, in the metadata of the others."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC

from ila_funding.store.tables import MONEY, metadata

claim = sa.Table(
    "claim",
    metadata,
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
        "state IN ('built', 'submitted', 'checked', 'approved', 'reduced', 'refused', 'paid', 'recovered')",
        name="claim_state",
    ),
    sa.Index("claim_created", "created_at", "id"),
    sa.Index("claim_updated", "updated_at", "id"),
    sa.Index("claim_organisation", "organisation_id", "created_at", "id"),
    sa.Index("claim_by_state", "state", "created_at", "id"),
)

claim_line = sa.Table(
    "claim_line",
    metadata,
    sa.Column("claim_id", sa.Uuid, sa.ForeignKey("claim.id"), primary_key=True),
    sa.Column("application_id", sa.Uuid, sa.ForeignKey("verified_result.application_id"), primary_key=True),
    sa.Column("programme_id", sa.Uuid, nullable=False),
    sa.Column("hold_id", sa.Uuid, sa.ForeignKey("hold.id"), nullable=False),
    sa.Column("completed_on", sa.Date, nullable=False),
    sa.Column("amount", MONEY, nullable=False),
    sa.Column("quote_hash", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.CheckConstraint("state IN ('claimed', 'refused', 'recovered')", name="claim_line_state"),
    sa.Index(
        "claim_line_claimed_once",
        "application_id",
        unique=True,
        postgresql_where=sa.text("state = 'claimed'"),
    ),
    sa.Index("claim_line_hold", "hold_id"),
)

payment_run = sa.Table(
    "payment_run",
    metadata,
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
        "state IN ('made', 'checked', 'released', 'exported', 'settled', 'failed')", name="payment_run_state"
    ),
    # The rule of the persons once more, where no code can forget it.
    sa.CheckConstraint(
        "made_by <> checked_by AND made_by <> released_by AND checked_by <> released_by",
        name="payment_run_six_eyes",
    ),
    sa.Index("payment_run_created", "created_at", "id"),
    sa.Index("payment_run_updated", "updated_at", "id"),
)

payment = sa.Table(
    "payment",
    metadata,
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
    sa.Index("payment_of_claim_once", "claim_id", unique=True, postgresql_where=sa.text("state <> 'failed'")),
    sa.Index("payment_organisation", "organisation_id"),
)

check_result = sa.Table(
    "check_result",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("claim_id", sa.Uuid, sa.ForeignKey("claim.id"), nullable=False),
    sa.Column("run_id", sa.Uuid, sa.ForeignKey("payment_run.id"), comment="none for a check of the claim"),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("at", UTC, nullable=False),
    sa.Column("passed", sa.Boolean, nullable=False),
    sa.Column("failing", sa.ARRAY(sa.Uuid), nullable=False, comment="the applications that do not pass"),
    sa.Index("check_result_claim", "claim_id", "id"),
    sa.Index("check_result_run", "run_id", "id"),
)
