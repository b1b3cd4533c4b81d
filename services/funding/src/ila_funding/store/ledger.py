"""The ledger and the balances that follow from it."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.ids import uuid7
from ila_kit.money import ZERO
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_funding.domain.hold import LIVE
from ila_funding.domain.ledger import Account, LineUse, Movement, Reason
from ila_funding.store.ledger_tables import top_up
from ila_funding.store.pauses import PAUSED
from ila_funding.store.tables import hold, learner_account, ledger_entry
from ila_funding.store.told_tables import published_call, published_programme

ENTRIES = Listing(
    ledger_entry,
    id=ledger_entry.c.id,
    sorts={"at": ledger_entry.c.id},
    default="-at",
    filters={
        name: ledger_entry.c[name]
        for name in (
            *("account", "reason", "line_id", "call_id", "person_id", "hold_id", "transaction_id"),
            *("organisation_id", "funder_id", "period", "belongs_to"),
        )
    },
)
# What a learner sees of the ledger: the own side of each transaction, with where it comes from.
_OF_LEARNER = (
    sa.select(
        ledger_entry.c.id,
        ledger_entry.c.transaction_id,
        ledger_entry.c.at,
        ledger_entry.c.reason,
        ledger_entry.c.account,
        ledger_entry.c.amount,
        ledger_entry.c.call_id,
        published_call.c.code.label("call_code"),
        ledger_entry.c.hold_id,
        hold.c.application_id,
        hold.c.programme_id,
        published_programme.c.title_lv.label("programme_title_lv"),
        published_programme.c.title_en.label("programme_title_en"),
        hold.c.quote_hash,
        hold.c.methodology_version,
        ledger_entry.c.top_up_id,
        top_up.c.funder_name,
    )
    .outerjoin_from(ledger_entry, hold, hold.c.id == ledger_entry.c.hold_id)
    .outerjoin(top_up, top_up.c.id == ledger_entry.c.top_up_id)
    .join(published_call, published_call.c.call_id == ledger_entry.c.call_id)
    .outerjoin(published_programme, published_programme.c.programme_id == hold.c.programme_id)
    .where(ledger_entry.c.account.not_in([Account.FREE, Account.FUNDER, Account.CEILING]))
)
LEARNER_ENTRIES = Listing(
    _OF_LEARNER,
    id=ledger_entry.c.id,
    sorts={"at": ledger_entry.c.id},
    default="-at",
    filters={"call_id": ledger_entry.c.call_id, "hold_id": ledger_entry.c.hold_id},
)

_LINE = f"""line AS (
  UPDATE budget_line SET held = held + :held, committed = committed + :committed,
    consumed = consumed + :consumed, version = version + 1, updated_at = :at
  WHERE id = :line_id
    AND held + committed + consumed + :held + :committed + :consumed <= limit_amount
    AND (CAST(:turn AS bigint) IS NULL OR (
      (NOT {PAUSED} OR budget_line.exempt && CAST(:strata AS text[]))
      AND NOT EXISTS (
        SELECT FROM hold_request AS ahead
        WHERE ahead.line_id = :line_id AND ahead.state = 'waiting' AND ahead.receipt_sequence < :turn
          AND (NOT {PAUSED} OR budget_line.exempt && ahead.strata))))
  RETURNING id, call_id, version, held + committed + consumed AS used, limit_amount, alarm, alarm_shares)"""  # noqa: S608 - fixed text
_NEW_OR_KNOWN = """account AS (
  INSERT INTO learner_account AS mine (id, person_id, call_id, granted, held, committed, consumed,
    released, expired, version, updated_at)
  SELECT CAST(:account_id AS uuid), CAST(:person_id AS uuid), CAST(:call_id AS uuid),
    CAST(:granted AS numeric), CAST(:held AS numeric), 0, 0, 0, 0, 1, CAST(:at AS timestamptz)
  FROM line
  ON CONFLICT (person_id, call_id) DO UPDATE SET granted = mine.granted + excluded.granted,
    held = mine.held + excluded.held, version = mine.version + 1, updated_at = excluded.updated_at
  RETURNING id)"""
_KNOWN = """account AS (
  UPDATE learner_account AS mine SET held = mine.held + :held, committed = mine.committed + :committed,
    consumed = mine.consumed + :consumed, released = mine.released + :released,
    expired = mine.expired + :expired, version = mine.version + 1, updated_at = :at
  FROM line WHERE mine.person_id = :person_id AND mine.call_id = :call_id
  RETURNING mine.id)"""
_ENTRIES = """entries AS (
  INSERT INTO ledger_entry (id, transaction_id, at, reason, account, amount, line_id, call_id, person_id,
    hold_id, reverses)
  SELECT entry.id, CAST(:id AS uuid), CAST(:at AS timestamptz), CAST(:reason AS text), entry.account,
    entry.amount, line.id, CAST(:call_id AS uuid), CAST(:person_id AS uuid), CAST(:hold_id AS uuid),
    CAST(:reverses AS uuid)
  FROM line, (VALUES (CAST(:from_id AS uuid), CAST(:from_account AS text), CAST(:from_amount AS numeric)),
    (CAST(:to_id AS uuid), CAST(:to_account AS text), CAST(:to_amount AS numeric)))
    AS entry (id, account, amount))"""
# What each entry of a movement that is recorded names.
_RECORDED = (
    *("line_id", "call_id", "person_id", "hold_id", "reverses", "top_up_id", "funder_id"),
    *("organisation_id", "effective_on", "belongs_to"),
)
_RESULT = """ SELECT line.id, line.call_id, line.version, line.used, line.limit_amount, line.alarm,
  line.alarm_shares
