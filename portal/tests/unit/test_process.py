"""Settings and the command line."""

from pathlib import Path

import pytest
from ila_kit.settings import BadSettings
from ila_portal.cli import server_command
from ila_portal.settings import Settings

GOOD = {"ILA_ENV": "production", "GATEWAY_URL": "http://gateway:8080", "PORT": "8005"}


def test_settings_name_every_fault_at_once():
    with pytest.raises(BadSettings) as faults:
        Settings.from_env({"ILA_ENV": "moon", "GATEWAY_URL": "gateway"})
    assert str(faults.value).count("\n") == 1


def test_the_server_listens_where_it_is_told_and_keeps_connections():
    command = " ".join(server_command(Settings.from_env(GOOD)))
    assert "--bind 127.0.0.1:8005" in command
    assert "--keep-alive 75 --no-control-socket --preload" in command
    assert command.endswith("ila_portal.wsgi:app")


def test_the_readme_lists_the_settings_as_they_are():
    readme = (Path(__file__).parents[2] / "README.md").read_text()
    assert Settings.table() in readme
