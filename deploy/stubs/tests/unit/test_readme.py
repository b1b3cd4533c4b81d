"""The README tells what the settings are."""

from pathlib import Path

import pytest
from ila_stubs.eidentity import settings as eidentity
from ila_stubs.files import settings as files
from ila_stubs.mail import settings as mail
from ila_stubs.registers import settings as registers


@pytest.mark.parametrize("settings", [eidentity.Settings, files.Settings, mail.Settings, registers.Settings])
def test_the_readme_shows_the_settings_as_they_are(settings):
    assert settings.table() in (Path(__file__).parents[2] / "README.md").read_text("utf-8")
