"""No page breaks a rule of WCAG 2.2 AA that a program sees, in light and dark; no contrast is in doubt.

Needs axe-core, which `portal/style/build` installs beside the style's sources.
"""

import pytest
from axe import complaints
from person import Person
from playwright.sync_api import Browser

pytestmark = [pytest.mark.journey, pytest.mark.anywhere]
PAGES = {
    None: [
        "/", "/programmes", "/indicators", "/nothing-here", "/signed-out", "/sign-in/assurance-not-reached",
        "/sign-in/sign-in-unavailable",
    ],
    "learner-24": [
        "/account", "/account/entries", "/account/sessions", "/account/sessions/everywhere", "/registration",
        "/employer-registration", "/signed-in", "/my-data", "/my-data/looks", "/my-data/export",
        "/my-data/erasure", "/my-data/erased", "/account/messages", "/account/profile",
    ],
    "provider-a-admin": ["", "/members", "/bank-accounts", "/places", "/calls", "/programmes", "/claims"],
    "auditor": [
        "/agency", "/agency/registrations", "/agency/calls", "/agency/offers", "/agency/applications",
        "/agency/payment-runs", "/agency/methodologies", "/agency/budget", "/agency/top-ups",
        "/agency/top-ups?unknown=x", "/agency/periods", "/agency/late-changes", "/agency/ledger",
        "/agency/reconciliation",
    ],
    "agency-rate-manager": ["/agency/budget", "/agency/budget/new", "/agency/periods"],
    "platform-admin": ["/agency", "/agency/roles", "/agency/roles/new"],
}  # fmt: skip


@pytest.mark.npm("portal/style")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("persona", PAGES)
def test_pages_are_accessible(browser: Browser, persona: str | None, scheme: str) -> None:
    person = Person.signed_in(browser, persona, color_scheme=scheme, bypass_csp=True)
    desk = ""
    if persona and persona.startswith("provider"):
        person.page.goto("/provider")
        desk = person.address
    for path in PAGES[persona]:
        person.page.goto(desk + path)
        assert complaints(person.page) == [], path
    person.leave()
