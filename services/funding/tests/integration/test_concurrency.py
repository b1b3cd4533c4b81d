"""No over-commitment, no lost money and no lost wish, however many work at the same time."""

import multiprocessing
import random
import threading
import time
from collections import Counter
from dataclasses import replace
from decimal import Decimal

import orjson
import pytest
from ila_funding.app import SERVICE
from ila_funding.consumers import BATCHES, HANDLERS
from ila_funding.domain.request import Ending
from ila_funding.usecases.endings import EndRequest, end_request
from ila_funding.usecases.holds import request_hold
from ila_kit.bus.inbox import InboxWorker
from ila_kit.clock import utc_now
from ila_kit.events import to_json
from ila_kit.ids import uuid7
from ila_kit.store.database import create_engine
from ila_kit.testing.fakes import NOON
from ila_kit.testing.stores import statements_seen

pytestmark = pytest.mark.integration
PRICE = Decimal("608.99")
PROCESSES = 8
FORK = multiprocessing.get_context("fork")


def in_processes(world, work, things: list) -> float:
    """Do `work(world, thing)` for all things in processes that begin together; returns the seconds."""
    url = world.engine.url.render_as_string(hide_password=False)
    ready = FORK.Barrier(PROCESSES + 1)

    def run(mine: list) -> None:
        here = type(world)(create_engine(url, pool_size=1))
        here.call_id, here.programme_id = world.call_id, world.programme_id
        ready.wait(30)
        for thing in mine:
            work(here, thing)

    processes = [FORK.Process(target=run, args=(things[n::PROCESSES],)) for n in range(PROCESSES)]
    world.engine.dispose()
    for process in processes:
        process.start()
    ready.wait(30)
    begun = time.monotonic()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * PROCESSES
    return time.monotonic() - begun


def ask(world, request) -> None:
    world.do(request_hold, request)


def withdraw(world, request) -> None:
    ending = {"application_id": request.application_id, "reason": Ending.WITHDRAWN}
    world.do(end_request, EndRequest(**ending, sequence=request.sequence + 1))


def states(world) -> Counter:
    return Counter(dict(world.sql("SELECT state, count(*) FROM hold_request GROUP BY state")))


def granted(world) -> set[int]:
    return {
        place for (place,) in world.sql("SELECT receipt_sequence FROM hold_request WHERE state = 'granted'")
    }


def test_500_applications_on_money_for_100_give_exactly_100_holds(world):
    world.publish(PRICE * 100)
    requests = [world.asked(place) for place in range(1, 501)]
    seconds = in_processes(world, ask, requests)
    print(f"500 applications, {PROCESSES} processes: {seconds:.1f} s, {500 / seconds:.0f}/s")
    assert states(world) == {"granted": 100, "waiting": 400}
    assert world.line == (PRICE * 100, Decimal("0.00"))
    told = Counter(kind for (kind,) in world.sql("SELECT type FROM outbox"))
    assert told["funding.funds_held.v1"] == told["funding.entitlement_granted.v1"] == 100
    assert told["funding.hold_refused.v1"] == 400
    assert world.verification()["verified"]


def test_what_is_given_back_goes_to_those_who_wait_in_order_and_to_the_cent(world):
    world.publish(PRICE * 20)
    requests = [world.asked(place) for place in range(1, 101)]
    for request in requests:
        ask(world, request)
    assert granted(world) == set(range(1, 21))
    seconds = in_processes(world, withdraw, requests[:60])
    print(f"60 withdrawals, {PROCESSES} processes: {seconds:.1f} s")
    assert granted(world) == set(range(61, 81))
    assert states(world) == {"withdrawn": 60, "granted": 20, "waiting": 20}
    assert world.line == (PRICE * 20, Decimal("0.00"))
    assert world.verification()["verified"]


def test_nobody_is_left_waiting_beside_free_money(world):
    """Applications and withdrawals at the same moment: the last free cent finds its taker."""
    world.publish(PRICE * 10)
    first = [world.asked(place) for place in range(1, 41)]
    for request in first:
        ask(world, request)
    more = [world.asked(place) for place in range(41, 121)]
    acts = [(withdraw, one) for one in first] + [(ask, one) for one in more]
    random.Random(709).shuffle(acts)
    in_processes(world, lambda here, act: act[0](here, act[1]), acts)
    assert states(world) == {"withdrawn": 40, "granted": 10, "waiting": 70}
    assert world.line == (PRICE * 10, Decimal("0.00"))
    assert world.verification()["verified"]


