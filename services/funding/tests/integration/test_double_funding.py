"""No double funding (BR-713), against a real database: races, replays, payment and recovery, old data."""

import itertools
import random
import threading
from collections import Counter
from dataclasses import replace

import pytest
import sqlalchemy as sa
from ila_funding.consumers.timers import TIMERS
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.usecases.holds import request_hold
from ila_kit.ids import uuid7
from ila_kit.store.migrate import downgrade, upgrade
from ila_kit.store.timers import run_due
from ila_kit.testing.stores import service_database

pytestmark = pytest.mark.integration
EXAMPLE = Training(
    kind=Kind.MODULE_SET,
    parts=(Part("Vienkāršu algoritmu izstrāde", 34), Part("Lokālo tīklu ierīkošana un uzturēšana", 136)),
)


def told(world, kind: str) -> list[dict]:
    bodies = world.sql(f"SELECT body -> 'data' FROM outbox WHERE type = 'funding.{kind}.v1' ORDER BY id")
    return [data for (data,) in bodies]


def twins(world, person=None):
    """Two applications of one person for programmes of two providers that teach the same."""
    first = world.asked(1, person)
    again = world.teach("Algoritmi citur", training=EXAMPLE)
    return first, replace(world.asked(2, first.person_id), programme_id=again)


def ask_until_done(world, request) -> None:
    """Have a request worked off as the inbox does: what fails at the same moment is tried again."""
    for _ in range(5):
        try:
            world.do(request_hold, request)
        except sa.exc.IntegrityError:
            continue
        return


def at_once(*works) -> None:
    ready = threading.Barrier(len(works))

    def run(work):
        ready.wait(10)
        work()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_two_applications_for_one_content_at_the_same_moment_get_money_once(world):
    world.publish()
    for _ in range(20):
        first, second = twins(world)
        at_once(lambda one=first: ask_until_done(world, one), lambda one=second: ask_until_done(world, one))
    assert Counter(dict(world.sql("SELECT state, count(*) FROM hold_request GROUP BY 1"))) == {
        "granted": 20,
        "waiting": 20,
    }
    assert {one["reason"] for one in told(world, "hold_refused")} == {"content-held"}
    assert world.sql("SELECT count(*) FROM hold") == [(20,)]
    assert world.verification()["verified"]


def test_the_database_refuses_the_same_content_twice_even_around_the_service(world):
    request = world.publish().hold()
    again = "INSERT INTO supported_content SELECT person_id, content_key, hold_id FROM supported_content"
    with pytest.raises(sa.exc.IntegrityError), world.engine.begin() as connection:
        connection.exec_driver_sql(again)
    assert world.sql("SELECT DISTINCT person_id FROM supported_content") == [(request.person_id,)]


def test_committed_money_counts_and_money_given_back_does_not(world):
    first, second = twins(world.publish())
    world.do(request_hold, first)
    world.enrol(first)
    world.do(request_hold, second)
    assert [one["application_id"] for one in told(world, "hold_refused")] == [str(second.application_id)]
    world.tell("applications.application_withdrawn", 9, application_id=first.application_id)
    world.do(request_hold, replace(second, application_id=uuid7(), sequence=9))
    assert len(told(world, "hold_refused")) == 1
    assert len(told(world, "funds_held")) == 2


def test_facts_of_one_application_in_any_order_and_twice_leave_the_same_content(world):
    world.publish()
    facts = [
        ("applications.application_found_eligible", 3),
        ("applications.application_withdrawn", 4),
        ("applications.application_found_eligible", 6),
    ]
    for order in itertools.permutations(facts):
        request = world.asked()
        data = {name: getattr(request, name) for name in request.__dataclass_fields__ if name != "sequence"}
        for kind, sequence in [*order, *random.Random(7).sample(order, 3)]:
            world.tell(kind, sequence, **data)
        live = f"SELECT count(*) FROM supported_content WHERE person_id = '{request.person_id}'"
        assert world.sql(live) == [(4,)]
    assert world.sql("SELECT count(*) FROM hold WHERE state = 'held'") == [(6,)]


def test_money_held_before_anybody_looked_counts_after_the_migration(admin_url, world):
    with service_database(admin_url, "ila_funding") as engine:
        old = type(world)(engine)
        request = old.publish().hold()
        titles = "SELECT * FROM supported_content WHERE content_key !~ '^programme' ORDER BY content_key"
        kept = old.sql(titles)
        downgrade(engine, "ila_funding", "0008_entitlements")
        upgrade(engine, "ila_funding")
        assert old.sql(titles) == kept
        old.check_support()
        old.enrol(request)
        _, second = twins(old, request.person_id)
        old.do(request_hold, second)
        assert [one["reason"] for one in told(old, "hold_refused")] == ["double-funding"]


def test_titles_that_say_no_content_are_forgotten_by_the_migration_and_noted_in_their_curriculum(
    admin_url, world
):
    parts = (Part("Ievads", 34), Part("2. modulis", 40), Part("Ievads kriptogrāfijā", 96))
    with service_database(admin_url, "ila_funding") as engine:
        old = type(world)(engine)
        old.publish()
        mine = old.teach("Kriptogrāfija", training=replace(EXAMPLE, parts=parts))
        request = old.hold(programme_id=mine)
        downgrade(engine, "ila_funding", "0008_entitlements")
        upgrade(engine, "ila_funding", "0011_entitlements_begin")
        assert ("vocational:ievads",) in old.sql("SELECT content_key FROM supported_content")
        upgrade(engine, "ila_funding")
        keys = "SELECT content_key FROM supported_content ORDER BY content_key"
        specific = [("vocational:ievads kriptogrāfijā",), ("vocational:kriptogrāfija",)]
        assert old.sql(keys) == specific
        old.do(request_hold, replace(old.asked(2, request.person_id), programme_id=old.teach("Mākoņi")))
        within = {key for (key,) in old.sql(keys) if "@" in key}
        curriculum = "vocational@kriptogrāfija"
        assert within == {f"{curriculum}:ievads", f"{curriculum}:2. modulis"}


def decide(world) -> None:
    """Have everything decided whose time has come, as the worker does."""
    while run_due(world.units, TIMERS):
        pass


def test_withdrawn_and_asked_again_gets_the_money_in_whichever_order_the_facts_come(world):
    world.publish()
    for order in ("withdrawn first", "asked again first", "at the same moment"):
        first, second = twins(world)
        world.do(request_hold, first)
        works = [lambda one=first: world.withdraw(one), lambda one=second: ask_until_done(world, one)]
        if order == "at the same moment":
            at_once(*works)
            world.sql_do("UPDATE timer SET due_at = now() WHERE name = 'decide-again'")
        else:
            for work in works if order == "withdrawn first" else reversed(works):
                work()
        decide(world)
        states = f"SELECT state FROM hold_request WHERE application_id = '{second.application_id}'"
        assert world.sql(states) == [("granted",)], order
    assert world.sql("SELECT count(*) FROM hold WHERE state = 'held'") == [(3,)]
    assert world.verification()["verified"]


def test_what_a_former_release_held_and_heard_is_found_while_both_run(world):
    first, second = twins(world.publish())
    world.do(request_hold, first)
    world.enrol(first)
    world.sql_do("DELETE FROM supported_content")
    world.sql_do("DELETE FROM programme_content")
    world.do(request_hold, second)
    assert [one["reason"] for one in told(world, "hold_refused")] == ["double-funding"]
