"""The register of earlier support on a real database (BR-713): faults, races, old data, claims."""

import threading
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from ila_funding.domain.support_check import OtherSupport
from ila_funding.usecases.holds import request_hold, request_holds
from ila_kit.events import NotYet
from ila_kit.ids import uuid7
from ila_kit.store.migrate import downgrade, upgrade
from ila_kit.testing.stores import service_database, statements_seen

pytestmark = pytest.mark.integration
PRICE = Decimal("608.99")
LIMIT = Decimal("2132000.00")
PART = OtherSupport(
    reference="ESF-1",
    source="ESF 8.4.1",
    family="vocational",
    title="Vienkāršu algoritmu izstrāde",
    supported_on=date(2022, 3, 1),
)
HOLDS = "/api/funding/v1/holds"


@pytest.fixture
def down(world):
    """A world whose register of earlier support is down."""
    world.publish()
    world.register.answers = False
    return world


def up(world):
    world.register.answers = True
    return world.check_support()


def told(world) -> list[str]:
    kinds = world.sql("SELECT type FROM outbox WHERE type ~ '[.](funds|hold)_' ORDER BY id")
    return [kind.split(".")[1] for (kind,) in kinds]


def checks(world) -> list[str]:
    return [row.support_check for row in world.sql("SELECT support_check FROM hold ORDER BY id")]


def test_a_register_that_is_down_holds_and_up_again_goes_on(down):
    request = down.hold()
    assert (down.check_support(), checks(down), told(down)) == (0, ["pending"], [])
    with pytest.raises(NotYet):
        down.enrol(request)
    assert down.line == (PRICE, LIMIT - PRICE)
    assert down.verification()["verified"]
    assert down.reconciliation()["reconciled"]
    assert up(down) == 1
    down.enrol(request)
    assert (checks(down), told(down)) == (["clear"], ["funds_held", "funds_committed"])
    assert down.verification()["verified"]
    assert down.reconciliation()["reconciled"]


def test_what_the_register_finds_is_refused_by_name_and_every_cent_restored(down):
    request = down.hold()
    down.register.supports[request.person_id] = [PART]
    up(down)
    ((reason,),) = down.sql("SELECT body -> 'data' ->> 'reason' FROM outbox WHERE type ~ 'hold_refused'")
    assert (reason, told(down)) == ("double-funding", ["hold_refused"])
    assert down.line == (0, LIMIT)
    ((state, found),) = down.sql("SELECT state, earlier_support FROM hold")
    assert (state, found) == ("released", "ESF 8.4.1: ESF-1")
    assert down.sql("SELECT count(*) FROM supported_content") == [(0,)]
    verified = down.verification()
    assert (verified["verified"], verified["sum"]) == (True, 0)
    assert down.reconciliation()["reconciled"]


def test_a_burst_of_five_hundred_is_three_questions_and_few_statements(down):
    requests = [down.asked(place) for place in range(1, 501)]
    for start in range(0, 500, 100):
        down.do(request_holds, requests[start : start + 100])
    down.register.asked.clear()
    down.register.supports[requests[7].person_id] = [PART]
    assert up(down) == 500
    assert down.register.asked == [200, 200, 100]
    assert sorted(set(checks(down))) == ["clear", "found"]
    assert told(down).count("funds_held") == 499
    assert down.line[0] == 499 * PRICE


