"""Tables of offers: drafts, submissions that never change, their files, and how many were submitted."""

import sqlalchemy as sa

from ila_catalog.store.columns import JSONB, UTC, metadata

# Receipts are numbered in one sequence over all calls.
receipt_sequence = sa.Sequence("offer_receipt_sequence", metadata=metadata)

offer = sa.Table(
    "offer",
    metadata,
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
    sa.Index("offer_organisation", "organisation_id", "id"),
    sa.Index("offer_call", "call_id", "organisation_id", "id"),
    sa.Index("offer_updated", "updated_at", "id"),
)

offer_submission = sa.Table(
    "offer_submission",
    metadata,
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

offer_comparison = sa.Table(
    "offer_comparison",
    metadata,
    sa.Column("offer_id", sa.Uuid, sa.ForeignKey("offer.id"), primary_key=True),
    sa.Column("compared_at", UTC, nullable=False, comment="with all that its institution offers in the call"),
)

likeness = sa.Table(
    "likeness",
    metadata,
    sa.Column("offer_id", sa.Uuid, sa.ForeignKey("offer.id"), primary_key=True),
    sa.Column(
        "other_offer_id",
        sa.Uuid,
        sa.ForeignKey("offer.id"),
        primary_key=True,
        comment="itself: its own parts",
    ),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("percent", sa.SmallInteger, nullable=False),
    sa.Column("hours", sa.ARRAY(sa.Integer), nullable=False, comment="of all pieces that hang together"),
    sa.Column("alike", JSONB, nullable=False, comment="[{place, one, other, percent}]"),
    sa.CheckConstraint("kind IN ('clone', 'split')", name="likeness_kind"),
    sa.CheckConstraint("percent BETWEEN 1 AND 100", name="likeness_percent"),
    sa.Index("likeness_other", "other_offer_id"),
)

attachment = sa.Table(
    "attachment",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("subject_kind", sa.Text, nullable=False),
    sa.Column("subject_id", sa.Uuid, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("size", sa.Integer, nullable=False, comment="in bytes"),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("data", sa.LargeBinary),  # written by the release before; the worker moves it out
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("removed_at", UTC, comment="taken off the draft; a submission may still hold it"),
    sa.CheckConstraint("subject_kind IN ('offer', 'programme')", name="attachment_subject_kind"),
    sa.CheckConstraint("size > 0", name="attachment_size"),
    sa.Index("attachment_subject", "subject_id", "id"),
    sa.Index("attachment_sha256", "sha256"),
)

quota = sa.Table(
    "quota",
    metadata,
    sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("provider.id"), primary_key=True),
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("used", sa.Integer, nullable=False, comment="submitted and not withdrawn"),
    sa.Column("most", sa.Integer, nullable=False),
    sa.CheckConstraint("used BETWEEN 0 AND most", name="quota_used"),
)
