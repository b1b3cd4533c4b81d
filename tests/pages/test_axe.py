"""No page breaks a rule of WCAG 2.2 AA that a program sees, in light and dark; no contrast is in doubt.

Needs axe-core, which `portal/style/build` installs beside the style's sources.
"""

from pathlib import Path

import pytest
from person import Person
from playwright.sync_api import Browser

pytestmark = pytest.mark.journey
AXE = Path(__file__).parents[2] / "portal" / "style" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = {
    None: ["/", "/programmes", "/indicators", "/nothing-here"],
    "learner-24": ["/account", "/account/entries", "/registration"],
    "provider-a-admin": ["", "/members", "/bank-accounts", "/places", "/calls", "/programmes", "/claims"],
    "auditor": [
        "/agency", "/agency/registrations", "/agency/calls", "/agency/offers", "/agency/applications",
        "/agency/payment-runs", "/agency/budget", "/agency/ledger", "/agency/reconciliation",
    ],
}  # fmt: skip


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: portal/style/build")
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
        person.page.evaluate(AXE.read_text())
        found = person.page.evaluate(f"axe.run(document, {{runOnly: {RULES}}})")
        doubtful = [one for one in found["incomplete"] if one["id"] == "color-contrast"]
        faults = [(one["id"], one["nodes"][0]["html"]) for one in (*found["violations"], *doubtful)]
        assert faults == [], path
    person.leave()
