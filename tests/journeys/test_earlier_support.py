"""No double funding (BR-713): what another fund paid for is refused, and a register that is down holds."""

from decimal import Decimal

import learning
import pytest
import suite
import walk
from citizens import EARLIER_SUPPORT, somebody
from process import FUNDING, MODULE_SET, PRICE, Process
from suite import APPLICATIONS

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
HELD, FREE = {"held": PRICE}, {"held": Decimal(0)}


@pytest.fixture(scope="module")
def published() -> Process:
    """A process whose set of modules is open for applications."""
    process = walk.new_process(learner="learner-40", patience=30)
    walk.admit(process)
    walk.publish(process, MODULE_SET)
    return process


@pytest.fixture
def citizen() -> str:
    """Somebody whom no test asked about before."""
    return somebody(EARLIER_SUPPORT)


def line(process: Process) -> dict[str, Decimal]:
    """Return what is held on the budget line of the call."""
    shown = process.read("auditor", f"{FUNDING}/budget-lines?call_id={process.ids['call']}")["items"][0]
    return {"held": suite.euros(shown["held"])}


def hold_of(process: Process, application: str) -> dict[str, str]:
    """Return the hold of an application, as an officer sees it."""
    (shown,) = process.read("agency-claim-officer", f"{FUNDING}/holds?application_id={application}")["items"]
    return {name: shown[name] for name in ("state", "support_check")}


@pytest.mark.parametrize("mode", ["error", "garbage", "wrong_person"])
def test_a_register_that_is_down_holds_and_up_again_goes_on(registers, published, citizen, mode):
    registers(mode, "earlier_support")
    application = learning.submit(published, learner=citizen)
    path = f"{APPLICATIONS}/{application}"
    suite.eventually(lambda: line(published), HELD)
    assert hold_of(published, application) == {"state": "held", "support_check": "pending"}
    assert published.read(citizen, path)["state"] == "eligible"

    registers("none", "earlier_support")
    published.wait(citizen, path, lambda one: one["state"] == "offered", 60)
    assert hold_of(published, application) == {"state": "held", "support_check": "clear"}
    published.do(citizen, f"{path}/withdrawal", {})
    suite.eventually(lambda: line(published), FREE)


def test_what_another_fund_paid_for_is_refused_in_words_and_every_cent_restored(published):
    suite.clear(published.by("learner-40"))
    application = learning.submit(published)
    path = f"{APPLICATIONS}/{application}"
    seen = published.wait("learner-40", path, lambda one: one["state"] == "ineligible")
    assert seen["refusal"]["code"] == "double-funding"
    assert "paid for once" in seen["refusal"]["text_en"]
    assert hold_of(published, application) == {"state": "released", "support_check": "found"}
    suite.eventually(lambda: line(published), FREE)
    books = walk.books(published)
    assert (books["ledger difference"], books["rebuilt"]) == ("0.00", True)
