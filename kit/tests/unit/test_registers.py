"""A service asks a state register through the gateway, and knows what it does not know."""

import json
from datetime import UTC, datetime

import pytest
from ila_kit.clients import Neighbour
from ila_kit.errors import Unavailable
from ila_kit.registers import QUESTIONS, Registers
from joserfc.jwk import ECKey

ITEM = {
    "key": "1234567890",
    "state": "fresh",
    "found": True,
    "answer": {"title": "Paraugu koledža"},
    "observed_at": "2024-11-20T10:00:00Z",
    "valid_until": "2024-11-21T10:00:00Z",
    "legal_basis": "law",
    "hash": "ab",
    "snapshot": "a.b.c",
    "fault": None,
}


@pytest.fixture
def registers(neighbour, tmp_path):
    """The registers behind a gateway that a test scripts."""
    file = tmp_path / "key.pem"
    file.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    neighbour.says("/oauth/token", {"access_token": "t", "expires_in": 60})
    return Registers(lambda: Neighbour(neighbour.url, "svc:sample", file))


def test_an_answer_comes_with_its_provenance(neighbour, registers):
    neighbour.says(QUESTIONS, {"items": [ITEM]})
    answer = registers.ask("viis_institutions", ["1234567890"], "check", "law")["1234567890"]

    assert answer.known
    assert answer.answer == {"title": "Paraugu koledža"}
    assert answer.observed_at == datetime(2024, 11, 20, 10, tzinfo=UTC)
    assert json.loads(neighbour.asked[-1][3]) == {
        "register": "viis_institutions",
        "keys": ["1234567890"],
        "purpose": "check",
        "legal_basis": "law",
    }


def test_a_register_that_is_down_and_a_key_without_an_answer_are_unknown(neighbour, registers):
    neighbour.says(QUESTIONS, {"items": [{"key": "1", "state": "unavailable", "fault": "timeout"}]})
    answers = registers.ask("population", ["1", "2"], "check", "law")

    assert [answers[key].known for key in ("1", "2")] == [False, False]
    assert answers["1"].fault == "timeout"


@pytest.mark.parametrize("body", [{}, {"items": [{"state": "fresh"}]}, [], b"{"])
def test_an_answer_that_is_none_is_no_answer(neighbour, registers, body):
    neighbour.says(QUESTIONS, body)
    with pytest.raises(Unavailable):
        registers.ask("population", ["1"], "check", "law")


def test_keys_and_answers_are_not_in_the_repr(neighbour, registers):
    neighbour.says(QUESTIONS, {"items": [ITEM]})

    shown = repr(registers.ask("population", ["1234567890"], "check", "law")["1234567890"])
    assert "1234567890" not in shown
    assert "Paraugu" not in shown
