"""Is the ledger right? Balances rebuilt from its entries and from what was told, beside the stored ones."""

from typing import Any

import sqlalchemy as sa

from ila_funding.store.periods import DIGEST, GAINED

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
  FROM ledger_entry WHERE line_id IS NOT NULL GROUP BY line_id)
SELECT line.id FROM budget_line AS line LEFT JOIN rebuilt ON rebuilt.line_id = line.id
WHERE (line.limit_amount, line.held, line.committed, line.consumed)
  IS DISTINCT FROM (coalesce(rebuilt.limit_amount, 0), coalesce(rebuilt.held, 0),
    coalesce(rebuilt.committed, 0), coalesce(rebuilt.consumed, 0))
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
    coalesce(sum(amount) FILTER (WHERE account = 'free' AND reason = 'expiry'), 0) AS expired,
    coalesce(sum(amount) FILTER (WHERE account = 'lapsed'), 0) AS lapsed
  FROM ledger_entry WHERE person_id IS NOT NULL AND top_up_id IS NULL GROUP BY person_id, call_id)
SELECT coalesce(mine.person_id, rebuilt.person_id) AS person_id
FROM learner_account AS mine FULL JOIN rebuilt USING (person_id, call_id)
WHERE (mine.granted, mine.held, mine.committed, mine.consumed, mine.released, mine.expired, mine.lapsed)
  IS DISTINCT FROM (coalesce(rebuilt.granted, 0), coalesce(rebuilt.held, 0), coalesce(rebuilt.committed, 0),
    coalesce(rebuilt.consumed, 0), coalesce(rebuilt.released, 0), coalesce(rebuilt.expired, 0),
    coalesce(rebuilt.lapsed, 0))
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

# The last move of a hold says where its money is, and so do all of its moves together.
_STATES = """
WITH moved AS (
  SELECT hold_id, coalesce(sum(amount) FILTER (WHERE account = 'held'), 0) AS held,
    coalesce(sum(amount) FILTER (WHERE account = 'committed'), 0) AS committed,
    coalesce(sum(amount) FILTER (WHERE account = 'consumed'), 0) AS consumed
  FROM ledger_entry WHERE hold_id IS NOT NULL AND top_up_id IS NULL GROUP BY hold_id)
SELECT coalesce(hold.id, moved.hold_id) AS id FROM hold FULL JOIN moved ON moved.hold_id = hold.id
WHERE (moved.held, moved.committed, moved.consumed) IS DISTINCT FROM
  (hold.amount * (hold.state = 'held')::int, hold.amount * (hold.state = 'committed')::int,
    hold.amount * (hold.state = 'consumed')::int)
UNION SELECT hold.id FROM hold JOIN ledger_entry AS last
  ON last.transaction_id = hold.movement_id AND last.amount > 0
WHERE last.account <> CASE WHEN hold.state IN ('released', 'expired') THEN 'free' ELSE hold.state END
  OR last.amount <> hold.amount OR last.hold_id <> hold.id
ORDER BY id LIMIT 100
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
# A top-up's balances follow from its entries, and from what holds took of it.
_TOP_UPS = """
WITH rebuilt AS (
  SELECT top_up_id, coalesce(sum(amount) FILTER (WHERE account = 'topped_up'), 0) AS unused,
    coalesce(sum(amount) FILTER (WHERE account = 'topped_held'), 0) AS held,
    coalesce(sum(amount) FILTER (WHERE account = 'topped_committed'), 0) AS committed,
    coalesce(sum(amount) FILTER (WHERE account = 'topped_consumed'), 0) AS consumed
  FROM ledger_entry WHERE top_up_id IS NOT NULL GROUP BY top_up_id),
used AS (
  SELECT top_up_id, coalesce(sum(amount) FILTER (WHERE state = 'held'), 0) AS held,
    coalesce(sum(amount) FILTER (WHERE state = 'committed'), 0) AS committed,
    coalesce(sum(amount) FILTER (WHERE state = 'consumed'), 0) AS consumed
  FROM top_up_use GROUP BY top_up_id)
SELECT mine.id FROM top_up AS mine LEFT JOIN rebuilt ON rebuilt.top_up_id = mine.id
LEFT JOIN used ON used.top_up_id = mine.id
WHERE (mine.held, mine.committed, mine.consumed) IS DISTINCT FROM
    (coalesce(rebuilt.held, 0), coalesce(rebuilt.committed, 0), coalesce(rebuilt.consumed, 0))
  OR (mine.held, mine.committed, mine.consumed) IS DISTINCT FROM
    (coalesce(used.held, 0), coalesce(used.committed, 0), coalesce(used.consumed, 0))
  OR CASE mine.state WHEN 'active' THEN mine.amount - mine.held - mine.committed - mine.consumed
    - mine.returned ELSE 0 END <> coalesce(rebuilt.unused, 0)
ORDER BY mine.id LIMIT 100
"""
# What was told of each hold last, and of its payment: it is in that state, with that amount. Of one that
# waits for the register of earlier support nothing was told.
_TOLD = """
WITH told AS (
  SELECT DISTINCT ON (hold_id) hold_id, type, amount FROM money_event WHERE hold_id IS NOT NULL
  ORDER BY hold_id, sequence DESC, at DESC),
