"""Pictures of the key pages for docs/screenshots, from a running suite.

    ila-local with-suite env PYTHONPATH=tests/journeys python tests/pages/screenshots.py

It walks the process by the API far enough that there is something to see, and looks as each person does.
"""

from pathlib import Path

import chain
import learning
import pypdfium2
import suite
import walk
from person import PHONE, Person, launched
from playwright.sync_api import Browser, sync_playwright
from process import Process

DESK = {"width": 1120, "height": 840}
LONGEST = 960
HERE = Path(__file__).parents[2] / "docs" / "screenshots"


def main() -> None:
    """Take every picture."""
    HERE.mkdir(exist_ok=True)
    paid, going = walk.new_process(patience=20), walk.new_process(patience=20, learner="learner-03")
    walk.walk(paid)
    walk.admit(going)
    walk.publish(going)
    offered = learning.apply(going, learner="learner-02")
    learning.apply(going)
    learning.accept(going)
    learning.open_group(going)
    learning.start_group(going)
    learning.hold_session(going, walk.MODULE_SET["parts"][0][0], 34)
    with sync_playwright() as playwright:
        browser = launched(playwright)
        public(browser, going)
        learners(browser, going, offered)
        statement(browser, offered)
        institution(browser, going)
        agency(browser, paid, going)
        browser.close()


def public(browser: Browser, process: Process) -> None:
    """What everybody sees."""
    visitor = Person.signed_in(browser, None, viewport=DESK)
    take(visitor, "/", "start")
    take(visitor, "/programmes", "programmes")
    visitor.open(f"/programmes/{process.programmes['module_set']['id']}")
    visitor.page.locator("details summary").click()
    save(visitor, "programme")
    take(visitor, "/indicators", "indicators")
    visitor.leave()


def learners(browser: Browser, process: Process, offered: str) -> None:
    """What learners see: at a desk and on a phone."""
    learner = Person.signed_in(browser, "learner-02", viewport=DESK)
    take(learner, f"/applications/{offered}", "application")
    learner.leave()
    learner = Person.signed_in(browser, "learner-02", viewport=PHONE)
    take(learner, "/account", "account-phone")
    take(learner, f"/applications/{offered}/accept", "accept-phone")
    learner.leave()
    learner = Person.signed_in(browser, process.learner, viewport=PHONE)
    take(learner, f"/groups/{process.ids['group']}", "group-phone")
    learner.leave()


def statement(browser: Browser, application: str) -> None:
    """What a learner reads of her price: the first page of the PDF."""
    learner = Person.signed_in(browser, "learner-02")
    data = learner.page.request.get(f"/applications/{application}/statement").body()
    pypdfium2.PdfDocument(data)[0].render(scale=1.4).to_pil().convert("L").quantize(32).save(
        HERE / "statement.png", optimize=True
    )
    learner.leave()


def institution(browser: Browser, process: Process) -> None:
    """What an institution sees."""
    editor = Person.signed_in(browser, "newcomer-editor", viewport=DESK)
    desk = f"/provider/{process.ids['organisation']}"
    take(editor, f"{desk}/offers/{process.offers['module_set']['id']}", "offer")
    take(editor, f"{desk}/groups/{process.ids['group']}", "group")
    editor.leave()


def agency(browser: Browser, paid: Process, going: Process) -> None:
    """What the agency sees."""
    run = chain.Chain(browser, going, context={"viewport": DESK})
    chain.register(run)
    take(run.by("agency-user-approver"), f"/agency/registrations/{going.ids['registration']}", "registration")
    take(run.by("agency-payment-checker"), f"/agency/payment-runs/{paid.ids['run']}", "payment-run")
    take(run.by("auditor"), "/agency/budget", "budget")
    run.leave()


def take(person: Person, path: str, name: str) -> None:
    """Open a page and keep its picture."""
    save(person.open(path), name)


def save(person: Person, name: str) -> None:
    """Keep a picture of the whole page, of at most two screens."""
    height = person.page.evaluate("document.documentElement.scrollHeight")
    width = person.page.viewport_size["width"] if person.page.viewport_size else DESK["width"]
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, LONGEST)}
    person.page.screenshot(path=HERE / f"{name}.png", full_page=True, clip=clip)


if __name__ == "__main__":
    print(f"at {suite.URL}")
    main()