def test_two_workers_at_once_tell_of_each_hold_once(down):
    for place in range(1, 41):
        down.hold(place)
    down.register.answers = True
    threads = [threading.Thread(target=down.check_support) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told(down) == ["funds_held"] * 40
    assert set(checks(down)) == {"clear"}


def test_a_withdrawal_and_an_answer_at_the_same_moment_give_the_money_back_once(down):
    for place in range(1, 21):
        down.register.answers = False
        request = down.hold(place)
        down.register.supports[request.person_id] = [PART] if place % 2 else []
        down.register.answers = True
        both = [
            threading.Thread(target=down.check_support),
            threading.Thread(target=down.withdraw, args=(request,)),
        ]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
    assert down.line == (0, LIMIT)
    assert down.verification()["verified"]
    assert down.sql("SELECT DISTINCT state FROM hold") == [("released",)]


def test_the_database_lets_nothing_be_bound_that_nobody_was_told_of(down):
    down.hold()
    for state in ("committed", "consumed"):
        with pytest.raises(sa.exc.IntegrityError), down.engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE hold SET state = '{state}'")


def test_old_holds_are_pending_and_neither_claimed_nor_bound_until_the_register_answers(admin_url, world):
    with service_database(admin_url, "ila_funding") as engine:
        old = type(world)(engine)
        old.publish().admit()
        held, done, supported = old.hold(1), old.complete(2), old.complete(3)
        downgrade(engine, "ila_funding", "0015_told_parts")
        upgrade(engine, "ila_funding")
        old.register.answers = False
        assert set(checks(old)) == {"pending"}
        claimable = lambda: old.do(  # noqa: E731
            lambda unit: [
                one.application_id for one in unit.results.lock_claimable(old.organisation_id, old.call_id, 9)
            ]
        )
        assert claimable() == []
        with pytest.raises(NotYet):
            old.enrol(held)
        assert old.verification()["verified"]
        old.register.supports[supported.person_id] = [PART]
        old.register.answers = True
        old.check_support()
        assert claimable() == [done.application_id]
        old.enrol(held)
        assert sorted(checks(old)) == ["clear", "clear", "found"]
        released = old.sql("SELECT body -> 'data' ->> 'reason' FROM outbox WHERE type ~ 'funds_released'")
        assert released == [("double-funding",)]
        assert old.verification()["verified"]


def test_a_claim_of_old_money_fails_by_name_and_what_others_paid_goes_back_when_it_is_refused(world, visitor):
    world.publish().admit()
    request = world.complete()
    signatory = visitor.as_(uuid7(), ("provider_signatory", world.organisation_id))
    claim = signatory.post(
        "/api/funding/v1/claims",
        {"organisation_id": str(world.organisation_id), "call_id": str(world.call_id)},
    ).json
    with world.engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE hold SET support_check = 'pending', support_answer_id = NULL, support_checked_at = NULL"
        )
    world.register.supports[request.person_id] = [PART]
    world.check_support()
    assert (checks(world), world.sql("SELECT state FROM hold")) == (["found"], [("committed",)])
    at = f"/api/funding/v1/claims/{claim['id']}"
    signatory.post(f"{at}/submission", {})
    visitor.as_(str(uuid7()), "claim_officer").post(f"{at}/check", {})
    officer = visitor.as_(str(uuid7()), "claim_officer")
    refused = officer.post(f"{at}/approval", {})
    assert (refused.status_code, refused.json["code"]) == (422, "checks-failed")
    assert (
        "no-earlier-support" in refused.json["params"]["checks"] if "params" in refused.json else refused.text
    )
    officer.post(f"{at}/refusal", {"reason": "Maksāts no cita avota."})
    world.check_support()
    assert world.sql("SELECT state FROM hold") == [("released",)]
    assert world.verification()["verified"]
    assert world.reconciliation()["reconciled"], world.reconciliation()


def test_officers_see_what_the_register_said_and_learners_of_their_own(down, visitor):
    request = down.hold()
    officer = visitor.as_(str(uuid7()), "claim_officer")
    (shown,) = officer.get(f"{HOLDS}?support_check=pending").json["items"]
    assert (shown["support_check"], shown["support_checked_at"], shown["told_at"]) == ("pending", None, None)
    down.register.supports[request.person_id] = [PART]
    up(down)
    assert officer.get(f"{HOLDS}?support_check=pending").json["items"] == []
    (shown,) = (
        visitor.as_(str(request.person_id), "learner").get(f"{HOLDS}?support_check=found").json["items"]
    )
    assert (shown["state"], shown["earlier_support"]) == ("released", "ESF 8.4.1: ESF-1")
    assert officer.get(f"{HOLDS}?support_check=maybe").status_code == 422


def test_looking_for_open_holds_asks_nobody_and_takes_two_statements(down):
    up(down)
    down.register.asked.clear()
    with statements_seen(down.engine) as seen:
        assert down.check_support() == 0
    assert down.register.asked == []
    assert len([one for one in seen if "hold" in str(one)]) == 2


def test_the_same_eligibility_told_again_while_the_register_is_down_moves_nothing(down):
    request = down.hold()
    down.do(request_hold, request)
    assert (down.line[0], checks(down)) == (PRICE, ["pending"])
    up(down)
    down.do(request_hold, request)
    assert told(down) == ["funds_held"]
