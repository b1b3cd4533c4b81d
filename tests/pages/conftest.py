"""A real browser before a running suite; skipped where there is none."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

sys.path.append(str(Path(__file__).parent))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for all people."""
    from person import CHROMIUM, launched

    if CHROMIUM is None:
        pytest.skip("no chromium here; ILA_CHROMIUM names one")
    with sync_playwright() as playwright:
        started = launched(playwright)
        yield started
        started.close()
