"""Indexes of the ledger by provider and by funder: only entries that name one are in them.

The release before runs on unchanged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019_entries_of_payees"
down_revision = "0018_indexes"

NAMED = {"ledger_entry_organisation": "organisation_id", "ledger_entry_funder": "funder_id"}


def upgrade() -> None:
    """Add them."""
    for index, column in NAMED.items():
        where = sa.text(f"{column} IS NOT NULL")
        op.create_index(index, "ledger_entry", [column, "id"], postgresql_where=where)


def downgrade() -> None:
    """Take them away again."""
    for index in NAMED:
        op.drop_index(index, "ledger_entry")
