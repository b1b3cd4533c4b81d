"""Let the roles of a member change with a second person.

Only adds and widens, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009_member_changes"
down_revision = "0008_role_proposals"


def upgrade() -> None:
    """Add the roles that are wanted, and the state in which they wait."""
    op.add_column(
        "member", sa.Column("wanted", sa.ARRAY(sa.Text), comment="roles that wait for a second person")
    )
    op.add_column("member", sa.Column("wanted_by", sa.Text))
    op.drop_constraint("member_state", "member")
    op.create_check_constraint(
        "member_state", "member", "state IN ('pending', 'confirmed', 'active', 'changing', 'ended')"
    )


def downgrade() -> None:
    """Take them back; what waits is forgotten."""
    op.execute("UPDATE member SET state = 'active' WHERE state = 'changing'")
    op.drop_constraint("member_state", "member")
    op.create_check_constraint(
        "member_state", "member", "state IN ('pending', 'confirmed', 'active', 'ended')"
    )
    op.drop_column("member", "wanted_by")
    op.drop_column("member", "wanted")
