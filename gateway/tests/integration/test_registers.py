"""Services ask state registers through the gateway: real sockets, every fault, and nothing personal told."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import redis
import requests
from ila_kit.canonical import sha256_hex
from ila_kit.clients import Neighbour
from ila_kit.registers import Registers
from ila_kit.web.identity import BadToken
from ila_stubs.personas import citizen, digits, load
from joserfc import jws
from joserfc.jwk import KeySet

from .conftest import PERSONAS, free_port

pytestmark = pytest.mark.integration
QUESTIONS = "/registers/v1/questions"
REST_SECONDS = 0.5
ATTRIBUTES = {
    "population": {"birth_date", "status", "given_name", "family_name", "sex", "territory"},
    "viis_institutions": {
        "number", "title", "kind", "type", "seat", "territory", "territory_title", "registered_on",
        "accredited", "operating", "legal_person_number",
    },
    "viis_addresses": {"number", "addresses"},
    "programme_licences": {"number", "licences"},
    "legal_persons": {"number", "title", "status", "seat", "viis_numbers", "representatives"},
}  # fmt: skip
ANNA = digits(load(PERSONAS).find("learner-01"))


class Somebody:
    """A new key of a register at each call, so that no test meets another's cached answers."""

    def __init__(self, invented):
        self.number = {"population": 0, "invented": 0}
        self.invented = invented

    def __call__(self, register: str) -> str:
        kind = "population" if register == "population" else "invented"
        self.number[kind] += 1
        if register == "population":
            return digits(citizen(f"citizen-{self.number[kind]:04}"))
        row = self.invented[self.number[kind] - 1]
        return row["legal_person_number"] if register == "legal_persons" else row["number"]


@pytest.fixture(scope="module")
def somebody(registers, store):
    """Give people nobody was asked about; what the other form of the gateway left in the store is gone."""
    kept = redis.Redis.from_url(store.url)
    for name in kept.scan_iter("g:*"):
        kept.delete(name)
    items = requests.get(f"{registers.url}/invented", timeout=5).json()["items"]
    one_each = {row["legal_person_number"]: row for row in items}  # some are units of one company
    return Somebody(list(one_each.values()))


@pytest.fixture(scope="module")
def key_file(folder, machine_key):
    path = folder / "machine.pem"
    path.write_bytes(machine_key.as_pem(private=True))
    return path


@pytest.fixture
def machine(gateway, key_file):
    """What the kit gives services: the registers behind the gateway."""
    return Registers(lambda: Neighbour(gateway.url, "svc:identity", key_file))


@pytest.fixture
def bearer(gateway, key_file):
    """Return the header of a machine's token."""

    def header(client_id="svc:identity"):
        token = Neighbour(gateway.url, client_id, key_file)._access_token()
        return {"Authorization": f"Bearer {token}"}

    return header


@pytest.fixture(autouse=True)
def _right_again(registers):
    """Every test begins with registers that work and breakers that are closed."""
    before = registers.orders
    yield
    if registers.orders > before:
        registers.order("none")
        time.sleep(REST_SECONDS + 0.1)


def ask(machine, register, *keys):
    return machine.ask(register, keys, "a test", "law of tests, section 1")


def one(machine, register, key):
    return ask(machine, register, key)[key]


@pytest.mark.parametrize("register", ATTRIBUTES)
def test_each_register_answers_freshly_then_from_the_cache(machine, somebody, register):
    key = somebody(register)
    first, second = one(machine, register, key), one(machine, register, key)
    assert (first.state, second.state) == ("fresh", "cached")
    assert first.answer.keys() == ATTRIBUTES[register]
    assert (first.answer, first.observed_at, first.hash) == (second.answer, second.observed_at, second.hash)
    assert first.valid_until - first.observed_at == timedelta(hours=24)


def test_the_register_of_earlier_support_is_asked_each_time_by_the_codes_in_a_body(machine, registers):
    supported, other = (digits(citizen(name)) for name in ("citizen-9961", "citizen-0901"))
    for _ in range(2):
        told = ask(machine, "earlier_support", supported, other)
        assert [told[code].state for code in (supported, other)] == ["fresh", "fresh"]
        assert told[supported].answer["supports"][0]["source"] == "ESF 8.4.1"
        assert (told[other].found, told[other].answer) == (False, None)
    for mode, fault in (("error", "down"), ("wrong_person", "wrong-answer")):
        registers.order(mode, "earlier_support")
        told = ask(machine, "earlier_support", supported, other)
        assert {(one.state, one.fault) for one in told.values()} == {("unavailable", fault)}


