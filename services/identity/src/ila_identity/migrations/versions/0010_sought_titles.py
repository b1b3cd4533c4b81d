"""Keep titles of organisations also as people type them when they seek.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010_sought_titles"
down_revision = "0009_member_changes"


def upgrade() -> None:
    """Add the column, which the database itself keeps."""
    op.add_column(
        "organisation",
        sa.Column(
            "sought",
            sa.Text,
            sa.Computed(
                "lower(translate(title, 'ĀČĒĢĪĶĻŅŌŖŠŪŽāčēģīķļņōŗšūž', 'ACEGIKLNORSUZacegiklnorsuz'))",
                persisted=True,
            ),
            comment="the title as people type it when they seek",
        ),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("organisation", "sought")
