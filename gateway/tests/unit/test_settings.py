"""Settings that would make an unsafe door are refused."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest
from ila_gateway.settings import Settings
from ila_kit.settings import BadSettings

NEIGHBOURS = ("IDENTITY", "CATALOG", "APPLICATIONS", "FUNDING", "PORTAL")
GOOD = {
    "ILA_ENV": "production",
    "PUBLIC_URL": "https://ila.example",
    "SESSION_STORE_URL": "redis://127.0.0.1/0",
    "SIGNING_KEY_FILE": "a.pem",
    "CLIENTS_FILE": "clients.json",
    "EIDENTITY_ISSUER": "https://eidentity.example",
    "EIDENTITY_KEY_FILE": "b.pem",
    "SECRET_KEY": "x" * 32,
    **{
        f"{name}_URL": "http://127.0.0.1:1"
        for name in ("IDENTITY", "CATALOG", "APPLICATIONS", "FUNDING", "PORTAL")
    },
}


def test_production_speaks_tls_and_marks_its_cookie():
    settings = Settings.from_env(GOOD)
    assert settings.secure
    assert settings.session_cookie == "__Host-ila_session"
    local = Settings.from_env(GOOD | {"ILA_ENV": "development", "PUBLIC_URL": "http://127.0.0.1:8080"})
    assert local.session_cookie == "ila_session"


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"PUBLIC_URL": "http://ila.example"}, "not https"),
        ({"PUBLIC_URL": "https://ila.example/"}, "without a path"),
        ({"PUBLIC_URL": "ila.example"}, "without a path"),
        ({"SECRET_KEY": "short"}, "shorter than"),
        ({"ILA_ENV": "test"}, "neither"),
        ({"CLOCK_FILE": "clock"}, "development only"),
        ({"VIIS_REGISTER_URL": "https://viis.example"}, "VIIS_REGISTER_URL comes without its secret"),
    ],
)
def test_an_unsafe_door_does_not_open(change, fault):
    with pytest.raises(BadSettings, match=fault):
        Settings.from_env(GOOD | change)


def test_a_register_that_is_not_named_is_away():
    assert set(Settings.from_env(GOOD).register_systems().values()) == {("", "")}


def test_secrets_are_not_shown():
    assert "of viis" not in repr(Settings.from_env(GOOD | {"VIIS_REGISTER_SECRET": "of viis"}))
    assert "x" * 32 not in repr(Settings.from_env(GOOD))


def test_every_problem_has_texts_in_both_languages():
    texts = tomllib.loads((files("ila_gateway") / "texts" / "problems.toml").read_text())
    for code, one in texts.items():
        assert {"lv", "en"} == set(one["title"]) == set(one["detail"]), code


def test_the_readme_lists_every_setting():
    readme = Path(__file__).parents[2] / "README.md"
    assert Settings.table() in readme.read_text()


def test_development_has_wider_limits_unless_told_otherwise():
    local = GOOD | {"ILA_ENV": "development", "PUBLIC_URL": "http://127.0.0.1:8080"}
    assert Settings.from_env(GOOD).rate_numbers() == (20, 200, 500, 2_000, 50, 500)
    assert Settings.from_env(local).rate_numbers()[0] == 2_000
    assert Settings.from_env(local | {"RATES_TIMES": "1", "PERSON_PER_SECOND": "3"}).rate_numbers()[0] == 3


@pytest.mark.parametrize(
    "wrong", [{"TRUSTED_PROXIES": "10.0.0.0/99"}, {"UNLIMITED_ADDRESSES": "x"}, {"FAILURES": "0"}]
)
def test_limits_that_make_no_sense_are_refused(wrong):
    with pytest.raises(BadSettings):
        Settings.from_env(GOOD | wrong)