def test_one_person_with_many_applications_never_locks_itself_out(world):
    world.publish(PRICE * 5)
    person = uuid7()
    taught = [world.teach(f"Saturs {place}") for place in range(1, 41)]
    requests = [
        replace(world.asked(place, person_id=person), programme_id=programme_id)
        for place, programme_id in enumerate(taught, 1)
    ]
    for request in requests[:20]:
        ask(world, request)
    acts = [(withdraw, one) for one in requests[:20]] + [(ask, one) for one in requests[20:]]
    in_processes(world, lambda here, act: act[0](here, act[1]), acts)
    assert states(world) == {"withdrawn": 20, "granted": 5, "waiting": 15}
    assert world.verification()["verified"]


def test_twins_of_one_fact_at_the_same_moment_have_one_effect(world):
    world.publish()
    requests = [world.asked(place) for place in range(1, 26)]
    in_processes(world, ask, [one for one in requests for _ in range(PROCESSES)])
    assert world.line[0] == PRICE * 25
    in_processes(world, withdraw, [one for one in requests for _ in range(PROCESSES)])
    assert world.line[0] == 0
    told = Counter(kind for (kind,) in world.sql("SELECT type FROM outbox"))
    assert told["funding.funds_held.v1"] == told["funding.funds_released.v1"] == 25
    assert world.verification()["verified"]


STORED = "INSERT INTO inbox (id, type, body, received_at, next_at) VALUES (%s, %s, %s::jsonb, %s, %s)"


def body(kind: str, data: dict, sequence: int) -> str:
    """Return an envelope as it lies in the inbox."""
    envelope = {"specversion": "1.0", "source": kind.split(".")[0], "type": kind, "subject": "x"}
    return orjson.dumps(
        envelope | {"id": str(uuid7()), "time": NOON.isoformat(), "sequence": sequence, "data": data}
    ).decode()


def all_facts(world, requests) -> list[tuple[str, dict, int]]:
    """Everything the bus would tell of twenty applications, once, with the version it is told at.

    The first seven are withdrawn or end otherwise, three of them after they enrolled; the last seven enrol,
    five complete, one of them is first found eligible provisionally, and one is refused and contests it.
    """
    agreement = {
        "agreement_id": str(world.agreement_id),
        "organisation_id": str(world.organisation_id),
        "call_id": str(world.call_id),
        "programme_ids": [str(world.programme_id)],
        "number": "1",
        "in_force_at": "2024-11-01T10:00:00Z",
    }
    call = {
        "call_id": str(world.call_id),
        "code": "call-1",
        "title_lv": "Pirmais",
        "title_en": "First",
        "funding_source": "AF",
        "activity": "training",
        "budget_limit": {"amount": "100000.00", "currency": "EUR"},
        "hold_days": 30,
        "opening_mode": "first_come",
        "drop_out_rule": "completion_only",
    }
    programme = {
        "programme_id": str(world.programme_id),
        "call_id": str(world.call_id),
        "kind": "study_course",
        "title_lv": "Datortīkli",
        "funding_source": "AF",
        "parts": [{"title": "Datortīkli", "hours": 160}],
        "continuing_programme": None,
        "agreement_id": str(world.agreement_id),
    }
    found = [
        ("catalog.call_published.v1", call, 1),
        ("catalog.programme_published.v1", programme, 1),
        ("catalog.agreement_in_force.v1", agreement, 3),
    ]
    about = [to_json(one) for one in requests]
    tell = "applications.{}.v1".format
    found += [(tell("application_found_eligible"), one, 5) for one in about]
    found += [(tell("learner_enrolled"), one, 8) for one in about[4:7] + about[13:]]
    found += [(tell("application_withdrawn"), one, 9) for one in about[1:6]]
    found += [(tell("place_expired"), about[0], 9), (tell("learning_not_completed"), about[6], 9)]
    found += [(tell("application_found_eligible"), about[19] | {"provisional": True}, 3)]
    found += [(tell("application_refused"), about[18], 4)]
    result = {"organisation_id": str(world.organisation_id), "completed_on": "2025-03-01"}
    result |= {"verified_at": "2025-03-02T10:00:00Z"}
    found += [(tell("result_verified"), one | result, 12) for one in about[15:]]
    ended = {"ended_at": "2025-06-30T20:59:59Z", "outcome": "fulfilled"}
    found.append(("catalog.agreement_ended.v1", agreement | ended, 4))
    return found + of_others(world, requests[0].person_id)


