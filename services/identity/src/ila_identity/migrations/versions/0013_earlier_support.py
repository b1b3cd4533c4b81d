"""What the register of earlier support told about persons.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013_earlier_support"
down_revision = "0012_own_exports"
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "support_question",
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), primary_key=True),
        sa.Column("wanted", sa.Boolean, nullable=False),
        sa.Column("next_at", UTC, nullable=False, comment="when the register is asked, if it is wanted"),
        sa.Column("tries", sa.Integer, nullable=False, comment="in vain, since it was wanted"),
    )
    op.create_index(
        "support_question_wanted", "support_question", ["next_at"], postgresql_where=sa.text("wanted")
    )
    op.create_table(
        "support_answer",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("observed_at", UTC, nullable=False),
        sa.Column("legal_basis", sa.Text, nullable=False),
        sa.Column("supports", JSONB, nullable=False, comment="what others paid; empty: nothing"),
        sa.Column(
            "sealed_proofs",
            sa.LargeBinary,
            nullable=False,
            comment="hashes and signed snapshots: they hold codes",
        ),
    )
    op.create_index("support_answer_person", "support_answer", ["person_id", "observed_at", "id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("support_answer")
    op.drop_table("support_question")