def test_the_answer_is_about_whom_was_asked(machine):
    anna = one(machine, "population", ANNA).answer
    assert (anna["given_name"], anna["birth_date"], anna["status"]) == ("Anna", "1984-03-12", "alive")


def test_who_is_not_in_the_register_is_told_so_and_may_be_tomorrow(machine):
    for register, key in (("population", "32000000000"), ("viis_institutions", "1234567890")):
        for _ in range(2):
            answer = one(machine, register, key)
            assert (answer.state, answer.found, answer.answer) == ("fresh", False, None)
            assert answer.snapshot


def test_the_snapshot_proves_question_and_answer(gateway, machine, somebody):
    key = somebody("viis_institutions")
    answer = one(machine, "viis_institutions", key)
    keys = KeySet.import_key_set(requests.get(f"{gateway.url}/.well-known/jwks.json", timeout=5).json())
    proof = jws.deserialize_compact(answer.snapshot, keys, algorithms=["ES256"])
    told = json.loads(proof.payload)
    question = {"register": "viis_institutions", "key": key}
    assert proof.headers()["typ"] == "ila-register-snapshot+jws"
    assert set(told) == {"register", "question", "answer", "observed_at", "legal_basis", "hash"}
    assert (told["question"], told["answer"]) == (question, answer.answer)
    assert told["legal_basis"] == "law of tests, section 1"
    assert told["hash"] == answer.hash == sha256_hex({"question": question, "answer": answer.answer})


def test_a_snapshot_is_no_token(gateway, machine, somebody):
    snapshot = one(machine, "viis_institutions", somebody("viis_institutions")).snapshot
    with pytest.raises(BadToken):
        gateway.verifier("funding").actor(snapshot)
    answer = requests.post(
        f"{gateway.url}{QUESTIONS}", headers={"Authorization": f"Bearer {snapshot}"}, timeout=5
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("mode", "fault"),
    [
        ("slow", "timeout"),
        ("error", "down"),
        ("garbage", "garbage"),
        ("empty", "garbage"),
        ("wrong_person", "wrong-answer"),
    ],
)
@pytest.mark.parametrize("register", ATTRIBUTES)
def test_a_faulty_register_tells_nothing_and_is_right_again_afterwards(
    machine, registers, somebody, register, mode, fault
):
    key = somebody(register)
    registers.order(mode, register)
    began = time.monotonic()
    answer = one(machine, register, key)
    assert (answer.state, answer.fault) == ("unavailable", fault)
    assert (answer.found, answer.answer, answer.snapshot, answer.hash) == (False, None, None, None)
    assert time.monotonic() - began < 3
    registers.order("none", register)
    assert one(machine, register, key).state == "fresh"


def test_a_cached_answer_stands_in_while_the_register_is_away(machine, registers, somebody):
    known, unknown = somebody("population"), somebody("population")
    before = one(machine, "population", known)
    registers.order("error", "population")
    answers = ask(machine, "population", known, unknown)
    assert (answers[known].state, answers[known].observed_at) == ("cached", before.observed_at)
    assert answers[unknown].state == "unavailable"


def test_after_some_failures_the_register_is_left_alone_and_others_are_not(machine, registers, somebody):
    key = somebody("viis_institutions")
    registers.order("error", "viis_institutions")
    faults = [one(machine, "viis_institutions", key).fault for _ in range(4)]
    assert faults[-1] == "breaker-open"
    began = time.monotonic()
    assert one(machine, "viis_institutions", key).fault == "breaker-open"
    assert time.monotonic() - began < 0.3
    assert one(machine, "viis_addresses", key).state == "fresh"
    registers.order("none")
    time.sleep(REST_SECONDS + 0.1)
    assert one(machine, "viis_institutions", key).state == "fresh"


def test_a_slow_register_does_not_hold_up_the_others(machine, registers, somebody):
    keys = [somebody("population") for _ in range(6)]
    registers.order("slow", "legal_persons")
    with ThreadPoolExecutor(4) as pool:
        slow = [pool.submit(one, machine, "legal_persons", "99000000016") for _ in range(3)]
        began = time.monotonic()
        assert all(one(machine, "population", key).state == "fresh" for key in keys)
        assert time.monotonic() - began < 2
        assert {answer.result().state for answer in slow} <= {"unavailable", "cached"}


