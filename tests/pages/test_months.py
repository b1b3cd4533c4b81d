"""Two people close a month on the pages; a settlement told late waits until another person books it."""

from collections.abc import Iterator
from datetime import date, timedelta

import payment
import pytest
import suite
import walk
from axe import complaints
from ila_kit.clock import riga_date
from ila_local.clock import turn
from person import DESK, PHONE, Person
from playwright.sync_api import Browser
from process import FUNDING, MODULE_SET, Process, now

pytestmark = [pytest.mark.journey, pytest.mark.drill, pytest.mark.timeout(300)]
MANAGER, APPROVER = "agency-rate-manager", "agency-rate-approver"


@pytest.fixture
def at_the_bank() -> Process:
    """A process whose payment run was handed to the bank in a month that is over by now."""
    process = walk.new_process(patience=30)
    walk.admit(process)
    walk.publish(process, MODULE_SET)
    walk.learn(process)
    payment.claim(process)
    path = f"{FUNDING}/payment-runs/{payment.make_run(process)}"
    process.do("agency-payment-checker", f"{path}/check")
    process.do("agency-payment-releaser", f"{path}/release")
    assert process.by("agency-payment-releaser").get(f"{path}/pain.001.xml").status_code == 200
    process.ids["settled_on"] = today().isoformat()
    turn(suite.data_dir(), timedelta(days=32 - today().day))
    return process


@pytest.fixture
def people(browser: Browser, at_the_bank: Process) -> Iterator[dict[str, Person]]:
    """Two who keep the books and one who hears from the bank, at browsers without JavaScript."""
    seats = {MANAGER: DESK, APPROVER: PHONE, "agency-payment-checker": DESK}
    seated = {
        name: Person.signed_in(browser, name, viewport=size, java_script_enabled=False)
        for name, size in seats.items()
    }
    yield seated
    for one in seated.values():
        one.leave()


def today() -> date:
    """Return the day that the suite has in Riga."""
    return riga_date(now())


def state(person: Person) -> str:
    """Return the state that the page of a thing shows."""
    return person.page.locator("main .tag").first.inner_text()


def close_what_is_before(month: date) -> None:
    """Close the months before one: they are closed in their order."""
    keepers = [suite.signed_in(name) for name in (MANAGER, APPROVER)]
    while (following := keepers[0].read(f"{FUNDING}/periods/next")["period"]) < month.isoformat():
        proposed = keepers[0].post(f"{FUNDING}/periods", {"period": following}).json()
        closed = keepers[1].post(f"{FUNDING}/periods/{proposed['id']}/closure")
        assert closed.status_code == 200, closed.text


def close(manager: Person, approver: Person) -> None:
    """Have one person propose to close the next month, and another close it."""
    path = manager.open("/agency/periods").do("period")
    assert manager.sees("Jūs to ierosinājāt, tāpēc slēdz cits cilvēks.")
    assert manager.form("closure").count() == 0
    assert manager.open("/agency/periods").form("period").count() == 0
    assert manager.sees("slēdz cits cilvēks")
    approver.open("/agency/periods")
    assert approver.form("period").count() == 0
    approver.page.get_by_role("link", name="Skatīt mēnesi").click()
    assert approver.address == path
    approver.do("closure")
    assert approver.sees("Slēgts")


def test_two_people_close_a_month_and_another_books_what_is_told_late(
    people: dict[str, Person], at_the_bank: Process
) -> None:
    manager, approver, checker = people.values()
    settled_on = date.fromisoformat(at_the_bank.ids["settled_on"])
    close_what_is_before(settled_on.replace(day=1))
    close(manager, approver)
    run = f"/agency/payment-runs/{at_the_bank.ids['run']}"
    checker.open(run).do("settlement", bank_reference="BANK-0002", settled_on=settled_on)
    assert state(checker) != "Bankā izpildīts"
    checker.open("/agency/late-changes?state=queued").page.locator("main table a").first.click()
    assert checker.sees("Jūs to paziņojāt, tāpēc izlemj cits cilvēks.")
    assert checker.form("late-booking").count() == 0
    manager.open("/agency/late-changes?state=queued").page.locator("main table a").first.click()
    assert manager.sees("608,99 €")
    assert manager.sees("BANK-0002")
    manager.do("late-booking")
    assert manager.sees("Iegrāmatots")
    assert state(checker.open(run)) == "Bankā izpildīts"


@pytest.mark.npm("portal/style")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_months_and_late_changes_are_accessible(browser: Browser, scheme: str) -> None:
    person = Person.signed_in(browser, MANAGER, color_scheme=scheme, bypass_csp=True)
    for path in ("/agency/periods", "/agency/late-changes"):
        person.open(path)
        assert complaints(person.page) == [], path
        person.page.locator("main table a").first.click()
        assert complaints(person.page) == [], person.address
    person.leave()
