"""A real browser before a running suite; skipped where there is none."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

sys.path.append(str(Path(__file__).parent))
CHROMIUM = os.environ.get("ILA_CHROMIUM") or shutil.which("chromium")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all people."""
    if CHROMIUM is None:
        pytest.skip("no chromium here; ILA_CHROMIUM names one")
    with sync_playwright() as playwright:
        started = launched(playwright)
        yield started
        started.close()


def launched(playwright: Playwright) -> Browser:
    """Return a browser that asks nobody else for anything."""
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
    # Letters in shades of grey, the same on every machine: pictures stay small.
    letters = ["--disable-lcd-text", "--font-render-hinting=none"]
    return playwright.chromium.launch(executable_path=CHROMIUM, args=quiet + letters)
