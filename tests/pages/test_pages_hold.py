"""What holds on every page in a browser: it fits a phone, loads nothing foreign, and keeps what was typed."""

import pytest
import suite
from person import PHONE, Person
from playwright.sync_api import Browser

pytestmark = [pytest.mark.journey, pytest.mark.anywhere]
PUBLIC = ["/", "/programmes", "/indicators", "/registration", "/employer-registration", "/nothing-here"]
ACCOUNT = [
    "/account", "/account/entries", "/account/sessions", "/account/sessions/everywhere", "/signed-in",
    "/signed-out", "/my-data", "/my-data/looks", "/my-data/export", "/my-data/erasure", "/my-data/erased",
    "/account/messages", "/account/profile",
]  # fmt: skip
AGENCY = [
    "/agency", "/agency/registrations", "/agency/organisations", "/agency/calls", "/agency/offers",
    "/agency/agreements", "/agency/applications", "/agency/results", "/agency/claims", "/agency/payment-runs",
    "/agency/methodologies", "/agency/budget", "/agency/top-ups", "/agency/periods", "/agency/late-changes",
    "/agency/ledger", "/agency/reconciliation",
]  # fmt: skip
PROVIDER = [
    "",
    "/members",
    "/bank-accounts",
    "/places",
    "/calls",
    "/programmes",
    "/offers",
    "/agreements",
    "/claims",
]


@pytest.mark.parametrize("language", ["lv", "en"])
@pytest.mark.parametrize(
    ("persona", "paths"),
    [
        ("learner-23", [*PUBLIC, *ACCOUNT]),
        ("auditor", AGENCY),
        ("platform-admin", ["/agency/roles", "/agency/roles/new"]),
        ("provider-a-admin", PROVIDER),
        ("provider-a-trainer", ["/groups"]),
    ],
)
def test_every_page_fits_a_phone_and_loads_only_ours(
    browser: Browser, persona: str, paths: list[str], language: str
) -> None:
    person = Person.signed_in(browser, persona, viewport=PHONE)
    asked: list[str] = []
    person.page.on("request", lambda request: asked.append(request.url))
    desk = ""
    if persona.startswith("provider"):
        person.page.goto("/provider")
        desk = person.address
    for path in paths:
        person.page.goto(f"{desk}{path}?lang={language}")
        assert person.page.locator("h1").count() == 1, path
        assert person.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        assert person.page.locator("html").get_attribute("lang") == language
    assert {url for url in asked if not url.startswith(suite.URL)} == set()
    assert [told for told in person.told if "404" not in told] == []
    person.leave()


def test_a_fault_leads_to_its_field_and_what_was_typed_stays(browser: Browser) -> None:
    person = Person.signed_in(browser, "learner-23").open("/registration")
    form = person.form("registration")
    form.locator('[name="viis_number"]').fill("9900000001")
    form.locator("button:not([name], [aria-hidden])").click()
    person.page.locator(".govuk-error-summary a").first.click()
    focused = person.page.evaluate("document.activeElement.name")
    assert focused == "legal_person_number"
    assert form.locator('[name="viis_number"]').input_value() == "9900000001"
    person.leave()


def test_a_number_that_the_service_refuses_is_said_on_the_form(browser: Browser) -> None:
    person = Person.signed_in(browser, "provider-a-admin")
    person.page.goto("/provider")
    person.open(f"{person.address}/bank-accounts")
    form = person.form("bank-account")
    form.locator("xpath=ancestor::details").locator("summary").click()
    form.locator('[name="iban"]').fill("LV00BANK0000000000000")
    form.locator('[name="holder"]').fill("Paraugs")
    form.locator("button:not([name], [aria-hidden])").click()
    assert person.page.locator(".govuk-error-summary").count() == 1
    assert form.locator('[name="holder"]').input_value() == "Paraugs"
    person.leave()


def test_all_can_be_reached_and_opened_by_keyboard_alone(browser: Browser) -> None:
    person = Person.signed_in(browser, None).open("/programmes")
    person.page.keyboard.press("Tab")
    assert person.page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    person.page.keyboard.press("Enter")
    assert person.page.evaluate("document.activeElement.id") == "main"
    person.leave()


def test_somebody_elses_desk_is_not_there(browser: Browser) -> None:
    person = Person.signed_in(browser, "provider-b-admin")
    person.page.goto("/provider")
    own = person.address
    other = Person.signed_in(browser, "provider-a-admin")
    answer = other.page.goto(f"{own}/members")
    assert answer is not None
    assert answer.status == 404
    for one in (person, other):
        one.leave()
