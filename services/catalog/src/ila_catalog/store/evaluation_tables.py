"""Tables of evaluation: commissions, declared interests, decisions."""

import sqlalchemy as sa

from ila_catalog.store.columns import JSONB, UTC, metadata

commission = sa.Table(
    "commission",
    metadata,
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
)

commission_member = sa.Table(
    "commission_member",
    metadata,
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("commission.call_id"), primary_key=True),
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("chair", sa.Boolean, nullable=False),
    sa.Index("commission_member_one_chair", "call_id", unique=True, postgresql_where=sa.text("chair")),
)

interest_declaration = sa.Table(
    "interest_declaration",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("call_id", sa.Uuid, sa.ForeignKey("call.id"), nullable=False),
    sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("provider.id"), nullable=False),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("conflict", sa.Boolean, nullable=False),
    sa.Column("declared_at", UTC, nullable=False),
    sa.UniqueConstraint("call_id", "organisation_id", "person_id", name="interest_declaration_standing"),
)

decision = sa.Table(
    "decision",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("offer_id", sa.Uuid, sa.ForeignKey("offer.id"), nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("reasons", JSONB, nullable=False, comment="[{criterion, text}]"),
    sa.Column("decided_by", sa.Uuid, nullable=False),
    sa.Column("decided_at", UTC, nullable=False),
    sa.Column(
        "likenesses",
        JSONB,
        nullable=False,
        server_default="[]",
        comment="[{offer_id, kind, percent}] as they stood when it was decided",
    ),
    sa.CheckConstraint("outcome IN ('approved', 'rejected')", name="decision_outcome"),
    sa.CheckConstraint("jsonb_array_length(reasons) > 0", name="decision_reasons"),
    sa.Index("decision_offer", "offer_id", "id"),
)
