"""What nobody answers ends by itself as the clock goes on, and gives back what it must."""

from datetime import timedelta
from decimal import Decimal

import institutions
import learning
import pytest
import suite
import walk
from ila_local.clock import turn
from process import FUNDING, IDENTITY, MODULE_SET, PRICE, Process, good
from suite import APPLICATIONS

pytestmark = [pytest.mark.journey, pytest.mark.drill, pytest.mark.timeout(300)]
NOTHING = {"held": Decimal(0), "committed": Decimal(0), "consumed": Decimal(0)}


@pytest.fixture(scope="module")
def published() -> Process:
    """A process whose set of modules is open for applications."""
    process = walk.new_process(learner="learner-31", patience=30)
    walk.admit(process)
    walk.publish(process, MODULE_SET)
    return process


def line(process: Process) -> dict[str, Decimal]:
    """Return how the budget line of the call stands."""
    shown = process.read("auditor", f"{FUNDING}/budget-lines?call_id={process.ids['call']}")["items"][0]
    return {name: suite.euros(shown[name]) for name in NOTHING}


def ends(process: Process, application: str) -> None:
    """Wait until an application has expired and its money is back, with the books right."""
    path = f"{APPLICATIONS}/{application}"
    process.wait(process.learner, path, lambda seen: seen["state"] == "expired")
    suite.eventually(lambda: line(process), NOTHING)
    books = walk.books(process)
    assert (books["ledger difference"], books["rebuilt"]) == ("0.00", True)


def test_a_place_that_nobody_accepts_in_48_hours_goes_back_with_its_money(published):
    application = learning.apply(published)
    turn(suite.data_dir(), timedelta(hours=47))
    assert line(published)["held"] == PRICE
    turn(suite.data_dir(), timedelta(hours=2))

    ends(published, application)


def test_a_registration_that_nobody_decides_in_a_working_day_is_overdue():
    process = walk.new_process(patience=30)
    taken = good(institutions.send_registration(process, "9900000056"), 201)
    turn(suite.data_dir(), timedelta(days=5))

    path = f"{IDENTITY}/provider-registrations/{taken['id']}"
    seen = process.wait("agency-user-approver", path, lambda one: one["overdue"])
    assert seen["status"] == "submitted"


def test_a_learner_whose_group_never_starts_gets_nothing_and_costs_nothing(published):
    application = learning.apply(published)
    learning.accept(published)
    assert line(published)["committed"] == PRICE
    turn(suite.data_dir(), timedelta(days=60))

    ends(published, application)
