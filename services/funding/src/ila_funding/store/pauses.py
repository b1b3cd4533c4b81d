"""Whether a budget line lets new holds wait, asked of the row itself: `BudgetLine.pause` says the same."""

from datetime import datetime

import sqlalchemy as sa

# In the words of the database, for the one statement that moves money: `:at` is now.
PAUSED = """(budget_line.paused_at IS NOT NULL
    OR coalesce(budget_line.pause_from <= :at AND coalesce(:at < budget_line.pause_until, true), false)
    OR coalesce(budget_line.limit_amount > 0
      AND (budget_line.held + budget_line.committed + budget_line.consumed) * 100
        >= budget_line.pause_share * budget_line.limit_amount, false))"""


def paused(now: datetime) -> sa.ColumnElement[bool]:
    """Return whether a line is paused at an instant."""
    return sa.type_coerce(sa.text(PAUSED).bindparams(at=now), sa.Boolean)
