"""Rates, limits, months and top-ups on the pages: proposed by one person, decided by another."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
import suite
from ila_kit.clock import riga_date, utc_now
from person import DESK, PHONE, Person
from playwright.sync_api import Browser
from suite import FUNDING

pytestmark = [pytest.mark.journey, pytest.mark.anywhere]
Seat = Callable[..., Person]
MANAGER, APPROVER = "agency-rate-manager", "agency-rate-approver"
LEARNER = "learner-31"


@pytest.fixture
def person(browser: Browser) -> Iterator[Seat]:
    """Seat personas at browsers of their own, without JavaScript."""
    seated: list[Person] = []

    def seat(persona: str, **context: Any) -> Person:
        seated.append(Person.signed_in(browser, persona, java_script_enabled=False, **context))
        return seated[-1]

    yield seat
    for one in seated:
        one.leave()


@pytest.fixture
def version() -> str:
    """Name a version of the methodology that nobody drafted yet, far ahead of any decision."""
    known = suite.persona("auditor").read(f"{FUNDING}/methodologies?limit=200")["items"]
    return f"lapas-{len(known)}"


def test_a_rate_is_drafted_on_a_page_and_approved_by_another_who_sees_what_it_changes(
    person: Seat, version: str
) -> None:
    manager = person(MANAGER, viewport=DESK).open("/agency/methodologies?state=approved")
    manager.page.locator("main table a").first.click()
    assert manager.sees("5,34")
    manager.page.get_by_role("link", name="Sagatavot jaunu versiju no šīs").click()
    known = suite.persona("auditor").read(f"{FUNDING}/methodologies?limit=200")["items"]
    begun = [date.fromisoformat(one["valid_from"]) for one in known]
    day = max(riga_date(utc_now()), *begun) + timedelta(days=400)
    form = {"version": version, "valid_from": day.isoformat(), "kinds__0__rate": "6,00"}
    path = manager.do("methodology", **form)
    assert manager.sees("6,00")
    manager.page.get_by_role("link", name="Labot melnrakstu").click()
    manager.do("methodology-change", title="Metodika no lapas")
    manager.open(path).do("methodology-submission")
    assert manager.form("methodology-approval").count() == 0, "who drafted it approves nothing"
    approver = person(APPROVER, viewport=PHONE).open(path)
    assert approver.sees("Ko tā maina")
    assert approver.sees("Dārgākas")
    approver.do("methodology-return", reason="Lūdzu, norādiet avotu.")
    assert manager.open(path).sees("Lūdzu, norādiet avotu.")
    manager.do("methodology-submission")
    approver.open(path).do("methodology-approval")
    assert approver.sees("Apstiprināta")


def test_a_limit_is_proposed_by_one_and_approved_by_another(person: Seat) -> None:
    manager = person(MANAGER, viewport=DESK).open("/agency/budget")
    manager.page.locator("main h2 a").first.click()
    path = manager.address
    (line,) = [
        one
        for one in suite.persona("auditor").read(f"{FUNDING}/budget-lines?limit=200")["items"]
        if one["id"] == manager.id
    ]
    more = f"{float(line['limit']['amount']) + 1000:.2f}"
    manager.do("limit", limit=more, reason="Papildu nauda no otrās kārtas.")
    assert manager.sees("Jūs to ierosinājāt")
    assert manager.form("line-approval").count() == 0
    approver = person(APPROVER, viewport=PHONE).open(path)
    approver.do("line-approval")
    assert approver.sees(f"{float(more):,.2f}".replace(",", " ").replace(".", ","))
    rules = {"alarm_shares__0": "75", "alarm_shares__1": "95", "reason": "Agrāks brīdinājums."}
    manager.open(path).do("rules", **rules)
    approver.open(path).do("line-approval")
    assert approver.sees("75 %, 95 %")


def test_a_line_is_paused_by_hand_and_goes_on_by_the_word_of_another(person: Seat) -> None:
    manager = person(MANAGER, viewport=PHONE).open("/agency/budget")
    manager.page.locator("main h2 a").first.click()
    path = manager.address
    manager.do("line-pause", reason="Pārbaudām atlikumu.")
    assert manager.sees("Apturēts manuāli")
    assert manager.form("line-resumption").count() == 0
    approver = person(APPROVER).open(path)
    approver.do("line-resumption", reason="Atlikums sakrīt.")
    assert not approver.sees("Apturēts manuāli")


def test_a_month_that_is_not_over_cannot_be_closed_and_that_is_said(person: Seat) -> None:
    manager = person(MANAGER, viewport=PHONE).open("/agency/periods")
    assert manager.sees("Nākamais slēdzamais mēnesis")
    assert manager.open("/agency/late-changes").sees("līdz cits cilvēks tos iegrāmato")


def test_another_funds_money_reaches_an_account_by_two_persons_and_its_rest_goes_back(person: Seat) -> None:
    learner = person(LEARNER, viewport=PHONE).open("/account")
    number = learner.page.locator("main code").first.inner_text()
    manager = person(MANAGER, viewport=PHONE).open("/agency/top-ups")
    manager.page.locator("#account-number").fill("nav numurs")
    manager.page.get_by_role("button", name="Atvērt kontu").click()
    assert manager.page.locator(".govuk-error-summary a").get_attribute("href") == "#account-number"
    manager.page.locator("#account-number").fill(number)
    manager.page.get_by_role("button", name="Atvērt kontu").click()
    path = manager.address
    day = (riga_date(utc_now()) + timedelta(days=200)).isoformat()
    calls = manager.page.locator('[name="call_id"] option').all()
    typed = {"call_id": calls[1].get_attribute("value"), "valid_through": day}
    manager.do("top-up", funder_name="Paraugu fonds", amount="150,00", **typed)
    assert manager.form("top-up-confirmation").count() == 0
    approver = person(APPROVER, viewport=DESK).open(path)
    approver.do("top-up-confirmation", row="Paraugu fonds")
    assert learner.open("/account").sees("150,00 €, vēl izlietojami 150,00 €")
    approver.open(path).do("top-up-reversal", reason="Vairs nevajag.")
    assert approver.sees("Atdots")
