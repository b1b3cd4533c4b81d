"""Settings come from the environment, each with a sentence, all faults at once, secrets unseen."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from ila_kit.clock import MovedClock, utc_now
from ila_kit.service_settings import ServiceSettings
from ila_kit.settings import BadSettings, FromEnv, setting


@dataclass(frozen=True, kw_only=True)
class Sample(FromEnv):
    """Settings of every kind."""

    store_url: str = setting("Where things are kept.", secret=True)
    key_file: Path = setting("The key.")
    days: int = setting("How long.", default=30)
    share: float = setting("How much.", default=0.5)
    strict: bool = setting("How exact.", default=False)
    note: str = setting("What to say.", default="hello")

    def faults(self) -> list[str]:
        return [] if self.days > 0 else ["DAYS is not more than nothing"]


GOOD = {"STORE_URL": "postgresql://me:hidden@db/x", "KEY_FILE": "/keys/mine.pem"}
SERVICE = {
    "ILA_ENV": "production",
    "DATABASE_URL": "postgresql://a:b@c/d",
    "BROKER_URL": "amqp://a",
    "GATEWAY_URL": "http://g",
    "CLIENT_KEY_FILE": "/k",
}


def test_values_are_read_as_their_kind():
    read = Sample.from_env(GOOD | {"DAYS": "7", "SHARE": "0.25", "STRICT": "Yes", "NOTE": ""})
    assert read == Sample(
        store_url=GOOD["STORE_URL"], key_file=Path("/keys/mine.pem"), days=7, share=0.25, strict=True, note=""
    )


def test_defaults_stand_where_nothing_is_said():
    read = Sample.from_env(GOOD | {"DAYS": "", "STRICT": ""})
    assert (read.days, read.share, read.strict, read.note) == (30, 0.5, False, "hello")


def test_every_fault_is_named_at_once():
    with pytest.raises(BadSettings) as stop:
        Sample.from_env({"STORE_URL": "", "DAYS": "soon", "STRICT": "perhaps"})
    assert str(stop.value).splitlines() == [
        "STORE_URL is not set: Where things are kept.",
        "KEY_FILE is not set: The key.",
        "DAYS is not a whole number: How long.",
        "STRICT is not yes or no: How exact.",
    ]


def test_a_fault_never_shows_the_value():
    with pytest.raises(BadSettings) as stop:
        Sample.from_env(GOOD | {"DAYS": "s3cret"})
    assert "s3cret" not in str(stop.value)


def test_values_that_do_not_go_together_are_named():
    with pytest.raises(BadSettings, match="DAYS is not more than nothing"):
        Sample.from_env(GOOD | {"DAYS": "0"})


@pytest.mark.parametrize("text", ["٣", "1_000", " 7 ", "7.0", "1e2", "0x10"])
def test_a_whole_number_has_one_spelling(text):
    with pytest.raises(BadSettings):
        Sample.from_env(GOOD | {"DAYS": text})


def test_a_bad_environment_stops_the_process():
    assert issubclass(BadSettings, SystemExit)


def test_secrets_are_not_in_the_repr():
    assert "hidden" not in repr(Sample.from_env(GOOD))


def test_the_table_names_each_setting_its_default_and_what_it_is():
    assert Sample.table().splitlines() == [
        "| setting | default | what it is |",
        "|---|---|---|",
        "| `STORE_URL` | required | Where things are kept. |",
        "| `KEY_FILE` | required | The key. |",
        "| `DAYS` | `30` | How long. |",
        "| `SHARE` | `0.5` | How much. |",
        "| `STRICT` | `False` | How exact. |",
        "| `NOTE` | `hello` | What to say. |",
    ]


def test_a_service_is_development_or_production():
    assert ServiceSettings.from_env(SERVICE).production
    assert not ServiceSettings.from_env(SERVICE | {"ILA_ENV": "development"}).production
    with pytest.raises(BadSettings, match="neither development nor production"):
        ServiceSettings.from_env(SERVICE | {"ILA_ENV": "prod"})


def test_a_log_level_that_does_not_exist_is_named_with_the_other_faults():
    with pytest.raises(BadSettings) as stop:
        ServiceSettings.from_env(SERVICE | {"ILA_ENV": "prod", "LOG_LEVEL": "loud"})
    assert len(str(stop.value).splitlines()) == 2


def test_passwords_of_a_service_are_not_in_its_repr():
    shown = repr(ServiceSettings.from_env(SERVICE | {"BROKER_URL": "amqp://u:hidden@b"}))
    assert "hidden" not in shown
    assert "a:b@c" not in shown


def test_production_goes_by_the_real_time(tmp_path):
    assert ServiceSettings.from_env(SERVICE).clock() is utc_now
    moved = SERVICE | {"CLOCK_FILE": str(tmp_path / "clock")}
    assert ServiceSettings.from_env(moved | {"ILA_ENV": "development"}).clock() == MovedClock(
        tmp_path / "clock"
    )
    with pytest.raises(BadSettings, match="CLOCK_FILE is for development only"):
        ServiceSettings.from_env(moved)
