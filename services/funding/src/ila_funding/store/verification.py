"""Is the ledger right? Balances rebuilt from its entries, beside the stored ones."""

from typing import Any

import sqlalchemy as sa

_UNBALANCED = """
SELECT transaction_id FROM ledger_entry GROUP BY transaction_id HAVING sum(amount) <> 0
ORDER BY transaction_id LIMIT 100
"""
_LINES = """
WITH rebuilt AS (
  SELECT line_id, -coalesce(sum(amount) FILTER (WHERE account = 'source'), 0) AS limit_amount,
    coalesce(sum(amount) FILTER (WHERE account = 'held'), 0) AS held,
    coalesce(sum(amount) FILTER (WHERE account = 'committed'), 0) AS committed,
    coalesce(sum(amount) FILTER (WHERE account = 'consumed'), 0) AS consumed
  FROM ledger_entry GROUP BY line_id)
SELECT line.id FROM budget_line AS line LEFT JOIN rebuilt ON rebuilt.line_id = line.id
WHERE (line.limit_amount, line.held, line.committed, line.consumed)
  IS DISTINCT FROM (rebuilt.limit_amount, rebuilt.held, rebuilt.committed, rebuilt.consumed)
ORDER BY line.id LIMIT 100
"""
_ACCOUNTS = """
WITH rebuilt AS (
  SELECT person_id, call_id,
    coalesce(sum(amount) FILTER (WHERE account = 'held' AND reason = 'hold'), 0) AS granted,
    coalesce(sum(amount) FILTER (WHERE account = 'held'), 0) AS held,
    coalesce(sum(amount) FILTER (WHERE account = 'committed'), 0) AS committed,
    coalesce(sum(amount) FILTER (WHERE account = 'consumed'), 0) AS consumed,
    coalesce(sum(amount) FILTER (WHERE account = 'free' AND reason IN ('release', 'recovery')), 0)
      AS released,
    coalesce(sum(amount) FILTER (WHERE account = 'free' AND reason = 'expiry'), 0) AS expired
  FROM ledger_entry WHERE person_id IS NOT NULL GROUP BY person_id, call_id)
SELECT coalesce(mine.person_id, rebuilt.person_id) AS person_id
FROM learner_account AS mine FULL JOIN rebuilt USING (person_id, call_id)
WHERE (mine.granted, mine.held, mine.committed, mine.consumed, mine.released, mine.expired)
  IS DISTINCT FROM (rebuilt.granted, rebuilt.held, rebuilt.committed, rebuilt.consumed, rebuilt.released,
    rebuilt.expired)
ORDER BY 1 LIMIT 100
"""
_HOLDS = """
WITH live AS (
  SELECT line_id, coalesce(sum(amount) FILTER (WHERE state = 'held'), 0) AS held,
    coalesce(sum(amount) FILTER (WHERE state = 'committed'), 0) AS committed,
    coalesce(sum(amount) FILTER (WHERE state = 'consumed'), 0) AS consumed
  FROM hold GROUP BY line_id)
SELECT line.id FROM budget_line AS line LEFT JOIN live ON live.line_id = line.id
WHERE (line.held, line.committed, line.consumed)
  IS DISTINCT FROM (coalesce(live.held, 0), coalesce(live.committed, 0), coalesce(live.consumed, 0))
ORDER BY line.id LIMIT 100
"""

# The last move of a hold says where its money is; a hold is in the state of that move.
_STATES = """
SELECT hold.id FROM hold JOIN ledger_entry AS last
  ON last.transaction_id = hold.movement_id AND last.amount > 0
WHERE last.account <> CASE WHEN hold.state IN ('released', 'expired') THEN 'free' ELSE hold.state END
  OR last.amount <> hold.amount OR last.hold_id <> hold.id
ORDER BY hold.id LIMIT 100
"""
# What was settled with the bank, less what came back, is what lines have consumed.
_PAID = """
WITH paid AS (
  SELECT hold.line_id, sum(line.amount) AS amount FROM claim_line AS line
  JOIN claim ON claim.id = line.claim_id AND claim.state = 'paid'
  JOIN hold ON hold.id = line.hold_id WHERE line.state = 'claimed' GROUP BY hold.line_id)
SELECT line.id FROM budget_line AS line LEFT JOIN paid ON paid.line_id = line.id
WHERE line.consumed <> coalesce(paid.amount, 0) ORDER BY line.id LIMIT 100
"""
_DIFFERING = {
    "unbalanced_transactions": _UNBALANCED,
    "differing_lines": _LINES,
    "differing_accounts": _ACCOUNTS,
    "lines_differing_from_holds": _HOLDS,
    "holds_differing_from_entries": _STATES,
    "lines_differing_from_payments": _PAID,
}
_COUNTED = {
    "sum": "SELECT coalesce(sum(amount), 0.00)::numeric(14, 2) FROM ledger_entry",
    "entries": "SELECT count(*) FROM ledger_entry",
    "transactions": "SELECT count(DISTINCT transaction_id) FROM ledger_entry",
}
# One statement, so that all of it looks at one moment.
_COLUMNS = [f"({query}) AS {name}" for name, query in _COUNTED.items()]
_COLUMNS += [f"ARRAY({query}) AS {name}" for name, query in _DIFFERING.items()]
_ALL = "SELECT " + ", ".join(_COLUMNS)


def verify(connection: sa.Connection) -> dict[str, Any]:
    """Return the sum of all entries, and every transaction, line, account and hold that does not fit.

    Each list names at most 100 ids.
    """
    found = dict(connection.exec_driver_sql(_ALL).mappings().one())
    verified = found["sum"] == 0 and not any(found[name] for name in _DIFFERING)
    return {"verified": verified, **found}