def of_others(world, person_id) -> list[tuple[str, dict, int]]:
    """What identity tells: a provider that was barred from payments for a while, and a person."""
    mine = {"organisation_id": str(world.organisation_id)}
    approved = {"viis_number": "9900000001", "title": "Paraugu koledža 01", "approved_by": []}
    barred = {"scopes": ["payments"], "suspended_at": "2024-11-15T10:00:00Z"}
    person = {"person_id": str(person_id)}
    return [
        ("identity.provider_approved.v1", mine | approved | {"approved_at": "2024-10-01T10:00:00Z"}, 1),
        ("identity.provider_suspended.v1", mine | barred, 2),
        ("identity.provider_reinstated.v1", mine | {"reinstated_at": "2024-12-01T10:00:00Z"}, 3),
        ("identity.account_opened.v1", person | {"opened_at": "2024-11-01T10:00:00Z"}, 1),
        ("identity.person_erasure_requested.v1", person, 2),
    ]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_facts_delivered_three_times_and_shuffled_end_in_the_same_state(world, seed):
    requests = [world.asked(place) for place in range(1, 21)]
    facts = all_facts(world, requests) * 3
    assert {kind for kind, _, _ in facts} == set(HANDLERS)
    random.Random(seed).shuffle(facts)
    now = utc_now()
    rows = [(uuid7(), kind, body(kind, data, sequence), now, now) for kind, data, sequence in facts]
    with world.engine.begin() as connection:
        connection.exec_driver_sql(STORED, rows)
    work_off(world)
    assert world.sql("SELECT DISTINCT state, reason FROM inbox") == [("done", None)]
    assert world.line == (Decimal("412.13") * 6, Decimal("100000.00") - Decimal("412.13") * 13)
    live = "SELECT state, provisional, count(*) FROM hold WHERE state <> 'released' GROUP BY 1, 2 ORDER BY 1"
    assert world.sql(live) == [("committed", False, 7), ("held", False, 6)]
    assert world.sql("SELECT count(*) FROM verified_result") == [(5,)]
    assert states(world) == {"granted": 13, "withdrawn": 7}
    assert all(person for (person,) in world.sql("SELECT person_id FROM hold_request"))
    assert world.sql("SELECT count(*) FROM timer") == [(6,)]
    assert world.sql("SELECT suspended, title FROM provider") == [(False, "Paraugu koledža 01")]
    assert world.sql("SELECT outcome, methodology_version FROM agreement") == [("fulfilled", "1-2e/24/254")]
    paid_for = "SELECT count(*), count(DISTINCT person_id) FROM supported_content"
    assert world.sql(paid_for) == [(26, 13)]
    assert world.sql("SELECT count(*) FROM account_user") == [(1,)]
    assert world.verification()["verified"]
    assert world.reconciliation()["differences"] == []


def work_off(world) -> None:
    """Have four threads work the inbox off, like a worker of four inbox threads."""
    ends = time.monotonic() + 60
    waiting = "SELECT count(*) FROM inbox WHERE state = 'waiting'"

    def run() -> None:
        worker = InboxWorker(world.units, HANDLERS, batches=BATCHES)
        while world.sql(waiting) != [(0,)] and time.monotonic() < ends:
            threading.Event().wait(min(worker.step(), 0.05))
            world.check_support()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_the_service_reads_only_what_it_has_a_handler_for():
    assert {kind.split(".")[0] for kind in HANDLERS} == {"catalog", "applications", "identity"}
    assert SERVICE == "funding"


def test_a_hold_costs_as_few_round_trips_as_before(world):
    """Call, programme, line, request, earlier support, whether rates are new, money, hold, its content,
    request, the last one.
    """
    world.publish().admit()
    world.register.answers = False
    request = world.asked()
    with statements_seen(world.engine) as statements:
        world.do(request_hold, request)
    assert len(statements) == 11


def test_a_burst_is_worked_off_in_batches_in_the_order_of_receipt(world):
    """In whatever order they arrived, the money of a batch goes to those who applied first."""
    world.publish(PRICE * 20)
    requests = [world.asked(place) for place in range(1, 61)]
    random.Random(709).shuffle(requests)
    told, now = "applications.application_found_eligible.v1", utc_now()
    rows = [(uuid7(), told, body(told, to_json(one) | {"turn": None}, 3), now, now) for one in requests]
    with world.engine.begin() as connection:
        connection.exec_driver_sql(STORED, rows)
    with statements_seen(world.engine) as statements:
        assert InboxWorker(world.units, HANDLERS, batches=BATCHES).step() == 0.0
    assert granted(world) == set(range(1, 21))
    assert states(world) == {"granted": 20, "waiting": 40}
    assert world.sql("SELECT DISTINCT state FROM inbox") == [("done",)]
    assert sum(one.startswith("INSERT INTO hold_request") for one in statements) == 1
    assert world.verification()["verified"]
