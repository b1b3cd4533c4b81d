"""A repeated request has one effect and one answer."""

from collections import Counter
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from ila_kit.errors import Conflict
from ila_kit.store.idempotency import Claim
from ila_kit.store.operations import purge
from ila_kit.testing.http import ApiClient, identity_token

pytestmark = pytest.mark.integration
NOTES = "/api/notes/v1/notes"
TRIALS = "/api/notes/v1/trials"
BODY = {"title": "Maize", "price": {"amount": "1.50", "currency": "EUR"}, "day": "2024-11-20"}
KEYS, TWINS = 200, 5


def told(response):
    """What must be the same in every answer to one request."""
    headers = response.headers
    return (
        response.status_code,
        response.data,
        *(headers.get(n) for n in ("Location", "ETag", "Content-Type")),
    )


@pytest.fixture
def person():
    """Somebody new."""
    return uuid4()


@pytest.fixture
def writer(notes, person):
    """The same, as a writer."""
    return notes.by(person, "writer")


def test_two_hundred_keys_with_five_twins_each_have_two_hundred_effects(notes, person, together):
    def send(key):
        """Send until the twin that runs is done, as a caller does who was answered 409."""
        client = notes.by(person, "writer")
        for _ in range(1_000):
            response = client.post(NOTES, BODY | {"title": key}, key=key)
            if response.status_code != 409:
                return key, told(response)
            assert response.json["code"] == "request-in-progress"
        raise AssertionError("still running")

    def worker(keys):
        return [send(key) for key in keys]

    keys = [f"key-{number}" for number in range(KEYS)]
    answers = [pair for found in together([lambda: worker(keys)] * TWINS) for pair in found]
    assert len(answers) == KEYS * TWINS
    assert all(answer[0] == 201 and answer[2] and answer[3] == '"1"' for _, answer in answers)
    assert set(Counter(key for key, _ in set(answers)).values()) == {1}
    titles = notes.rows("SELECT title FROM note WHERE person_id = %s", person)
    assert sorted(title for (title,) in titles) == sorted(keys)
    ids = "SELECT id::text FROM note WHERE person_id = %s"
    assert notes.value(f"SELECT count(*) FROM outbox WHERE body ->> 'subject' IN ({ids})", person) == KEYS
    assert notes.value(f"SELECT count(*) FROM audit_entry WHERE subject_id IN ({ids})", person) == KEYS


def test_a_replay_is_byte_equal_but_for_its_own_request_id(writer):
    first, second = (writer.post(NOTES, BODY, key="k") for _ in range(2))
    assert told(first) == told(second)
    assert first.headers["X-Request-Id"] != second.headers["X-Request-Id"]


def test_a_replay_shows_what_was_answered_then_and_not_what_is_now(writer):
    first = writer.post(NOTES, BODY, key="k")
    writer.put(first.headers["Location"], BODY | {"title": "Piens"}, version=1)
    assert told(writer.post(NOTES, BODY, key="k")) == told(first)


