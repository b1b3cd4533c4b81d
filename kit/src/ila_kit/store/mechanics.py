"""Migrations of the kit's own tables, called by number from each service's migrations."""

from alembic import op

from ila_kit.store.tables import metadata

_APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege'; END $$
"""
_GUARD = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def append_only(table: str) -> None:
    """Make the database refuse every change and removal of rows of a table."""
    op.execute(_GUARD.format(table=table))


def create_1() -> None:
    """Create outbox, inbox, audit, idempotency keys and timers."""
    metadata.create_all(op.get_bind(), checkfirst=False)
    op.execute(_APPEND_ONLY)
    append_only("audit_entry")
    append_only("audit_seal")


def drop_1() -> None:
    """Undo `create_1`."""
    metadata.drop_all(op.get_bind(), checkfirst=False)
    op.execute("DROP FUNCTION refuse_change")
