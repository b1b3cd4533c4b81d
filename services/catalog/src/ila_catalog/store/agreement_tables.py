"""Tables of agreements: their documents, what they cover, who signed."""

import sqlalchemy as sa

from ila_catalog.store.columns import UTC, metadata

agreement_number = sa.Sequence("agreement_number", metadata=metadata)

agreement = sa.Table(
    "agreement",
    metadata,
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
        "state IN ('prepared', 'signed_by_provider', 'in_force', 'amended', 'ended', 'terminated', 'lapsed')",
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
    sa.Index(
        "agreement_one_live",
        "organisation_id",
        "call_id",
        unique=True,
        postgresql_where=sa.text("state <> 'lapsed'"),
    ),
    sa.Index("agreement_organisation", "organisation_id", "id"),
    sa.Index("agreement_call", "call_id", "id"),
    sa.Index("agreement_by_state", "state", "id"),
    sa.Index("agreement_updated", "updated_at", "id"),
)

agreement_programme = sa.Table(
    "agreement_programme",
    metadata,
    sa.Column("agreement_id", sa.Uuid, sa.ForeignKey("agreement.id"), primary_key=True),
    sa.Column(
        "programme_id",
        sa.Uuid,
        sa.ForeignKey("programme.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
    ),
    sa.Column("offer_id", sa.Uuid, sa.ForeignKey("offer.id"), comment="null in demonstration data"),
    sa.Index("agreement_programme_other_way", "programme_id"),
)

agreement_signature = sa.Table(
    "agreement_signature",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("agreement_id", sa.Uuid, sa.ForeignKey("agreement.id"), nullable=False),
    sa.Column("party", sa.Text, nullable=False),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("document_sha256", sa.Text, nullable=False),
    sa.Column("signed_at", UTC, nullable=False),
    sa.UniqueConstraint("agreement_id", "party", name="agreement_signature_once"),
    sa.CheckConstraint("party IN ('provider', 'agency')", name="agreement_signature_party"),
)
