"""Tables of what others told: calls, programmes and agreements, providers, results, who opened an account."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC
from sqlalchemy.dialects.postgresql import JSONB

from ila_funding.store.tables import MONEY, metadata

published_call = sa.Table(
    "published_call",
    metadata,
    sa.Column("call_id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("title_lv", sa.Text, nullable=False),
    sa.Column("title_en", sa.Text, nullable=False),
    sa.Column("funding_source", sa.Text, nullable=False),
    sa.Column("activity", sa.Text, nullable=False),
    sa.Column("hold_days", sa.Integer, nullable=False),
    sa.Column("opening_mode", sa.Text, nullable=False),
    sa.Column("drop_out_rule", sa.Text, nullable=False, server_default="completion_only"),
    sa.Column("co_payment_percent", sa.Integer, nullable=False, server_default="0"),
    sa.Column("entitlement_amount", MONEY, comment="most public money per learner; none: no bound"),
    sa.Column("entitlement_months", sa.Integer),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("budget_limit", MONEY, comment="what the call says; a line has its own limit"),
    sa.CheckConstraint("hold_days > 0", name="published_call_hold_days"),
)

published_programme = sa.Table(
    "published_programme",
    metadata,
    sa.Column("programme_id", sa.Uuid, primary_key=True),
    sa.Column("call_id", sa.Uuid, nullable=False),
    sa.Column("title_lv", sa.Text, nullable=False),
    sa.Column("funding_source", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("parts", JSONB, nullable=False, comment="list of title and hours"),
    *(sa.Column(name, sa.Text) for name in ("continuing_programme", "family", "territory")),
    sa.Column("agreement_id", sa.Uuid),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("title_en", sa.Text, comment="none: not told"),
)

agreement = sa.Table(
    "agreement",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("call_id", sa.Uuid, nullable=False),
    sa.Column("number", sa.Text),
    sa.Column("in_force_at", UTC),
    sa.Column("methodology_version", sa.Text, comment="pinned when it came into force"),
    sa.Column("ended_at", UTC),
    sa.Column("outcome", sa.Text),
)

agreement_programme = sa.Table(
    "agreement_programme",
    metadata,
    sa.Column("agreement_id", sa.Uuid, sa.ForeignKey("agreement.id"), primary_key=True),
    sa.Column("programme_id", sa.Uuid, primary_key=True),
    sa.Index("agreement_programme_programme", "programme_id"),
)

provider = sa.Table(
    "provider",
    metadata,
    sa.Column("organisation_id", sa.Uuid, primary_key=True),
    sa.Column("viis_number", sa.Text),
    sa.Column("title", sa.Text),
    sa.Column("approved_by", sa.ARRAY(sa.Uuid), nullable=False),
    sa.Column("approved_sequence", sa.BigInteger, nullable=False),
    sa.Column("suspended", sa.Boolean, nullable=False),
    sa.Column("standing_sequence", sa.BigInteger, nullable=False),
)

verified_result = sa.Table(
    "verified_result",
    metadata,
    sa.Column("application_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("call_id", sa.Uuid, nullable=False),
    sa.Column("programme_id", sa.Uuid, nullable=False),
    sa.Column("organisation_id", sa.Uuid, nullable=False),
    sa.Column("completed_on", sa.Date, nullable=False),
    sa.Column("verified_at", UTC, nullable=False),
    sa.Column("claim_id", sa.Uuid, comment="the claim it is in; none while it can be claimed"),
    sa.Index(
        "verified_result_claimable",
        "organisation_id",
        "call_id",
        "completed_on",
        "application_id",
        postgresql_where=sa.text("claim_id IS NULL"),
    ),
    sa.Index("verified_result_counted", "call_id", "verified_at", "person_id"),
)

account_user = sa.Table(
    "account_user",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("opened_at", UTC, nullable=False),
    sa.Index("account_user_opened", "opened_at"),
)
