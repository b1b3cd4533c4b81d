"""Production refuses what development may do."""

import base64
from pathlib import Path

import pytest
from ila_identity.app import read_personas, trust_files
from ila_identity.domain.personas import Personas
from ila_identity.settings import DEVELOPMENT_KEY, Settings
from ila_identity.store.vault import Vault
from ila_kit.settings import BadSettings

BASE = {
    "ILA_ENV": "production",
    "DATABASE_URL": "postgresql://x",
    "BROKER_URL": "amqp://x",
    "GATEWAY_URL": "http://x",
    "CLIENT_KEY_FILE": "/dev/null",
    "FILES_URL": "file:///srv/files",
}
PERSONAS = Path(__file__).parents[4] / "deploy" / "local" / "personas.toml"
PIN = "0123456789abcdef" * 4
OWN_KEY = base64.b64encode(bytes(range(32))).decode()


def test_production_needs_a_key_of_its_own_and_refuses_personas():
    with pytest.raises(BadSettings) as refusal:
        Settings.from_env(BASE | {"PERSONAS_FILE": "personas.toml"})
    assert "PERSONAL_DATA_KEY is the one of development" in str(refusal.value)
    assert "PERSONAS_FILE is for development only" in str(refusal.value)
    assert Settings.from_env(BASE | {"PERSONAL_DATA_KEY": OWN_KEY}).production


@pytest.mark.parametrize("key", ["", "short", "AAAA", "not base64 at all !"])
def test_a_key_that_is_not_32_bytes_stops_the_start(key):
    with pytest.raises(BadSettings, match="PERSONAL_DATA_KEY"):
        Settings.from_env(BASE | {"ILA_ENV": "development", "PERSONAL_DATA_KEY": key or "AA"})


def test_a_personas_file_that_is_not_there_stops_the_start():
    with pytest.raises(BadSettings, match="PERSONAS_FILE names no file"):
        Settings.from_env(BASE | {"ILA_ENV": "development", "PERSONAS_FILE": "/nowhere.toml"})


@pytest.mark.parametrize(
    ("trust", "fault"),
    [
        ({"TRUST_PROFILE": "everybody"}, "TRUST_PROFILE is neither production nor test"),
        ({"TRUST_PROFILE": "test", "ILA_ENV": "production"}, "TRUST_PROFILE test is for development only"),
        ({"TRUSTED_LISTS": "/nowhere.xml"}, "TRUSTED_LISTS names no file: /nowhere.xml"),
        ({"TRUSTED_LISTS": __file__}, "TRUSTED_LISTS needs TRUSTED_LIST_SIGNERS or LIST_OF_LISTS"),
        ({"TRUSTED_LIST_SIGNERS": __file__}, "mean nothing without TRUSTED_LISTS"),
        ({"LIST_OF_LISTS": __file__, "LIST_OF_LISTS_PINS": PIN}, "mean nothing without TRUSTED_LISTS"),
        ({"TRUSTED_LISTS": __file__, "LIST_OF_LISTS": "/nowhere"}, "LIST_OF_LISTS names no file: /nowhere"),
        ({"TRUSTED_LISTS": __file__, "LIST_OF_LISTS": __file__}, "LIST_OF_LISTS_PINS go together"),
        ({"LIST_OF_LISTS_PINS": PIN}, "LIST_OF_LISTS and LIST_OF_LISTS_PINS go together"),
        ({"LIST_OF_LISTS_PINS": f"{PIN}, {PIN[:-1]}"}, f"is not SHA-256 in hex: {PIN[:-1]}\n"),
    ],
)
def test_a_trust_that_cannot_be_meant_stops_the_start(trust, fault):
    with pytest.raises(BadSettings, match=fault):
        Settings.from_env(BASE | {"ILA_ENV": "development"} | trust)


def test_several_lists_are_named_with_commas():
    both = f"{__file__}, {PERSONAS}"
    named = {"TRUSTED_LISTS": both, "TRUSTED_LIST_SIGNERS": __file__}
    settings = Settings.from_env(BASE | {"ILA_ENV": "development"} | named)
    assert settings.list_files() == (Path(__file__), PERSONAS)


def test_lists_may_be_believed_by_a_list_of_lists_alone():
    colons = ":".join(PIN.upper()[at : at + 2] for at in range(0, 64, 2))
    named = {"TRUSTED_LISTS": __file__, "LIST_OF_LISTS": __file__, "LIST_OF_LISTS_PINS": f"{colons},{PIN}"}
    files = trust_files(Settings.from_env(BASE | {"ILA_ENV": "development"} | named))
    assert (files.list_of_lists, files.list_of_lists_pins) == (Path(__file__), {PIN})
    assert trust_files(Settings.from_env(BASE | {"ILA_ENV": "development"})).list_of_lists is None


def test_secrets_are_not_in_the_repr():
    assert DEVELOPMENT_KEY not in repr(Settings.from_env(BASE | {"ILA_ENV": "development"}))
    assert "AESGCM" not in repr(Vault.of(DEVELOPMENT_KEY))


def test_the_personas_of_development_can_be_read():
    personas = read_personas(str(Path(__file__).parents[4] / "deploy" / "local" / "personas.toml"))
    assert [role.name for role in personas.of("platform-admin")] == ["platform_admin"]
    assert personas.of("learner-01") == ()
    assert all(personas.organisation(role) for role in personas.of("provider-a-admin"))
    assert read_personas("").of("platform-admin") == ()


def test_an_organisation_may_bring_its_own_id():
    own = "01a20baa-d41f-798e-82b5-f4f8cf1c9f7a"
    document = {"organisation": [{"name": "a", "title": "A", "id": own}]}
    document["persona"] = [{"name": "p", "roles": [{"role": "provider_admin", "organisation": "a"}]}]
    assert [str(role.organisation) for role in Personas.read(document).of("p")] == [own]
