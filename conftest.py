"""What holds for every test: none is about how long it takes on this machine, none is left out unseen.

A test that needs packages of npm names the folder they are installed in: `@pytest.mark.npm("portal/style")`.
Without them it is skipped; where ILA_NPM says that they were installed, that is a failure.
`--on-stores` takes only tests that use a database or a broker, and journeys but those that are marked
`anywhere`: the others are the same on every pair of them.
Of tests that run side by side, those of one file stay together, and those of one form of the gateway.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent

STORES = {"admin_url", "broker_url"}

settings.register_profile("house", deadline=None)
settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add our own option."""
    parser.addoption("--on-stores", action="store_true", help="only tests on a database or a broker")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep what was asked for, and say what stays together."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(ROOT))))
    if config.getoption("--on-stores"):
        kept = [item for item in items if _is_on_stores(item)]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept


def _is_on_stores(item: pytest.Item) -> bool:
    if item.get_closest_marker("journey"):
        return item.get_closest_marker("anywhere") is None
    return bool(STORES & set(getattr(item, "fixturenames", ())))


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Leave a test out whose packages of npm are not here."""
    for mark in item.iter_markers("npm"):
        if not (ROOT / mark.args[0] / "node_modules").is_dir():
            todo = f"needs: npm install --prefix {mark.args[0]}"
            if "ILA_NPM" in os.environ:
                pytest.fail(todo, pytrace=False)
            pytest.skip(todo)
