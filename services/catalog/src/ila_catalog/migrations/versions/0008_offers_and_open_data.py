"""Keep what offers are compared by, prices, places left and the change feed.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0008_offers_and_open_data"
down_revision = "0007_calls_as_data"

UTC = sa.DateTime(timezone=True)
_EVER_PUBLIC = sa.text("published_at IS NOT NULL")


def upgrade() -> None:
    """Make what this release needs."""
    _add_price()
    _add_places()
    _create_group_members()
    _create_likeness()
    op.create_index("programme_changes", "programme", ["updated_at", "id"], postgresql_where=_EVER_PUBLIC)
    op.create_index("call_changes", "call", ["updated_at", "id"], postgresql_where=_EVER_PUBLIC)


def downgrade() -> None:
    """Take it away again."""
    op.drop_index("call_changes", "call")
    op.drop_index("programme_changes", "programme")
    op.drop_column("decision", "likenesses")
    op.drop_table("likeness")
    op.drop_table("offer_comparison")
    op.drop_table("group_members")
    op.drop_column("programme", "places_free")
    for column in ("places_taken", *_PRICE):
        op.drop_column("programme", column)


_PRICE = tuple(
    f"price_{name}"
    for name in ("amount", "methodology_id", "methodology_version", "as_of", "hash", "version")
)


def _add_price() -> None:
    amount = sa.Column("price_amount", sa.Numeric(10, 2), comment="EUR, as funding told it; null before")
    op.add_column("programme", amount)
    op.add_column("programme", sa.Column("price_methodology_id", sa.Uuid))
    op.add_column("programme", sa.Column("price_methodology_version", sa.Text))
    op.add_column("programme", sa.Column("price_as_of", sa.Date, comment="day whose rates these are"))
    op.add_column("programme", sa.Column("price_hash", sa.Text, comment="of the quote that explains it"))
    told = sa.Column("price_version", sa.Integer, nullable=False, server_default="0", comment="told last")
    op.add_column("programme", told)
    op.create_check_constraint("programme_price", "programme", "price_amount > 0")


def _add_places() -> None:
    taken = sa.Column(
        "places_taken", sa.Integer, nullable=False, server_default="0", comment="by members of its groups"
    )
    op.add_column("programme", taken)
    free = sa.Computed("greatest(places - places_taken, 0)", persisted=True)
    op.add_column("programme", sa.Column("places_free", sa.Integer, free, nullable=False))


def _create_group_members() -> None:
    op.create_table(
        "group_members",
        sa.Column("group_id", sa.Uuid, primary_key=True),
        sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.id"), nullable=False),
        sa.Column("members", sa.Integer, nullable=False, comment="0 of a cancelled group"),
        sa.Column("told_version", sa.Integer, nullable=False, comment="of the group"),
        sa.CheckConstraint("members >= 0", name="group_members_count"),
    )
    op.create_index("group_members_programme", "group_members", ["programme_id"])


def _create_likeness() -> None:
    op.create_table(
        "offer_comparison",
        sa.Column("offer_id", sa.Uuid, sa.ForeignKey("offer.id"), primary_key=True),
        sa.Column(
            "compared_at", UTC, nullable=False, comment="with all that its institution offers in the call"
        ),
    )
    op.create_table(
        "likeness",
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
    )
    op.create_index("likeness_other", "likeness", ["other_offer_id"])
    seen = sa.Column(
        "likenesses",
        JSONB,
        nullable=False,
        server_default="[]",
        comment="[{offer_id, kind, percent}] as they stood when it was decided",
    )
    op.add_column("decision", seen)
