"""List the exports of a person.

Only adds, so the release before this one runs on the new schema unchanged.
"""

from alembic import op

revision = "0012_own_exports"
down_revision = "0011_employers"


def upgrade() -> None:
    """Find the exports of a person, newest first."""
    op.create_index("person_export_person", "person_export", ["person_id", "id"])


def downgrade() -> None:
    """Drop it again."""
    op.drop_index("person_export_person", "person_export")
