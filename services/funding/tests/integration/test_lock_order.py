"""Those who move money of the same learners by two budget lines never wait for each other in a circle."""

import threading
from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa
from ila_funding.domain.ledger import Account, Movement, Reason
from ila_funding.domain.request import Ending
from ila_funding.usecases.endings import EndRequest, end_request
from ila_funding.usecases.holds import RequestHold, request_holds
from ila_funding.usecases.waiting import SERVED_AT_ONCE, serve_waiting
from ila_kit.clock import utc_now
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
PEOPLE = 20
VERSIONS = "SELECT sum(version) FROM learner_account"
SECOND_LINE = """
INSERT INTO budget_line (id, call_id, funding_source, activity, stratum, limit_amount, held, committed,
  consumed, version, created_at, updated_at)
SELECT gen_random_uuid(), call_id, funding_source, activity, 'territory:LV-RIX', 2132000, 0, 1000, 0, 1,
  now(), now() FROM budget_line"""
# The account with the lowest id comes last in the table, as after any change of it.
LOWEST_LAST = """
UPDATE learner_account SET version = version + 1
WHERE id = (SELECT id FROM learner_account ORDER BY id LIMIT 1)"""

FULL = "UPDATE budget_line SET consumed = limit_amount - held - committed"
BLOCKED = (
    "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
)


@pytest.fixture
def lines(world) -> list:
    """Two lines of one call with bound money of the same learners; returns their ids."""
    world.publish()
    for place in range(1, PEOPLE + 1):
        world.hold(place)
    world.sql_do("UPDATE budget_line SET committed = 1000")
    world.sql_do(SECOND_LINE)
    world.sql_do("UPDATE learner_account SET committed = 100, granted = granted + 100")
    world.sql_do(LOWEST_LAST)
    return [line_id for (line_id,) in world.sql("SELECT id FROM budget_line ORDER BY stratum")]


def paid(world, line_id, *, reverse: bool = False) -> list[Movement]:
    """Return the movements of one cent each of all learners' bound money, by one line."""
    people = [one for (one,) in world.sql("SELECT person_id FROM learner_account ORDER BY id")]
    one = Movement(
        id=uuid7(),
        at=utc_now(),
        reason=Reason.SETTLEMENT,
        source=Account.COMMITTED,
        target=Account.CONSUMED,
        amount=Decimal("0.01"),
        line_id=line_id,
        call_id=world.call_id,
    )
    ordered = people[::-1] if reverse else people
    return [replace(one, id=uuid7(), person_id=person) for person in ordered]


def post_all(unit, movements) -> None:
    unit.ledger.post_all(movements)


def asking(world) -> list[RequestHold]:
    """Return a request of each learner for another content, the last account first."""
    other = world.teach("Cits")
    people = [one for (one,) in world.sql("SELECT person_id FROM learner_account ORDER BY id DESC")]
    return [
        replace(world.asked(place, one), programme_id=other)
        for place, one in enumerate(people, start=PEOPLE + 1)
    ]


def pay_everybody(world, lines):
    return post_all, paid(world, lines[0])


def hold_for_everybody(world, lines):
    return request_holds, asking(world)


def serve_everybody(world, lines):
    """The line has money again for all who wait."""
    world.sql_do(FULL)
    world.do(request_holds, asking(world))
    world.sql_do("UPDATE budget_line SET consumed = 0")
    return serve_waiting, lines[0]


def give_back_and_serve(world, lines):
    """The learner with the highest account withdraws: what that one gives back is held for the others."""
    world.sql_do(FULL)
    world.do(request_holds, asking(world))
    latest = "(SELECT person_id FROM learner_account ORDER BY id DESC LIMIT 1)"
    ((application_id,),) = world.sql(
        f"SELECT application_id FROM hold_request WHERE state = 'granted' AND person_id = {latest}"
    )
    return end_request, EndRequest(application_id=application_id, reason=Ending.WITHDRAWN, sequence=9)


@pytest.mark.parametrize(
    "act",
    [pay_everybody, hold_for_everybody, serve_everybody, give_back_and_serve],
    ids=lambda one: one.__name__,
)
def test_accounts_are_locked_in_the_order_of_their_ids(world, lines, act):
    """Who waits for the first account holds none of the others."""
    others = "SELECT count(*) FROM (SELECT FROM learner_account FOR NO KEY UPDATE SKIP LOCKED) AS free"
    assert PEOPLE < SERVED_AT_ONCE
    what, versions = act(world, lines), world.sql(VERSIONS)
    with world.engine.connect() as first, first.begin():
        first.exec_driver_sql("SELECT FROM learner_account ORDER BY id LIMIT 1 FOR NO KEY UPDATE")
        waiting = threading.Thread(target=world.do, args=what)
        waiting.start()
        while world.sql(BLOCKED) == [(0,)]:
            waiting.join(0.01)
            assert waiting.is_alive()
        with world.engine.connect() as looker:
            assert looker.exec_driver_sql(others).scalar_one() == PEOPLE - 1
    waiting.join()
    assert world.sql(VERSIONS) > versions


def test_two_payments_by_two_lines_for_the_same_learners_both_go_through(world, lines):
    faults, ready = [], threading.Barrier(2)

    def pay(line_id, reverse: bool) -> None:
        for _ in range(15):
            movements = paid(world, line_id, reverse=reverse)
            ready.wait(30)
            try:
                world.do(post_all, movements)
            except sa.exc.DBAPIError as fault:
                faults.append(str(fault.orig))

    threads = [
        threading.Thread(target=pay, args=(line_id, bool(number))) for number, line_id in enumerate(lines)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert world.sql("SELECT sum(consumed) FROM learner_account") == [(Decimal("0.30") * PEOPLE,)]
