"""What holds for every test: none is about how long it takes on this machine, none is left out unseen.

A test that needs packages of npm names the folder they are installed in: `@pytest.mark.npm("portal/style")`.
Without them it is skipped; where ILA_NPM says that they were installed, that is a failure.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent

settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test out whose packages of npm are not here."""
    for mark in item.iter_markers("npm"):
        if not (ROOT / mark.args[0] / "node_modules").is_dir():
            todo = f"needs: npm install --prefix {mark.args[0]}"
            if "ILA_NPM" in os.environ:
                pytest.fail(todo, pytrace=False)
            pytest.skip(todo)
