"""The scheduler: calls what is due; safe when several run."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from ila_kit.actor import process_actor
from ila_kit.context import new_context, working_for
from ila_kit.retry import Retry
from ila_kit.store.faults import reason_of
from ila_kit.store.unit import U, Units

TimerHandlers = Mapping[str, Callable[[U, UUID], None]]

# Counted and moved before it is tried: a timer that fails, even by killing its process, comes
# again later and later, and never keeps the others waiting. It is never given up: silence must
# have its end.
_CLAIM = """
UPDATE timer SET tries = tries + 1, reason = 'begun, and not ended',
  due_at = %(now)s + make_interval(secs => least(%(longest)s, %(lease)s * 2 ^ least(tries, 30)))
WHERE (subject_id, name) = (SELECT subject_id, name FROM timer
                            WHERE due_at <= %(now)s AND name = ANY (%(names)s)
                            ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING subject_id, name, due_at, tries
"""
# The moment is part of the key: a timer that somebody moved or cleared meanwhile is not called.
_TAKE = "DELETE FROM timer WHERE subject_id = %s AND name = %s AND due_at = %s"
_FAILED = "UPDATE timer SET reason = %s, due_at = %s WHERE subject_id = %s AND name = %s AND due_at = %s"


def run_due(units: Units[U], handlers: TimerHandlers[U], limit: int = 100, retry: Retry | None = None) -> int:
    """Call the handlers of due timers, each in a unit of its own; returns how many were tried.

    A handler's work and the removal of its timer are one transaction. A timer that fails stays,
    with a growing delay, its tries and its reason.
    """
    for tried in range(limit):
        claimed = _claim(units, list(handlers), retry or Retry())
        if claimed is None:
            return tried
        try:
            _call(units, handlers, claimed)
        except Exception as fault:
            _note(units, claimed, fault, retry or Retry(base=1.0))
    return limit


def _claim(units: Units[U], names: list[str], retry: Retry) -> Any:
    values = {"now": units.clock(), "names": names, "longest": retry.longest, "lease": retry.lease}
    with units.engine.begin() as connection:
        return connection.exec_driver_sql(_CLAIM, values).one_or_none()


def _call(units: Units[U], handlers: TimerHandlers[U], claimed: Any) -> None:
    with working_for(new_context()), units.open(process_actor(units.service)) as unit:
        key = (claimed.subject_id, claimed.name, claimed.due_at)
        if unit.connection.exec_driver_sql(_TAKE, key).rowcount:
            handlers[claimed.name](unit, claimed.subject_id)
            unit.commit()


def _note(units: Units[U], claimed: Any, fault: Exception, retry: Retry) -> None:
    again = units.clock() + retry.delay(claimed.tries) + timedelta(seconds=0.1)
    with units.engine.begin() as connection:
        connection.exec_driver_sql(
            _FAILED, (reason_of(fault), again, claimed.subject_id, claimed.name, claimed.due_at)
        )
