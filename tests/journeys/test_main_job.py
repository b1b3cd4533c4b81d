"""The core of the main job: a signed-in adult finds a programme, applies, and the money is held."""

import uuid
from decimal import Decimal

import pytest
import suite

pytestmark = pytest.mark.journey
PRICE = Decimal("608.99")


@pytest.fixture(scope="module")
def wanted() -> dict:
    """The set of 34 h + 136 h."""
    return suite.programme("module_set")


def line(wanted: dict) -> dict[str, Decimal]:
    """Return how the budget line of call 1 stands, as the rate manager sees it."""
    lines = suite.persona("agency-rate-manager").read(
        f"/api/funding/v1/budget-lines?call_id={wanted['call_id']}"
    )
    names = ("limit", "held", "committed", "consumed", "free")
    return {name: suite.euros(lines["items"][0][name]) for name in names}


def offered(learner: suite.Caller, wanted: dict) -> str:
    """Apply and wait for the offered place; return the application's id."""
    application = suite.draft(learner, wanted)["id"]
    answer = suite.submit(learner, application, wanted)
    assert answer.status_code == 201, answer.text
    suite.eventually(lambda: suite.state(learner, application), "offered", 60)
    return application


def test_people_find_the_programme_without_its_diacritics():
    found = suite.visitor().read("/api/catalog/v1/public/programmes?q=datortikli")

    assert "Datortīkli" in [one["title_lv"] for one in found["items"]]


def test_an_application_holds_its_price_on_the_budget_line_to_the_cent(learner, wanted):
    before = line(wanted)
    offered(learner, wanted)

    after = line(wanted)
    assert after["held"] - before["held"] == PRICE
    assert before["free"] - after["free"] == PRICE


def test_a_withdrawal_gives_every_cent_back(learner, wanted):
    before = line(wanted)
    application = offered(learner, wanted)
    assert suite.withdraw(learner, application).status_code < 300

    assert suite.eventually(lambda: line(wanted), lambda now: now["held"] == before["held"]) == before
    assert suite.state(learner, application) == "withdrawn"


def test_the_account_and_its_ledger_show_the_hold(learner, wanted):
    offered(learner, wanted)
    me = learner.read("/api/identity/v1/persons/me")["id"]

    def held() -> Decimal:
        return suite.euros(learner.read("/api/funding/v1/accounts/me")["balance"]["held"])

    assert suite.eventually(held, PRICE) == PRICE
    entries = learner.read(f"/api/funding/v1/accounts/{me}/entries?limit=200")["items"]
    assert sum(suite.euros(one["amount"]) for one in entries if one["account"] == "held") == PRICE
    assert entries[0]["programme_title_lv"] == wanted["title_lv"]


def test_the_timeline_says_what_happened_and_what_comes_next(learner, wanted):
    application = offered(learner, wanted)
    timeline = learner.read(f"{suite.APPLICATIONS}/{application}/timeline")

    told = [one["state"] for one in timeline["items"]]
    assert told.index("submitted") < told.index("eligible") < told.index("offered")
    assert timeline["next"]["by"], "an offered place says until when it can be accepted"


def test_twins_of_one_submission_get_the_same_receipt(learner, wanted):
    application = suite.draft(learner, wanted)["id"]
    key = str(uuid.uuid4())
    first, second = (suite.submit(learner, application, wanted, key) for _ in range(2))

    assert first.status_code == 201, first.text
    assert first.content == second.content
    assert first.headers.get("Location") == second.headers.get("Location")


def test_a_second_application_for_the_same_programme_is_refused(learner, wanted):
    offered(learner, wanted)
    answer = learner.post(suite.APPLICATIONS, {"programme_id": wanted["id"]})

    assert answer.status_code == 409
    assert answer.json()["code"] == "already-applied"


def test_somebody_under_eighteen_is_refused_by_name_of_the_rule(wanted):
    child = suite.persona("learner-50")
    suite.clear(child)
    before = line(wanted)
    application = suite.draft(child, wanted)["id"]
    assert suite.submit(child, application, wanted).status_code == 201

    suite.eventually(lambda: suite.state(child, application), "ineligible", 60)
    shown = child.read(f"{suite.APPLICATIONS}/{application}")
    assert (shown["refusal"]["code"], shown["refusal"]["rule"]) == ("too-young", "minimum_age")
    assert line(wanted) == before


def test_the_ledger_sums_to_zero_and_can_be_rebuilt(learner, wanted):
    offered(learner, wanted)
    found = suite.persona("auditor").read("/api/funding/v1/ledger/verification")

    assert suite.euros(found["sum"]) == 0
    assert found["verified"] is True


@pytest.mark.parametrize("service", ["identity", "catalog", "applications", "funding"])
def test_every_audit_chain_is_intact(service):
    found = suite.persona("auditor").read(f"/api/{service}/v1/audit-events/verification")

    assert found["intact"] is True
    assert found["entries"] > 0


def test_nothing_is_stuck_and_there_are_no_dead_letters():
    admin = suite.persona("platform-admin")
    for service in ("identity", "catalog", "applications", "funding"):
        assert admin.read(f"/api/{service}/v1/operations/dead-letters")["items"] == []