FROM account, line"""
_GRANT = sa.text("WITH " + ", ".join([_LINE, _NEW_OR_KNOWN, _ENTRIES]) + _RESULT)
_MOVE = sa.text("WITH " + ", ".join([_LINE, _KNOWN, _ENTRIES]) + _RESULT)

# Many movements for one reason between the same two accounts; the multipliers say which ones change how.
_LOCK_LINES = sa.text(
    "SELECT FROM budget_line WHERE id = ANY (CAST(:lines AS uuid[])) ORDER BY id FOR NO KEY UPDATE"
)
_LOCK_ACCOUNTS = sa.text("""
SELECT FROM learner_account AS mine
JOIN (SELECT DISTINCT * FROM unnest(CAST(:persons AS uuid[]), CAST(:calls AS uuid[]))
  AS one (person_id, call_id)) AS wanted USING (person_id, call_id)
ORDER BY mine.id FOR NO KEY UPDATE OF mine
""")
_MOVE_ALL = sa.text("""
WITH moved AS (
  SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:lines AS uuid[]), CAST(:calls AS uuid[]),
    CAST(:persons AS uuid[]), CAST(:holds AS uuid[]), CAST(:reverses AS uuid[]), CAST(:amounts AS numeric[]),
    CAST(:from_ids AS uuid[]), CAST(:to_ids AS uuid[]), CAST(:organisations AS uuid[]))
    AS one (id, line_id, call_id, person_id, hold_id, reverses, amount, from_id, to_id, organisation_id)),
line AS (
  UPDATE budget_line SET committed = committed + :committed * total.amount,
    consumed = consumed + :consumed * total.amount, version = version + 1, updated_at = :at
  FROM (SELECT line_id, sum(amount) AS amount FROM moved GROUP BY line_id) AS total
  WHERE budget_line.id = total.line_id RETURNING budget_line.id),
account AS (
  UPDATE learner_account AS mine SET committed = mine.committed + :committed * total.amount,
    consumed = mine.consumed + :consumed * total.amount, released = mine.released + :released * total.amount,
    version = mine.version + 1, updated_at = :at
  FROM (SELECT person_id, call_id, sum(amount) AS amount FROM moved
        WHERE line_id IN (SELECT id FROM line) GROUP BY person_id, call_id) AS total
  WHERE mine.person_id = total.person_id AND mine.call_id = total.call_id)
INSERT INTO ledger_entry (id, transaction_id, at, reason, account, amount, line_id, call_id, person_id,
  hold_id, reverses, organisation_id, effective_on, belongs_to)
SELECT entry.id, moved.id, :at, :reason, entry.account, entry.amount, moved.line_id, moved.call_id,
  moved.person_id, moved.hold_id, moved.reverses, moved.organisation_id, CAST(:effective_on AS date),
  CAST(:belongs_to AS date)
FROM moved, LATERAL (VALUES (moved.from_id, CAST(:source AS text), -moved.amount),
  (moved.to_id, CAST(:target AS text), moved.amount)) AS entry (id, account, amount)