def test_two_hundred_keys_are_one_question(machine):
    codes = [digits(citizen(f"citizen-{number:04}")) for number in range(1_001, 1_201)]
    answers = ask(machine, "population", *codes)
    assert [answers[code].state for code in codes] == ["fresh"] * 200
    assert len({answer.hash for answer in answers.values()}) == 200
    nobody = [f"12345678{number:02}" for number in range(40)]
    answers = ask(machine, "viis_institutions", *nobody)
    assert all(answer.known and not answer.found for answer in answers.values())


def test_a_repeated_key_is_answered_once(gateway, bearer):
    body = question(keys=[ANNA, ANNA])
    items = requests.post(f"{gateway.url}{QUESTIONS}", json=body, headers=bearer(), timeout=5).json()["items"]
    assert [item["key"] for item in items] == [ANNA]


def question(**changes):
    body = {"register": "population", "keys": [ANNA], "purpose": "a test", "legal_basis": "law"}
    return body | changes


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"register": "employment"}, "/register"),
        ({"register": None}, "/register"),
        ({"keys": []}, "/keys"),
        ({"keys": [ANNA] * 201}, "/keys"),
        ({"keys": ["120384-12345"]}, "/keys/0"),
        ({"keys": [ANNA, "١٢٣٤٥٦٧٨٩٠١"]}, "/keys/1"),
        ({"keys": [f"{ANNA}\n"]}, "/keys/0"),
        ({"register": "viis_institutions", "keys": ["../../faults"]}, "/keys/0"),
        ({"purpose": ""}, "/purpose"),
        ({"legal_basis": None}, "/legal_basis"),
        ({"extra": 1}, "/extra"),
    ],
)
def test_a_question_that_makes_no_sense_reaches_no_register(gateway, bearer, changes, pointer):
    answer = requests.post(f"{gateway.url}{QUESTIONS}", json=question(**changes), headers=bearer(), timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")
    assert pointer in answer.json()["errors"]
    assert ANNA not in answer.text


def test_a_body_that_is_no_json_is_refused(gateway, bearer):
    answer = requests.post(f"{gateway.url}{QUESTIONS}", data=b"{", headers=bearer(), timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-json")


def test_each_register_wants_its_own_scope(gateway, bearer):
    for client_id in ("svc:funding", "svc:catalog"):
        answer = requests.post(
            f"{gateway.url}{QUESTIONS}", json=question(), headers=bearer(client_id), timeout=5
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_people_and_visitors_ask_no_register(gateway):
    address = f"{gateway.url}{QUESTIONS}"
    assert requests.post(address, json=question(), timeout=5).status_code == 401
    signed_in = gateway.signed_in()
    assert signed_in.post(address, json=question(), timeout=5).status_code == 403


def test_answers_age_by_the_clock_of_the_suite(start_gateway, key_file, somebody, tmp_path):
    clock = tmp_path / "clock"
    port = str(free_port())
    gateway = start_gateway(CLOCK_FILE=str(clock), PORT=port, INTERNAL_URL=f"http://127.0.0.1:{port}")
    machine = Registers(lambda: Neighbour(gateway.url, "svc:identity", key_file))
    key = somebody("population")
    before = one(machine, "population", key)
    clock.write_text(str(49 * 3_600))
    after = one(machine, "population", key)
    assert (before.state, after.state) == ("fresh", "fresh")
    assert after.observed_at - before.observed_at > timedelta(hours=48)


def test_what_was_sealed_by_somebody_else_is_asked_anew(machine, store, somebody):
    key = somebody("viis_institutions")
    assert one(machine, "viis_institutions", key).state == "fresh"
    reader = redis.Redis.from_url(store.url)
    for name in reader.scan_iter("g:*"):
        reader.set(name, "nonsense")
    assert one(machine, "viis_institutions", key).state == "fresh"


def test_neither_store_nor_logs_tell_who_was_asked_about(gateway, machine, store, registers):
    assert one(machine, "population", ANNA).known
    registers.order("wrong_person", "population")
    one(machine, "population", digits(citizen("citizen-0900")))
    reader = redis.Redis.from_url(store.url)
    names = list(reader.scan_iter("g:*"))
    kept = b" ".join([*names, *map(reader.get, names)])
    logs = Path(gateway.log).read_bytes()
    assert b"register asked" in logs
    for telling in (ANNA, digits(citizen("citizen-0900")), "1984-03-12", "Bērziņa"):
        assert telling.encode() not in kept
        assert telling.encode() not in logs


def test_observed_at_is_an_instant_of_now(machine, somebody):
    seen = one(machine, "population", somebody("population")).observed_at
    assert abs((datetime.now(seen.tzinfo) - seen).total_seconds()) < 30
