"""A person at a browser: opens pages, fills in their forms, reads what they show."""

import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import suite
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright

CHROMIUM = os.environ.get("ILA_CHROMIUM") or shutil.which("chromium")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@dataclass
class Person:
    """Somebody signed in by the real flow; `told` keeps what the browser complained of."""

    page: Page
    told: list[str] = field(default_factory=list)

    @classmethod
    def signed_in(cls, browser: Browser, persona: str | None, acr: str = "high", **context: Any) -> "Person":
        """Return a persona at a browser of their own; a visitor when there is no name.

        `acr` is the assurance that is asked for; the e-identity gives what the persona's means reach.
        """
        opened: BrowserContext = browser.new_context(base_url=suite.URL, locale="lv-LV", **context)
        person = cls(opened.new_page())
        person.page.on("console", lambda message: person.told.append(message.text))
        if persona:
            person.page.goto(f"/auth/login?next=/account&acr_values={acr}")
            person.shows_itself_as(persona)
        return person

    def shows_itself_as(self, persona: str) -> None:
        """Say at the e-identity who one is."""
        self.page.locator(f'button[name="persona"][value="{persona}"]').click()

    def open(self, path: str) -> "Person":
        """Open a page that must be there."""
        answer = self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{path}: {answer.status} {self.page.inner_text('main')}"
        return self

    def do(self, deed: str, row: str = "", **typed: Any) -> str:
        """Fill in the form of a deed and send it; return the address where that leads.

        `row` is a text of the row the form stands in. Names of fields may spell a dot as two underscores.
        """
        form = self.form(deed, row)
        closed = form.locator("xpath=ancestor::details[not(@open)]")
        if closed.count():
            closed.locator("summary").first.click()
        for name, value in typed.items():
            fill(form.locator(f'[name="{name.replace("__", ".")}"]'), value)
        form.locator("button:not([name], [aria-hidden])").click()
        faults = self.page.locator(".govuk-error-summary")
        assert faults.count() == 0, f"{deed}: {faults.inner_text()}"
        assert self.page.locator("main .done").count(), f"{deed}: {self.page.inner_text('main')}"
        return self.address

    def form(self, deed: str, row: str = "") -> Locator:
        """Return the form of a deed on the page; in a row that has a text."""
        found = self.page.locator(f'form:has(input[name="deed"][value="{deed}"])')
        return self.page.locator("tr, .card, .panel").filter(has_text=row).locator(found) if row else found

    def sees(self, text: str) -> bool:
        """Whether the page shows a text."""
        return text in self.page.inner_text("main").replace("\N{NO-BREAK SPACE}", " ")

    def waits_for(self, path: str, text: str) -> None:
        """Open a page again and again until it shows a text."""
        suite.eventually(lambda: self.open(path).sees(text), wanted=True)

    @property
    def address(self) -> str:
        """Where the browser is now, without what it was asked."""
        return self.page.url.removeprefix(suite.URL).partition("?")[0]

    @property
    def id(self) -> str:
        """The id at the end of the address."""
        return self.address.rsplit("/", 1)[1]

    def leave(self) -> None:
        """Close the browser of this person."""
        self.page.context.close()


def launched(playwright: Playwright) -> Browser:
    """Return a browser that asks nobody else for anything."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    # Letters in shades of grey, the same on every machine: pictures stay small.
    letters = ["--disable-lcd-text", "--font-render-hinting=none"]
    return playwright.chromium.launch(executable_path=CHROMIUM, args=quiet + letters)


def fill(asked: Locator, value: Any) -> None:
    """Answer a question of a form in the way it is asked."""
    kind = asked.first.evaluate("one => one.tagName === 'SELECT' ? 'select' : one.type")
    if kind == "select":
        asked.select_option(value)
    elif kind == "checkbox":
        wanted = value if isinstance(value, list) else [value]
        for one in asked.all():
            one.set_checked(value is True or one.get_attribute("value") in wanted)
    elif kind == "file":
        asked.set_input_files(value if isinstance(value, (Path, dict)) else str(value))
    else:
        asked.fill(str(value))