paid AS (SELECT DISTINCT application_id FROM money_event WHERE type = 'funding.payment_settled.v1'),
recovered AS (SELECT DISTINCT hold_id FROM claim_line WHERE state = 'recovered'),
parts AS (SELECT hold_id, topped_up, co_payment FROM money_event WHERE type = 'funding.funds_held.v1'),
expected AS (
  SELECT told.hold_id, told.amount, CASE told.type WHEN 'funding.funds_held.v1' THEN 'held'
    WHEN 'funding.funds_released.v1' THEN 'released'
    ELSE CASE WHEN recovered.hold_id IS NOT NULL THEN 'released' ELSE 'committed' END END AS state
  FROM told LEFT JOIN recovered ON recovered.hold_id = told.hold_id)
SELECT coalesce(hold.id, expected.hold_id) AS id
FROM (SELECT * FROM hold WHERE told_at IS NOT NULL) AS hold FULL JOIN expected ON expected.hold_id = hold.id
LEFT JOIN paid ON paid.application_id = hold.application_id
LEFT JOIN parts ON parts.hold_id = hold.id
WHERE hold.topped_up <> parts.topped_up OR hold.co_payment <> parts.co_payment
  OR hold.amount IS DISTINCT FROM expected.amount
  OR CASE hold.state WHEN 'expired' THEN 'released' WHEN 'consumed' THEN 'committed' ELSE hold.state END
    IS DISTINCT FROM expected.state
  OR (hold.state = 'consumed' AND paid.application_id IS NULL)
ORDER BY 1 LIMIT 100
"""
# Balances of lines as the events alone have them: what was held, less what was released or came back.
_LINES_TOLD = """
WITH told AS (
  SELECT hold.line_id, sum(CASE event.type WHEN 'funding.funds_held.v1' THEN event.amount
    WHEN 'funding.funds_released.v1' THEN -event.amount ELSE 0 END) AS amount
  FROM money_event AS event JOIN hold ON hold.id = event.hold_id GROUP BY hold.line_id),
untold AS (
  SELECT line_id, sum(amount) AS amount FROM hold WHERE told_at IS NULL AND state = 'held' GROUP BY line_id),
recovered AS (
  SELECT hold.line_id, sum(hold.amount) AS amount FROM hold
  WHERE hold.id IN (SELECT hold_id FROM claim_line WHERE state = 'recovered') GROUP BY hold.line_id)
SELECT line.id FROM budget_line AS line LEFT JOIN told ON told.line_id = line.id
LEFT JOIN untold ON untold.line_id = line.id
LEFT JOIN recovered ON recovered.line_id = line.id
WHERE line.held + line.committed + line.consumed
  <> coalesce(told.amount, 0) + coalesce(untold.amount, 0) - coalesce(recovered.amount, 0)
ORDER BY line.id LIMIT 100
"""
# A hold and its last move stand in the ledger together; a row that was taken out leaves a hole.
_MISSING = """
SELECT hold.id FROM hold WHERE NOT EXISTS (
  SELECT FROM ledger_entry AS last WHERE last.transaction_id = hold.movement_id AND last.amount > 0)
ORDER BY hold.id LIMIT 100
"""
_CLOSED_IN = "period IN (SELECT period FROM accounting_period WHERE state = 'closed')"
_PERIODS = f"""
SELECT coalesce(kept.period, gained.period) AS period
FROM period_balance AS kept FULL JOIN ({GAINED.format(which=_CLOSED_IN)}) AS gained
  ON (gained.period, gained.kind, gained.owner_id, gained.account)
    = (kept.period, kept.kind, kept.owner_id, kept.account)
WHERE (kept.amount, kept.entries) IS DISTINCT FROM (gained.amount, gained.entries)
UNION SELECT closed.period FROM accounting_period AS closed
LEFT JOIN ({DIGEST.format(which=_CLOSED_IN)}) AS said ON said.period = closed.period
WHERE closed.state = 'closed' AND closed.digest <> coalesce(said.digest, 0)
ORDER BY 1 LIMIT 100
"""  # noqa: S608 - put together from the texts of this package only
_DIFFERING = {
    "unbalanced_transactions": _UNBALANCED,
    "differing_lines": _LINES,
    "differing_accounts": _ACCOUNTS,
    "lines_differing_from_holds": _HOLDS,
    "holds_differing_from_entries": _STATES,
    "holds_without_entries": _MISSING,
    "holds_differing_from_events": _TOLD,
    "lines_differing_from_payments": _PAID,
    "lines_differing_from_events": _LINES_TOLD,
    "differing_top_ups": _TOP_UPS,
    "differing_periods": _PERIODS,
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

    Each list names at most 100 ids. It may take longer than other statements: as long as the gateway waits.
    """
    connection.exec_driver_sql("SET statement_timeout = '120s'")
    try:
        found = dict(connection.exec_driver_sql(_ALL).mappings().one())
    finally:
        connection.exec_driver_sql("RESET statement_timeout")
    verified = found["sum"] == 0 and not any(found[name] for name in _DIFFERING)
    return {"verified": verified, **found}
