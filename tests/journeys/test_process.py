"""The whole process of a call, from an institution that registers to every cent paid or given back."""

from decimal import Decimal

import decisions
import learning
import payment
import pytest
import suite
import walk
from process import FUNDING, LEARNING, MODULE_SET, PRICE, Process
from suite import APPLICATIONS

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
SOUND = {"ledger difference": "0.00", "rebuilt": True, "unexplained": "0.00"}


@pytest.fixture(scope="module")
def published() -> Process:
    """A process whose set of modules is published and open for applications."""
    process = walk.new_process(learner="learner-11", patience=30)
    walk.admit(process)
    walk.publish(process, MODULE_SET)
    return process


@pytest.fixture
def process(published: Process) -> Process:
    """The same, with nothing open for its learner."""
    suite.clear(published.by(published.learner))
    return published


def line(process: Process) -> dict[str, Decimal]:
    """Return how the budget line of the call stands."""
    shown = process.read("auditor", f"{FUNDING}/budget-lines?call_id={process.ids['call']}")["items"][0]
    return {name: suite.euros(shown[name]) for name in ("held", "committed", "consumed")}


def test_one_adult_is_funded_from_registration_to_payment():
    process = walk.new_process(patience=30)
    walk.walk(process)

    assert walk.standing(process) == walk.FINAL
    assert walk.books(process) == SOUND


def test_the_counters_count_one_adult_more():
    def adults() -> int:
        return int(suite.visitor().read(f"{FUNDING}/public/indicators")["adults"])

    assert adults() >= 1


def test_a_withdrawal_after_acceptance_gives_the_committed_money_back_once(process):
    before = line(process)
    application = learning.apply(process)
    learning.accept(process)
    assert line(process)["committed"] == before["committed"] + PRICE
    process.do(process.learner, f"{APPLICATIONS}/{application}/withdrawal", {})

    suite.eventually(lambda: line(process), before)
    assert walk.books(process) == SOUND


def test_a_cancelled_group_gives_place_and_money_back_once(process):
    before = line(process)
    application = learning.apply(process)
    learning.accept(process)
    group = learning.open_group(process)
    process.wait("newcomer-editor", f"{LEARNING}/groups/{group}", lambda seen: seen["members"] == 1)
    reason = {"reason": "Pasniedzējs saslimis."}
    process.do("newcomer-editor", f"{LEARNING}/groups/{group}/cancellation", reason)

    process.wait(process.learner, f"{APPLICATIONS}/{application}", lambda seen: seen["state"] == "expired")
    suite.eventually(lambda: line(process), before)
    assert walk.books(process) == SOUND


def test_a_learner_who_fails_the_test_costs_nothing(process):
    before = line(process)
    learning.apply(process)
    learning.accept(process)
    learning.open_group(process)
    learning.start_group(process)
    for title, _, hours in MODULE_SET["parts"]:
        learning.hold_session(process, title, hours)
    learning.verify_results(process, passed=False)

    application = process.ids["application"]
    process.wait(
        process.learner, f"{APPLICATIONS}/{application}", lambda seen: seen["state"] == "not_completed"
    )
    suite.eventually(lambda: line(process), before)
    assert walk.books(process) == SOUND


def test_a_terminated_agreement_ends_what_is_under_way_and_releases_its_money():
    process = walk.new_process(learner="learner-12", patience=30)
    walk.admit(process)
    walk.publish(process, MODULE_SET)
    application = learning.apply(process)
    learning.accept(process)
    decisions.end_agreement(process, "terminated", "The institution gave up its licence.")

    process.wait(process.learner, f"{APPLICATIONS}/{application}", lambda seen: seen["state"] == "expired")
    suite.eventually(
        lambda: line(process), {"held": Decimal(0), "committed": Decimal(0), "consumed": Decimal(0)}
    )
    assert walk.books(process) == SOUND


def test_a_failed_payment_run_gives_the_claim_back_and_is_paid_by_the_next(process):
    walk.learn(process)
    payment.claim(process)
    run = payment.make_run(process)
    path = f"{FUNDING}/payment-runs/{run}"
    process.do("agency-payment-checker", f"{path}/check")
    process.do("agency-payment-releaser", f"{path}/release")
    failed = {"reason": "Bank returned the file."}
    process.do("agency-payment-checker", f"{path}/failure", failed)

    assert payment.pay(process)["state"] == "settled"
    assert walk.books(process) == SOUND
