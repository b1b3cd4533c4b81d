"""Signing in more strongly, being signed out, my sessions, and forms that come at the wrong moment."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import suite
from axe import complaints
from person import PHONE, Person
from playwright.sync_api import Browser

pytestmark = [pytest.mark.journey, pytest.mark.anywhere]
Seat = Callable[..., Person]
WEAK = "learner-47"  # whose means of e-identity reach assurance "low"


@pytest.fixture
def person(browser: Browser) -> Iterator[Seat]:
    """Seat personas at browsers of their own."""
    seated: list[Person] = []

    def seat(persona: str | None, **context: Any) -> Person:
        seated.append(Person.signed_in(browser, persona, java_script_enabled=False, **context))
        return seated[-1]

    yield seat
    for one in seated:
        one.leave()


@pytest.fixture
def e_identity() -> Iterator[Callable[[str], None]]:
    """Order the e-identity to give no tokens; afterwards it is itself again."""
    port = next(one["port"] for one in suite.run_state() if one["role"] == "eidentity")

    def order(mode: str) -> None:
        wanted = {"mode": mode, "endpoints": ["token"]}
        assert requests.put(f"http://127.0.0.1:{port}/faults", json=wanted, timeout=5).ok

    yield order
    order("none")


def apply_page() -> str:
    """Return where one applies for a programme that is open."""
    return f"/programmes/{suite.programme('module_set')['id']}/apply"


def ended(other: Person) -> bool:
    """Whether the next page of a browser asks to sign in."""
    other.page.goto("/account")
    return not other.page.url.startswith(f"{suite.URL}/account")


def test_a_binding_act_asks_for_a_stronger_sign_in_first_and_leads_back(person: Seat) -> None:
    learner = person("learner-31", acr="substantial").open(apply_page())
    assert learner.sees("Pirms tam pierakstieties drošāk")
    assert learner.form("apply").count() == 0
    learner.page.get_by_role("link", name="Pierakstīties drošāk").click()
    learner.shows_itself_as("learner-31")
    assert learner.address == apply_page()
    assert learner.form("apply").count() == 1


def test_binding_acts_of_rows_are_named_once_above_them_and_are_there_after_the_stronger_sign_in(
    person: Seat,
) -> None:
    admin = person("provider-a-admin", acr="substantial", viewport=PHONE)
    admin.page.goto("/provider")
    members = f"{admin.address}/members"
    admin.open(members)
    named = re.compile("Pirms tam pierakstieties drošāk: .*Noņemt")  # beside others, while a member waits
    assert admin.page.get_by_text(named).count() == 1
    assert admin.page.locator("tbody").get_by_role("link").count() == 0
    admin.page.locator(".panel").get_by_role("link", name="Pierakstīties drošāk").first.click()
    admin.shows_itself_as("provider-a-admin")
    assert admin.address == members
    assert admin.page.locator("tbody").get_by_role("button", name="Noņemt").count() > 0


def test_a_means_that_is_too_weak_is_explained_and_one_stays_signed_in(person: Seat) -> None:
    learner = person(WEAK).open(apply_page())
    learner.page.get_by_role("link", name="Pierakstīties drošāk").click()
    learner.shows_itself_as(WEAK)
    assert learner.address == "/sign-in/assurance-not-reached"
    assert learner.sees("Ar šo līdzekli nepietiek")
    learner.page.get_by_role("link", name="Atpakaļ, kur biju").click()
    assert learner.address == apply_page()
    assert learner.open("/account").sees("Mans mācību konts")


def test_a_person_sees_where_they_are_signed_in_and_ends_one_session(person: Seat) -> None:
    phone = person(
        "learner-32", user_agent="Mozilla/5.0 (Linux; Android 14) Chrome/142.0 Mobile Safari/537.36"
    )
    here = person("learner-32").open("/account/sessions")
    assert here.page.get_by_text("Šī sesija").count() == 1
    row = here.page.locator("tbody tr").filter(has_text="Chrome, Android").first
    row.get_by_role("button", name="Beigt sesiju").click()
    assert here.sees("Sesija ir beigta.")
    assert not here.sees("Chrome, Android")
    suite.eventually(lambda: ended(phone), wanted=True)


def test_signing_out_everywhere_ends_every_session_and_says_so(person: Seat) -> None:
    other, here = person("learner-33"), person("learner-33")
    here.open("/account/sessions").page.get_by_role("link", name="Izrakstīties visur").click()
    here.page.locator("main").get_by_role("button", name="Izrakstīties visur").click()
    assert here.address == "/signed-out"
    assert here.sees("Visas jūsu sesijas ir beigtas")
    suite.eventually(lambda: ended(other), wanted=True)


def test_signing_out_ends_on_a_page_that_says_so_with_the_way_in_again(person: Seat) -> None:
    learner = person("learner-34").open("/account")
    learner.page.locator(".who button").click()
    assert learner.address == "/signed-out"
    assert learner.sees("Jūs esat izrakstījies")
    learner.page.get_by_role("link", name="Pierakstīties no jauna").click()
    learner.shows_itself_as("learner-34")
    assert learner.address == "/account"


def test_what_was_typed_outlives_the_session(person: Seat) -> None:
    learner = person("learner-35").open("/registration")
    form = learner.form("registration")
    form.locator('[name="viis_number"]').fill("9900000001")
    form.locator('[name="contact_email"]').fill("skola@example.lv")
    form.locator('[name="legal_person_number"]').fill("40003000018")
    for name in ("given_name", "family_name", "personal_code", "email"):
        form.locator(f'[name="administrator.{name}"]').fill("Anna")
    attestation = {"name": "a.edoc", "mimeType": "application/octet-stream", "buffer": b"PK"}
    form.locator('[name="attestation"]').set_input_files(attestation)
    learner.page.context.clear_cookies()
    form.locator("button:not([name], [aria-hidden])").click()
    assert learner.sees("Jūsu sesija ir beigusies")
    with learner.page.expect_popup() as beside:
        learner.page.get_by_role("link", name="Pierakstīties (jaunā cilnē)").click()
    Person(beside.value).shows_itself_as("learner-35")
    assert Person(beside.value).sees("Jūs esat pierakstījies")
    learner.page.get_by_role("button", name="Sūtīt vēlreiz").click()
    back = learner.form("registration")
    assert back.locator('[name="viis_number"]').input_value() == "9900000001"
    assert back.locator('[name="contact_email"]').input_value() == "skola@example.lv"
    faults = learner.page.locator(".govuk-error-summary").inner_text()
    assert "Apliecinājums" in faults or "datn" in faults.lower(), faults


def test_while_the_e_identity_is_away_a_page_says_so_and_who_is_in_goes_on(
    person: Seat, e_identity: Callable[[str], None]
) -> None:
    known, newcomer = person("learner-36"), person(None)
    newcomer.page.goto("/auth/login?next=/account/entries")
    e_identity("error")
    newcomer.shows_itself_as("learner-37")
    assert newcomer.sees("Pierakstīšanās pašlaik nedarbojas")
    assert known.open("/account/sessions").sees("Šī sesija")
    e_identity("none")
    newcomer.page.get_by_role("link", name="Mēģināt vēlreiz").click()
    newcomer.shows_itself_as("learner-37")
    assert newcomer.address == "/account/entries"


@pytest.mark.npm("portal/style")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_the_wrong_moment_are_accessible(browser: Browser, scheme: str) -> None:
    learner = Person.signed_in(browser, "learner-38", acr="low", color_scheme=scheme, bypass_csp=True)
    learner.open(apply_page())
    assert complaints(learner.page) == []
    learner.open(f"/registration?lang={'en' if scheme == 'dark' else 'lv'}")
    assert complaints(learner.page) == []
    learner.leave()
    learner = Person.signed_in(browser, "learner-38", color_scheme=scheme, bypass_csp=True).open(
        "/registration"
    )
    learner.page.context.clear_cookies()
    learner.form("registration").locator("button").click()
    assert learner.sees("Jūsu sesija ir beigusies")
    assert complaints(learner.page) == []
    learner.leave()
