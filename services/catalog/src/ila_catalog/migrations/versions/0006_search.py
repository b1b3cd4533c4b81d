"""Let every process follow the published programmes, and know equal contents.

Only adds, so the release before this one runs on the new schema unchanged: the trigger notes its writes
too. A programme that it stored has no fingerprint of its content until it is stored again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_search"
down_revision = "0005_files"

_NOTE = """
CREATE FUNCTION note_programme_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.changed := pg_current_xact_id()::text::bigint; RETURN NEW; END $$
"""
_TRIGGER = """
CREATE TRIGGER programme_changed BEFORE INSERT OR UPDATE ON programme
FOR EACH ROW EXECUTE FUNCTION note_programme_change()
"""


def upgrade() -> None:
    """Add the transaction of the last change of a programme, and the fingerprint of its content."""
    changed = sa.Column(
        "changed", sa.BigInteger, nullable=False, server_default="0", comment="transaction of the last write"
    )
    op.add_column("programme", changed)
    fingerprint = sa.Column("content_fingerprint", sa.Text, comment="same words, same fingerprint")
    op.add_column("programme", fingerprint)
    op.create_index("programme_change", "programme", ["changed"])
    op.execute(_NOTE)
    op.execute(_TRIGGER)


def downgrade() -> None:
    """Take both away again."""
    op.execute("DROP TRIGGER programme_changed ON programme")
    op.execute("DROP FUNCTION note_programme_change")
    op.drop_index("programme_change", "programme")
    op.drop_column("programme", "content_fingerprint")
    op.drop_column("programme", "changed")