""")


class SqlLedgerStore:
    """The ledger, and the balances of lines and learners that follow from it."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def post(self, movement: Movement, turn: int | None = None, strata: Sequence[str] = ()) -> LineUse | None:
        """Move a learner's money: line, account and entries change in one statement or not at all.

        None when the line does not carry it, when it is paused for all but other strata, or when an
        application received before `turn` waits for its money. The line comes before the account
        everywhere, so that two movements never wait for each other.
        """
        statement = _GRANT if movement.reason is Reason.HOLD else _MOVE
        asked = _parameters(movement) | {"turn": turn, "strata": list(strata)}
        row = self._connection.execute(statement, asked).one_or_none()
        return None if row is None else LineUse(*row)

    def post_all(self, movements: Sequence[Movement]) -> None:
        """Move the money of many learners, all for one reason, day and two accounts, at once.

        The lines are locked in the order of their ids, then the learners' accounts in that of theirs, so that
        two of these never wait for each other, also when two lines pay for the same learners.
        """
        ((reason, source, target, at, on, late),) = {
            (one.reason, one.source, one.target, one.at, one.effective_on, one.belongs_to)
            for one in movements
        }
        kept, held = (Account.COMMITTED, Account.CONSUMED), _columns(movements)
        change = {name.value: (name is target) - (name is source) for name in kept}
        named: dict[str, Any] = {
            "reason": reason.value,
            "source": source.value,
            "target": target.value,
            "at": at,
        }
        named |= {"effective_on": on, "belongs_to": late}
        self._connection.execute(_LOCK_LINES, {"lines": held["lines"]})
        self.lock_accounts(zip(held["persons"], held["calls"], strict=True))
        self._connection.execute(_MOVE_ALL, held | change | named | {"released": int(target is Account.FREE)})

    def lock_accounts(self, accounts: Iterable[tuple[UUID, UUID]]) -> None:
        """Lock the accounts of learners in calls in the order of their ids; there need not be all of them."""
        pairs = list(accounts)
        asked = {"persons": [person for person, _ in pairs], "calls": [call for _, call in pairs]}
        self._connection.execute(_LOCK_ACCOUNTS, asked)

    def record(self, movement: Movement) -> None:
        """Write the entries of a movement of a line itself, or of a top-up."""
        rows = [
            {
                "id": uuid7(),
                "transaction_id": movement.id,
                "at": movement.at,
                "reason": movement.reason.value,
                "account": account.value,
                "amount": amount,
                **{name: getattr(movement, name) for name in _RECORDED},
            }
            for account, amount in movement.entries()
        ]
        self._connection.execute(sa.insert(ledger_entry).values(rows))

    def entries(self, request: PageRequest) -> Page:
        """Return a page of all entries."""
        return ENTRIES.page(self._connection, request)

    def entries_of(self, person_id: UUID, request: PageRequest) -> Page:
        """Return a page of a learner's entries, with the programme and quote each comes from."""
        return LEARNER_ENTRIES.page(self._connection, request, [ledger_entry.c.person_id == person_id])

    def all_entries_of(self, person_id: UUID) -> list[dict[str, Any]]:
        """Return all entries of a learner, the oldest first, as `entries_of` does."""
        query = _OF_LEARNER.where(ledger_entry.c.person_id == person_id).order_by(ledger_entry.c.id)
        return [dict(row) for row in self._connection.execute(query).mappings()]

    def accounts_of(self, person_id: UUID) -> list[dict[str, Any]]:
        """Return a learner's account in each call, with the call's code and titles."""
        mine = (hold.c.person_id == person_id, hold.c.call_id == learner_account.c.call_id)
        own = sa.select(sa.func.coalesce(sa.func.sum(hold.c.co_payment), ZERO)).where(*mine)
        own = own.where(hold.c.state.in_(LIVE))
        query = (
            sa.select(learner_account, published_call.c.code, published_call.c.title_lv)
            .add_columns(own.scalar_subquery().label("co_payment"))
            .add_columns(published_call.c.title_en)
            .join(published_call, published_call.c.call_id == learner_account.c.call_id)
            .where(learner_account.c.person_id == person_id)
            .order_by(learner_account.c.id)
        )
        return [dict(row) for row in self._connection.execute(query).mappings()]


def _parameters(movement: Movement) -> dict[str, Any]:
    (source, loss), (target, gain) = movement.entries()
    change = {
        name.value: movement.change(name) for name in (Account.HELD, Account.COMMITTED, Account.CONSUMED)
    }
    by_reason = {
        "granted": movement.amount if movement.reason is Reason.HOLD else ZERO,
        "released": movement.amount if movement.reason is Reason.RELEASE else ZERO,
        "expired": movement.amount if movement.reason is Reason.EXPIRY else ZERO,
    }
    named = ("id", "at", "line_id", "call_id", "person_id", "hold_id", "reverses")
    return (
        {name: getattr(movement, name) for name in named}
        | change
        | by_reason
        | {"reason": movement.reason.value, "account_id": uuid7()}
        | {"from_id": uuid7(), "from_account": source.value, "from_amount": loss}
        | {"to_id": uuid7(), "to_account": target.value, "to_amount": gain}
    )


def _columns(movements: Sequence[Movement]) -> dict[str, list[Any]]:
    """Return the members of movements as arrays."""
    return {
        "ids": [one.id for one in movements],
        "lines": [one.line_id for one in movements],
        "calls": [one.call_id for one in movements],
        "persons": [one.person_id for one in movements],
        "holds": [one.hold_id for one in movements],
        "reverses": [one.reverses for one in movements],
        "amounts": [one.amount for one in movements],
        "from_ids": [uuid7() for _ in movements],
        "to_ids": [uuid7() for _ in movements],
        "organisations": [one.organisation_id for one in movements],
    }
