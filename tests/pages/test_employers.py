"""A company becomes an employer on the pages, without JavaScript: its register decides, in words."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import suite
from axe import complaints
from ila_kit.clock import riga_date, utc_now
from person import PHONE, Person
from playwright.sync_api import Browser

pytestmark = [pytest.mark.journey, pytest.mark.anywhere]
Seat = Callable[..., Person]
ORGANISATIONS = "/api/identity/v1/organisations"
BOSS, ALONE, JOINTLY = "employer-admin", "98000000017", "98000000021"
FORM = "/employer-registration"


@pytest.fixture
def person(browser: Browser) -> Iterator[Seat]:
    """Seat personas at browsers of their own."""
    seated: list[Person] = []

    def seat(persona: str, **context: Any) -> Person:
        seated.append(Person.signed_in(browser, persona, java_script_enabled=False, **context))
        return seated[-1]

    yield seat
    for one in seated:
        one.leave()


@pytest.fixture
def free() -> None:
    """Close the company that an earlier journey registered, so that it may be registered."""
    grounds = {"facts": "Uzņēmums beidz darbu.", "legal_basis": "Paraugs"}
    listed = f"{ORGANISATIONS}?kind=employer&state=active&q={ALONE}"
    for one in suite.persona("auditor").read(listed)["items"]:
        path = f"{ORGANISATIONS}/{one['id']}/closure"
        assert suite.persona("agency-sanction-officer").post(path, grounds).status_code == 200


def test_who_may_represent_a_company_only_with_others_is_told_so(person: Seat) -> None:
    boss = person(BOSS, viewport=PHONE).open(FORM)
    path = boss.do(
        "employer-registration", legal_person_number=JOINTLY, contact_email="darbs@paraugs.example"
    )
    boss.waits_for(path, "tikai kopā ar citiem")
    boss.page.get_by_role("link", name="Reģistrēt no jauna").click()
    assert boss.sees("Noraidīta")


@pytest.mark.usefixtures("free")
def test_who_represents_it_alone_registers_it_and_adds_a_colleague(person: Seat) -> None:
    boss = person(BOSS, viewport=PHONE).open(FORM)
    path = boss.do("employer-registration", legal_person_number=ALONE, contact_email="darbs@paraugs.example")
    boss.waits_for(path, "Darba devējs ir reģistrēts")
    home = boss.page.get_by_role("link", name="Atvērt darba devēja lapu").get_attribute("href")
    suite.eventually(lambda: boss.page.goto(home).status, 200)
    assert boss.sees("Paraugu darbnīca")
    boss.page.get_by_role("link", name="Pārstāvji").click()
    colleague = suite.personas()["employer-colleague"]
    typed = {name: colleague[name] for name in ("given_name", "family_name", "personal_code")}
    boss.do("employer-member", **typed)
    row = boss.page.locator("tr").filter(has_text=colleague["family_name"])
    assert "Gaida apstiprinājumu" in row.inner_text()
    approver = person("agency-user-approver").open("/agency/organisations?kind=employer&state=active")
    approver.page.get_by_role("link", name="Paraugu darbnīca").click()
    approver.page.get_by_role("link", name="Iestādes lietotāji").click()
    approver.do("member-confirmation", row=colleague["family_name"])


def test_an_employer_adds_to_an_account_at_once_and_takes_the_rest_back(person: Seat) -> None:
    learner = person("learner-30", viewport=PHONE).open("/account")
    number = learner.page.locator("main code").first.inner_text()
    boss = person(BOSS, viewport=PHONE).open("/employer")
    if "/employer-registration" in boss.address:
        pytest.skip("the company is registered by the journey before this one")
    boss.page.get_by_role("link", name="Papildinājumi").first.click()
    boss.page.locator("#account-number").fill(number)
    boss.page.get_by_role("button", name="Atvērt kontu").click()
    assert boss.sees("Naudu var izmantot uzreiz")
    call = boss.page.locator('[name="call_id"] option').nth(1).get_attribute("value")
    day = (riga_date(utc_now()) + timedelta(days=200)).isoformat()
    boss.do("top-up", call_id=call, funder_name="Paraugu darbnīca", amount="120,50", valid_through=day)
    boss.page.get_by_role("link", name="Skatīt konta papildinājumus").click()
    assert boss.sees("Darbojas")
    assert learner.open("/account").sees("120,50 €, vēl izlietojami 120,50 €")
    boss.do("top-up-reversal", row="Atdot neizlietoto", reason="Mācības nenotiks.")
    assert boss.sees("Atdots")


@pytest.mark.npm("portal/style")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_an_employer_are_accessible(browser: Browser, scheme: str) -> None:
    number = suite.persona("learner-30").read("/api/funding/v1/accounts/me")["person_id"]
    boss = Person.signed_in(browser, BOSS, color_scheme=scheme, bypass_csp=True)
    desk = boss.open("/employer").address
    if "/employer-registration" in desk:
        pytest.skip("the company is registered by a journey before this one")
    for path in ("", "/members", "/top-ups", f"/top-ups/{number}", f"/top-ups/{number}/new"):
        boss.open(desk + path)
        assert complaints(boss.page) == [], path
    boss.leave()
