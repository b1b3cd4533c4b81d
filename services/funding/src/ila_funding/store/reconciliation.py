"""Do holds, claims and payments follow from what the other services told? Each difference by its name."""

from typing import Any

import sqlalchemy as sa

MOST_SHOWN = 200
# The last facts of each application, ordered by their versions, beside the money it has.
_APPLICATION = """
SELECT coalesce(request.application_id, result.application_id) AS id,
  request.application_id IS NULL AS unknown,
  coalesce(hold.amount, request.amount, 0) AS amount, coalesce(hold.state, 'none') AS money,
  hold.provisional IS DISTINCT FROM request.provisional AS mark_differs,
  coalesce(request.ended_sequence
    >= greatest(request.eligible_sequence, request.enrolled_sequence), false) AS ended,
  coalesce(request.enrolled_sequence > coalesce(request.ended_sequence, -1), false) AS enrolled,
  result.application_id IS NOT NULL AS verified, coalesce(claimed.paid, false) AS paid,
  coalesce(claimed.recovered, false) OR EXISTS (
    SELECT FROM hold AS elsewhere WHERE elsewhere.application_id = request.application_id
      AND elsewhere.support_check = 'found' AND elsewhere.state = 'released') AS recovered
FROM (SELECT * FROM hold_request WHERE person_id IS NOT NULL) AS request
FULL JOIN verified_result AS result ON result.application_id = request.application_id
LEFT JOIN hold ON hold.application_id = request.application_id
  AND hold.state IN ('held', 'committed', 'consumed')
LEFT JOIN (
  SELECT line.application_id, bool_or(claim.state = 'paid' AND line.state = 'claimed') AS paid,
    bool_or(claim.state = 'recovered' AND line.state = 'recovered') AS recovered
  FROM claim_line AS line JOIN claim ON claim.id = line.claim_id
  WHERE claim.state IN ('paid', 'recovered') GROUP BY line.application_id)
  AS claimed ON claimed.application_id = request.application_id
"""
_OF_APPLICATIONS = {
    "result-of-unknown-application": "unknown",
    "ended-but-held": "ended AND money IN ('held', 'committed')",
    "enrolled-without-commitment": "enrolled AND NOT recovered AND money NOT IN ('committed', 'consumed')",
    "committed-without-enrolment": "NOT enrolled AND money IN ('committed', 'consumed')",
    "provisional-mark-differs": "mark_differs AND money <> 'none'",
    "result-without-commitment": "verified AND NOT (unknown OR recovered OR ended)"
    " AND money NOT IN ('committed', 'consumed')",
    "consumed-without-result": "money = 'consumed' AND NOT verified",
    "consumed-without-payment": "money = 'consumed' AND NOT paid",
    "paid-without-consumption": "paid AND money <> 'consumed'",
}
_CLAIM = """
SELECT claim.id, claim.amount, coalesce(sum(line.amount), 0) AS of_lines, claim.state,
  max(payment.amount) AS of_payment, coalesce(bool_or(payment.state = 'settled'), false) AS settled
FROM claim
LEFT JOIN claim_line AS line ON line.claim_id = claim.id
  AND line.state = CASE claim.state WHEN 'recovered' THEN 'recovered' ELSE 'claimed' END
LEFT JOIN payment ON payment.claim_id = claim.id AND payment.state <> 'failed'
WHERE claim.state <> 'refused' GROUP BY claim.id
"""
_OF_CLAIMS = {
    "claim-differs-from-lines": "amount <> of_lines",
    "claim-differs-from-payment": "amount <> of_payment",
    "paid-claim-without-settlement": "state IN ('paid', 'recovered') AND NOT settled",
    "settlement-without-paid-claim": "settled AND state NOT IN ('paid', 'recovered')",
}
_RUN = """
SELECT run.id, run.amount, coalesce(sum(payment.amount), 0) AS of_payments
FROM payment_run AS run LEFT JOIN payment ON payment.run_id = run.id GROUP BY run.id
"""
_OF_RUNS = {"run-differs-from-payments": "amount <> of_payments"}
# Who pays a price, as it was told to the applications: the line, top-ups and the learner.
_HOLD = """
SELECT hold.id, hold.amount, hold.topped_up, hold.co_payment, hold.state,
  CAST(hold.quote -> 'amount' ->> 'amount' AS numeric) AS price, coalesce(sum(share.amount), 0) AS of_shares,
  coalesce(bool_or(share.state <> CASE WHEN hold.state IN ('released', 'expired') THEN 'released'
    ELSE hold.state END), false) AS elsewhere
FROM hold LEFT JOIN top_up_use AS share ON share.hold_id = hold.id GROUP BY hold.id
"""
_OF_HOLDS = {
    "parts-differ-from-price": "amount + topped_up + co_payment <> price",
    "top-ups-differ-from-hold": "topped_up <> of_shares",
    "top-up-not-where-its-hold-is": "elsewhere",
}


def _named(kind: str, differences: dict[str, str]) -> list[str]:
    return [
        f"SELECT '{name}' AS name, '{kind}' AS kind, id, amount FROM {kind}_facts WHERE {which}"  # noqa: S608
        for name, which in differences.items()
    ]


_DIFFERENCES = " UNION ALL ".join(
    _named("application", _OF_APPLICATIONS)
    + _named("claim", _OF_CLAIMS)
    + _named("payment_run", _OF_RUNS)
    + _named("hold", _OF_HOLDS)
)
# One statement, so that all of it looks at one moment.
_ALL = f"""
WITH application_facts AS ({_APPLICATION}), claim_facts AS ({_CLAIM}), payment_run_facts AS ({_RUN}),
hold_facts AS ({_HOLD}),
difference AS ({_DIFFERENCES})
SELECT (SELECT count(*) FROM application_facts) AS applications,
  (SELECT coalesce(sum(held), 0.00) FROM budget_line) AS held,
  (SELECT coalesce(sum(committed), 0.00) FROM budget_line) AS committed,
  (SELECT coalesce(sum(consumed), 0.00) FROM budget_line) AS consumed,
  (SELECT coalesce(sum(topped_up), 0.00) FROM hold_facts WHERE state NOT IN ('released', 'expired'))
    AS topped_up,
  (SELECT coalesce(sum(co_payment), 0.00) FROM hold_facts WHERE state NOT IN ('released', 'expired'))
    AS co_payment,
  (SELECT coalesce(sum(amount), 0.00) FROM claim_facts WHERE state NOT IN ('recovered')) AS claimed,
  (SELECT coalesce(sum(amount), 0.00) FROM claim_facts WHERE state = 'paid') AS paid,
  (SELECT coalesce(sum(abs(amount)), 0.00) FROM difference) AS unexplained,
  (SELECT count(*) FROM difference) AS differing,
  (SELECT count(*) FROM inbox WHERE state <> 'done') AS facts_waiting,
  coalesce((SELECT jsonb_agg(jsonb_build_object('name', name, 'subject_kind', kind, 'subject_id', id,
    'amount', jsonb_build_object('amount', amount::numeric(14, 2)::text, 'currency', 'EUR')))
    FROM (SELECT * FROM difference ORDER BY name, id LIMIT {MOST_SHOWN}) AS shown), '[]') AS differences
"""  # noqa: S608 - put together from the texts of this module only


def reconcile(connection: sa.Connection) -> dict[str, Any]:
    """Return what is held, claimed and paid, and what of it the facts told by others do not explain.

    `unexplained` sums every difference; at most 200 are named.
    """
    found = dict(connection.exec_driver_sql(_ALL).mappings().one())
    return {"reconciled": found["differing"] == 0, **found}