def test_a_change_under_a_key_is_answered_again_as_what_it_was_and_without_one_as_stale(writer):
    location = writer.post(NOTES, BODY).headers["Location"]
    changed = BODY | {"title": "Piens"}
    first, second = (writer.put(location, changed, 1, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert first.status_code == 200
    assert told(second) == told(first)
    assert writer.put(location, changed, 1).json["code"] == "stale"


@pytest.mark.parametrize("change", [{"title": "Piens"}, {"price": {"amount": "1.5", "currency": "EUR"}}])
def test_another_body_under_the_same_key_is_refused(notes, person, writer, change):
    writer.post(NOTES, BODY, key="k")
    response = writer.post(NOTES, BODY | change, key="k")
    assert (response.status_code, response.json["code"]) == (422, "idempotency-key-reused")
    assert notes.value("SELECT count(*) FROM note WHERE person_id = %s", person) == 1


def test_another_path_under_the_same_key_is_refused(writer):
    location = writer.post(NOTES, BODY, key="k").headers["Location"]
    assert writer.post(f"{location}/archival", key="k").json["code"] == "idempotency-key-reused"


def test_the_key_of_another_caller_is_another_key(notes):
    answers = [notes.by(uuid4(), "writer").post(NOTES, BODY, key="shared") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201] * 3
    assert len({answer.json["id"] for answer in answers}) == 3


def test_a_machine_has_keys_of_its_own_for_each_person_it_acts_for(notes):
    people = [str(uuid4()) for _ in range(2)]
    tokens = [identity_token("notes", "svc:registry", "writer", act={"sub": one}) for one in people]
    clients = [ApiClient(notes.anybody(), "notes", token) for token in tokens]
    answers = [client.post(NOTES, BODY, key="shared") for client in clients]

    assert [answer.status_code for answer in answers] == [201] * 2
    for client, answer in zip(clients, answers, strict=True):
        assert client.get(answer.headers["Location"]).status_code == 200


def test_who_lost_the_role_gets_no_stored_answer(notes, person, writer):
    writer.post(NOTES, BODY, key="k")
    assert notes.by(person, "learner").post(NOTES, BODY, key="k").status_code == 403


def test_a_twin_of_a_request_that_still_runs_is_told_so(notes, writer):
    twins = []

    def trial(call):
        twins.append(writer.post(TRIALS, key="k"))
        return {"value": {"done": True}}

    notes.deps.trials["write"] = trial
    assert writer.post(TRIALS, key="k").status_code == 200
    assert [(twin.status_code, twin.json["code"]) for twin in twins] == [(409, "request-in-progress")]
    assert writer.post(TRIALS, key="k").json == {"value": {"done": True}}
    assert len(twins) == 1


def test_a_refused_request_stores_nothing_and_may_be_tried_again(notes, person, writer):
    class Closed(Conflict):
        code = "conflict"

    def refuse(call):
        call.unit.audit("tried", "trial", person)
        raise Closed()

    notes.deps.trials["write"] = refuse
    assert writer.post(TRIALS, key="k").status_code == 409
    assert notes.value("SELECT count(*) FROM idempotency_key WHERE caller = %s", str(person)) == 0
    assert notes.value("SELECT count(*) FROM audit_entry WHERE actor = %s", str(person)) == 0
    notes.deps.trials["write"] = lambda call: {"value": {"open": True}}
    assert writer.post(TRIALS, key="k").json == {"value": {"open": True}}


def test_a_body_that_was_refused_leaves_its_key_free(writer):
    assert writer.post(NOTES, BODY | {"title": ""}, key="k").status_code == 422
    assert writer.post(NOTES, BODY, key="k").status_code == 201


@pytest.mark.parametrize(
    "fault", [Conflict(), RuntimeError("broken"), None], ids=["conflict", "fault", "none"]
)
def test_a_twin_that_was_done_meanwhile_gives_its_answer(notes, person, writer, fault):
    """The twin commits between the look for a stored answer and the lock: a moment that is hard to hit."""

    def trial(call):
        claim = Claim.of(str(person), "k", "POST", TRIALS, b"")
        answer = claim.answer(200, {"Content-Type": "application/json"}, b'{"value":{"twin":1}}')
        with notes.deps.units.open(call.actor) as twin:
            twin.remember(answer)
            twin.commit()
        if fault:
            raise fault
        return {"value": {"mine": 1}}

    notes.deps.trials["write"] = trial
    response = writer.post(TRIALS, key="k")
    if isinstance(fault, RuntimeError):
        assert response.status_code == 500
        return
    assert (response.status_code, response.json) == (200, {"value": {"twin": 1}})


@pytest.mark.parametrize("key", ["a", "k" * 255, "0193a5c0-7b7e", "with space", "%s%%'\"--", "é"])
def test_a_key_is_any_printable_text_up_to_255_characters(notes, writer, key):
    first, second = (writer.post(NOTES, BODY, key=key) for _ in range(2))
    assert first.status_code == 201
    assert told(first) == told(second)


def test_a_stored_answer_may_be_forgotten_when_it_is_old(notes, person, writer):
    writer.post(NOTES, BODY, key="k")
    past, future = datetime(2020, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
    purge(notes.engine, past, past)
    assert notes.value("SELECT count(*) FROM idempotency_key WHERE caller = %s", str(person)) == 1
    purge(notes.engine, past, future)
    assert notes.value("SELECT count(*) FROM idempotency_key WHERE caller = %s", str(person)) == 0
