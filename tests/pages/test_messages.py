"""A learner hears what happens: gives an address, applies, gets the letter, reads the message."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import suite
from axe import complaints
from person import PHONE, Person
from playwright.sync_api import Browser

pytestmark = [pytest.mark.journey, pytest.mark.anywhere]
NAME, ADDRESS = "learner-31", "learner-31@people.example"


@pytest.fixture
def learner(browser: Browser) -> Iterator[Person]:
    suite.clear(suite.persona(NAME))
    seated = Person.signed_in(browser, NAME, java_script_enabled=False, viewport=PHONE)
    yield seated
    seated.leave()


def letters() -> list[dict[str, Any]]:
    """Return the letters that the stand-in mail server took for the learner."""
    port = next(row["port"] for row in suite.run_state() if row["role"] == "mail")
    found: list[dict[str, Any]] = requests.get(
        f"http://127.0.0.1:{port}/letters", params={"to": ADDRESS}, timeout=10
    ).json()["items"]
    return found


def test_a_learner_gives_an_address_applies_and_hears_of_it(learner: Person) -> None:
    learner.open("/account/profile")
    assert learner.sees("Fizisko personu reģistr")
    learner.do("say-reach", email=ADDRESS, language="lv", letters=True)
    before = len(letters())
    wanted = suite.programme("module_set")
    learner.open(f"/programmes/{wanted['id']}/apply/prospect")
    assert learner.sees("Jūs atbilstat uzaicinājuma nosacījumiem.")
    one = suite.persona(NAME)
    application = suite.draft(one, wanted)["id"]
    assert suite.submit(one, application, wanted).status_code == 201
    suite.eventually(lambda: suite.state(one, application), "offered")
    suite.eventually(lambda: len(letters()) - before, 2)
    submitted, offered = letters()[before:]
    assert wanted["title_lv"] in submitted["subject"]
    assert "Pieteikums iesniegts" in submitted["text"]
    assert "vieta piedāvāta" in offered["text"]
    assert f"/applications/{application}" in offered["text"]
    learner.waits_for("/account/messages", "vieta piedāvāta")
    assert learner.sees("nosūtīta")
    learner.do("read-all")
    assert learner.sees("Viss ir izlasīts.")


@pytest.mark.parametrize("typed", ["nobody", "a b@people.example", "<script>@x", "ā" * 300])
def test_an_address_that_is_none_is_said_at_its_field_and_stays_typed(learner: Person, typed: str) -> None:
    learner.open("/account/profile")
    form = learner.form("say-reach")
    form.locator('[name="email"]').fill(typed)
    form.locator("button").click()
    assert learner.page.locator(".govuk-error-summary").count() == 1
    assert learner.page.locator('[name="email"]').input_value() == typed


@pytest.mark.npm("portal/style")
def test_messages_and_profile_are_accessible_when_full(browser: Browser) -> None:
    person = Person.signed_in(browser, NAME, bypass_csp=True)
    for path in ("/account/messages", "/account/profile"):
        person.open(path)
        assert complaints(person.page) == [], path
    person.leave()
