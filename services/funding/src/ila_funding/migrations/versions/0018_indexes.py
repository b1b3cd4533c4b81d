"""Indexes of what is looked for: open checks of live holds, claims of a hold, holds of a call, months.

The release before runs on unchanged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018_indexes"
down_revision = "0017_digests"

WIDE = {"hold_support_pending": "support_check = 'pending'", "hold_support_found": "support_check = 'found'"}
NARROW = {
    "hold_support_pending": "support_check = 'pending' AND state IN ('held', 'committed', 'consumed')",
    "hold_support_found": "support_check = 'found' AND state = 'committed'",
}


def upgrade() -> None:
    """Leave what is over out of the indexes of checks; add the others."""
    _checks(NARROW)
    op.create_index("hold_call", "hold", ["call_id", "created_at", "id"])
    op.create_index("claim_line_hold", "claim_line", ["hold_id"])
    op.create_index("ledger_entry_period", "ledger_entry", ["period", "id"])


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("ledger_entry_period", "ledger_entry")
    op.drop_index("claim_line_hold", "claim_line")
    op.drop_index("hold_call", "hold")
    _checks(WIDE)


def _checks(which: dict[str, str]) -> None:
    for name, where in which.items():
        op.drop_index(name, "hold")
        op.create_index(name, "hold", ["id"], postgresql_where=sa.text(where))
