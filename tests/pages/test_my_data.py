"""What people do with their own data on the pages, and how roles are given: by two, without JavaScript."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import suite
from axe import complaints
from person import PHONE, Person
from playwright.sync_api import Browser

pytestmark = [pytest.mark.journey, pytest.mark.anywhere]
Seat = Callable[..., Person]


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


def applied(name: str) -> str:
    """Have a persona begin an application; return its id."""
    learner = suite.persona(name)
    suite.clear(learner)
    return str(suite.draft(learner, suite.programme("module_set"))["id"])


def test_a_person_sees_who_looked_and_takes_everything_home(person: Seat) -> None:
    application = applied("learner-28")
    suite.persona("auditor").read(f"/api/applications/v1/applications/{application}")
    learner = person("learner-28", viewport=PHONE).open("/account")
    learner.page.locator("main").get_by_role("link", name="Mani dati").click()
    learner.waits_for("/my-data", "revidents")
    learner.page.get_by_role("link", name="Visi skatījumi").click()
    assert learner.sees("Pieteikuma izskatīšana")
    learner.open("/my-data").page.get_by_role("link", name="Viss par mani vienā datnē").click()
    path = learner.do("export")
    learner.waits_for(path, "Datne ir gatava")
    with learner.page.expect_download() as taken:
        learner.page.get_by_role("link", name="Lejupielādēt").click()
    told = json.loads(taken.value.path().read_bytes())
    assert [row["id"] for row in told["services"]["applications"]["parts"]["applications"]] == [application]
    assert learner.open("/my-data/export").sees("Datne ir gatava")


def test_a_person_is_told_first_and_then_erased_and_signed_out(person: Seat) -> None:
    applied("learner-29")
    learner = person("learner-29", viewport=PHONE).open("/my-data/erasure")
    assert learner.sees("Šos pieteikumus atsauks")
    learner.form("erasure").locator("button").click()
    assert learner.page.locator(".govuk-error-summary").count() == 1
    form = learner.form("erasure")
    form.locator('[name="understood"]').check()
    form.locator("button:not([name], [aria-hidden])").click()
    assert learner.address == "/my-data/erased"
    assert learner.sees("Jūsu konts ir slēgts")

    def signed_out() -> bool:
        learner.page.goto("/account")
        return not learner.page.url.startswith(f"{suite.URL}/account")

    suite.eventually(signed_out, wanted=True)


def test_a_role_of_power_is_given_by_two_administrators_and_a_toxic_one_to_nobody(person: Seat) -> None:
    learner = person("learner-30").open("/my-data")
    given = {"person_id": learner.page.locator("main dl code").inner_text(), "reason": "Rīkojums nr. 7"}
    first, second = person("platform-admin"), person("platform-admin-2")
    first.open("/agency/roles/new").do("role", role="claim_officer", **given)
    mine = f"/agency/roles?person_id={given['person_id']}"
    assert first.open(mine).form("grant-confirmation").count() == 0
    assert first.sees("Jāapstiprina citam administratoram.")
    second.open(mine).do("grant-confirmation")
    assert second.sees("Spēkā")
    form = first.open("/agency/roles/new").form("role")
    form.locator('[name="person_id"]').fill(given["person_id"])
    form.locator('[name="role"]').select_option("payment_maker")
    form.locator('[name="reason"]').fill(given["reason"])
    form.locator("button:not([name], [aria-hidden])").click()
    assert first.sees("Šīs lomas vienai personai nedrīkst būt kopā")
    assert form.locator('[name="reason"]').input_value() == given["reason"]
    first.open(mine).do("grant-end")
    assert first.sees("Šeit pagaidām nekā nav.")


def test_new_roles_of_a_member_wait_for_a_second_person_and_taken_ones_do_not(person: Seat) -> None:
    suite.persona("provider-a-trainer")  # who is a member from the first sign-in on
    trainer = suite.personas()["provider-a-trainer"]["family_name"]
    admin = person("provider-a-admin", viewport=PHONE)
    admin.page.goto("/provider")
    members = f"{admin.address}/members"
    organisation = admin.id
    both = ["provider_editor", "provider_trainer"]
    admin.open(members).do("member-change", row=trainer, roles=both)
    row = admin.page.locator("tr").filter(has_text=trainer).first
    assert "satura sagatavotājs" in row.inner_text()
    assert "Mainās" in row.inner_text()
    approver = person("agency-user-approver").open(f"/agency/organisations/{organisation}/members")
    approver.do("member-confirmation", row=trainer)
    admin.open(members).do("member-change", row=trainer, roles=both[1:])
    row = admin.page.locator("tr").filter(has_text=trainer).first
    assert "Darbojas" in row.inner_text()
    assert "pasniedzējs" in row.inner_text()


@pytest.mark.npm("portal/style")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_are_accessible_where_there_is_something_to_see(browser: Browser, scheme: str) -> None:
    application = applied("learner-27")
    suite.persona("auditor").read(f"/api/applications/v1/applications/{application}")
    learner = Person.signed_in(browser, "learner-27", color_scheme=scheme, bypass_csp=True)
    learner.waits_for("/my-data/looks", "revidents")
    learner.open("/my-data/export").do("export")
    for path in (learner.address, "/my-data", "/my-data/looks", "/my-data/erasure"):
        learner.open(path)
        assert complaints(learner.page) == [], path
    learner.leave()
