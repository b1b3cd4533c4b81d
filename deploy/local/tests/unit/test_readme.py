"""The README tells what the settings are."""

from pathlib import Path

from ila_local.settings import Settings


def test_the_readme_shows_the_settings_as_they_are():
    assert Settings.table() in (Path(__file__).parents[2] / "README.md").read_text("utf-8")
