"""Every refusal is a problem document in the caller's language, and tells nothing of the inside."""

import json
import logging
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from ila_kit.errors import Refusal, Unavailable
from ila_kit.ids import uuid7
from ila_kit.testing.http import identity_token
from ila_kit.web.app import BODY_LIMIT
from ila_kit.web.problems import ProblemSchema
from notes_service.app import create_app, make_deps

pytestmark = pytest.mark.integration
NOTES = "/api/notes/v1/notes"
TRIALS = "/api/notes/v1/trials"
BODY = {"title": "Piena maize", "price": {"amount": "1.50", "currency": "EUR"}, "day": "2024-11-20"}
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
INSIDE = ("Traceback", "psycopg", "sqlalchemy", "SELECT", "INSERT", "/src/", ".py", "line ", "werkzeug")


def problem(response, status, code):
    """Check that an answer is the problem it should be, and return it."""
    body = response.get_json(force=True)
    assert (response.status_code, body["code"]) == (status, code), body
    assert response.headers["Content-Type"] == "application/problem+json"
    assert body["status"] == status
    assert body["type"].endswith("/" + code)
    assert body["instance"] == response.request.path
    assert body["request_id"] == response.headers["X-Request-Id"]
    assert ProblemSchema().validate(body) == {}
    assert not [word for word in INSIDE if word in response.text]
    return body


@pytest.fixture
def writer(notes):
    """Somebody who writes notes."""
    return notes.by(uuid4(), "writer")


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Bearer x", "Basic dTpw", "bearer", "x", "Bearer a b", "Bearer é"],
)
def test_a_caller_without_a_good_token_is_asked_to_sign_in(notes, header):
    headers = {} if header is None else {"Authorization": header}
    response = notes.anybody().get(NOTES, headers=headers)
    problem(response, 401, "unauthenticated")
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_of_another_service_is_refused(notes):
    token = identity_token("funding", uuid4(), "writer")
    response = notes.anybody().get(NOTES, headers={"Authorization": f"Bearer {token}"})
    problem(response, 401, "unauthenticated")


def test_a_caller_without_the_role_is_refused(notes):
    problem(notes.by(uuid4(), "learner").get(NOTES), 403, "forbidden")
    problem(notes.by(uuid4()).post(NOTES, BODY), 403, "forbidden")


def test_who_may_not_do_it_learns_nothing_about_the_body(notes):
    problem(notes.by(uuid4(), "auditor").post(NOTES, {"wrong": 1}), 403, "forbidden")


def test_a_stronger_sign_in_is_asked_for(notes):
    person = uuid4()
    note = notes.by(person, "writer").post(NOTES, BODY).json
    weak = notes.by(person, "writer", acr="substantial")
    body = problem(weak.post(f"{NOTES}/{note['id']}/archival"), 403, "assurance-too-low")
    assert body["needed"] == "high"


def test_unknown_and_foreign_things_are_missing_alike(notes, writer):
    foreign = notes.by(uuid4(), "writer").post(NOTES, BODY).json["id"]
    answers = []
    for note_id in (foreign, str(uuid7()), str(uuid4())):
        body = problem(writer.get(f"{NOTES}/{note_id}"), 404, "not-found")
        answers.append({k: v for k, v in body.items() if k not in ("instance", "request_id")})
        problem(writer.put(f"{NOTES}/{note_id}", BODY, version=1), 404, "not-found")
        problem(writer.post(f"{NOTES}/{note_id}/archival"), 404, "not-found")
    assert answers[0] == answers[1] == answers[2]


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/api", "/nothing", NOTES + "/", NOTES + "/1", NOTES + "/%00", NOTES + "/../notes"),
        *(NOTES + "//", NOTES + "/" + "a" * 4_000, NOTES + "/%F0%28%8C%BC"),
        *(NOTES.upper(), NOTES + ";x=1", "/openapi.json/", "/static/x", "/../../etc/passwd"),
    ],
)
def test_a_path_that_is_no_resource_is_missing(writer, path):
    response = writer.get(path)
    problem(response, 404, "not-found")
    assert "Location" not in response.headers


@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", NOTES), ("DELETE", NOTES), ("PUT", TRIALS), ("TRACE", NOTES)]
)
def test_another_method_is_not_allowed_and_the_answer_says_which_are(notes, method, path):
    response = notes.anybody().open(path, method=method)
    problem(response, 405, "method-not-allowed")
    assert {"GET", "POST"} <= {name.strip() for name in response.headers["Allow"].split(",")}


def test_a_state_that_does_not_allow_it_is_a_conflict_with_its_own_words(notes):
    writer = notes.by(uuid4(), "writer")
    path = f"{NOTES}/{writer.post(NOTES, BODY).json['id']}"
    assert writer.post(f"{path}/archival").status_code == 200
    body = problem(writer.post(f"{path}/archival"), 409, "note-archived")
    assert body["detail"] == "Piezīmi «Piena maize» vairs nevar mainīt."
    problem(writer.put(path, BODY, version=2), 409, "note-archived")


def test_a_change_names_the_version_it_read(writer):
    path = writer.post(NOTES, BODY).headers["Location"]
    problem(writer.put(path, BODY), 428, "precondition-required")
    assert writer.put(path, BODY, version=1).headers["ETag"] == '"2"'
    problem(writer.put(path, BODY, version=1), 412, "stale")


@pytest.mark.parametrize(
    "tag", ['W/"1"', '"x"', "*", '"1", "2"', '"-1"', '"1.0"', '"٣"', '"9999999999"', '""']
)
def test_a_version_that_never_was_is_stale(writer, tag):
    path = writer.post(NOTES, BODY).headers["Location"]
    problem(writer.put(path, BODY, **{"If-Match": tag}), 412, "stale")


@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "application/xml", "multipart/form-data"],
)
def test_a_body_of_another_kind_is_not_taken(notes, kind):
    headers = {
        "Authorization": f"Bearer {identity_token('notes', uuid4(), 'writer')}",
        "Idempotency-Key": "k",
    }
    response = notes.anybody().post(NOTES, data=json.dumps(BODY), content_type=kind, headers=headers)
    assert problem(response, 415, "unsupported-media-type")["expected"] == "application/json"


def test_a_body_over_the_limit_is_not_read(notes):
    headers = {
        "Authorization": f"Bearer {identity_token('notes', uuid4(), 'writer')}",
        "Idempotency-Key": "k",
    }
    for path in (NOTES, TRIALS):
        response = notes.anybody().post(
            path, data=b" " * (BODY_LIMIT + 1), content_type="application/json", headers=headers
        )
        assert problem(response, 413, "body-too-large")["limit"] == BODY_LIMIT


def test_every_wrong_value_is_named_by_its_pointer(writer):
    wrong = BODY | {
        "title": "",
        "rank": True,
        "price": {"amount": "1.505", "currency": "EUR"},
        "state": "archived",
    }
    body = problem(writer.post(NOTES, wrong), 422, "invalid-request")
    assert set(body["errors"]) == {"/title", "/rank", "/price/amount", "/state"}
    assert all(texts and all(isinstance(text, str) for text in texts) for texts in body["errors"].values())


def test_members_nobody_reads_are_refused_where_no_body_is_expected(writer):
    path = writer.post(NOTES, BODY).headers["Location"]
    body = problem(writer.post(f"{path}/archival", {"state": "open"}), 422, "invalid-request")
    assert set(body["errors"]) == {"/state"}
    assert writer.post(f"{path}/archival", {}).status_code == 200


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("?page=2", "/page"),
        ("?limit=5&limit=6", "/limit"),
        ("?limit=0", "/limit"),
        ("?limit=201", "/limit"),
        ("?sort=price;drop", "/sort"),
        ("?sort=person_id", "/sort"),
        ("?colour=blue", "/colour"),
        ("?updated_since=2024-11-20", "/updated_since"),
        ("?a%00b=1", "/a\0b"),
        ("?colour=%00", "/colour"),
        ("?a~/b=1", "/a~0~1b"),
    ],
)
def test_a_query_that_makes_no_sense_is_named_by_its_pointer(writer, query, pointer):
    assert set(problem(writer.get(NOTES + query), 422, "invalid-request")["errors"]) == {pointer}


def test_a_post_that_moves_something_needs_its_key(notes):
    token = identity_token("notes", uuid4(), "writer")
    for key in ({}, {"Idempotency-Key": ""}, {"Idempotency-Key": "k" * 256}, {"Idempotency-Key": "a\tb"}):
        response = notes.anybody().post(NOTES, json=BODY, headers={"Authorization": f"Bearer {token}"} | key)
        problem(response, 400, "idempotency-key-required")


@pytest.mark.parametrize(
    ("accept", "title"),
    [
        (None, "Nav atrasts"),
        ("lv", "Nav atrasts"),
        ("en", "Not found"),
        ("en-GB,en;q=0.9,lv;q=0.1", "Not found"),
        ("de", "Nav atrasts"),
    ],
)
def test_texts_are_in_the_language_of_the_caller(notes, accept, title):
    headers = {} if accept is None else {"Accept-Language": accept}
    assert problem(notes.anybody().get("/nothing", headers=headers), 404, "not-found")["title"] == title


def test_every_answer_carries_the_request_id_of_the_caller(notes, writer):
    for path in (NOTES, "/nothing", "/health/live"):
        assert writer.get(path, **{"X-Request-Id": "request-1"}).headers["X-Request-Id"] == "request-1"
    made = writer.get(NOTES, **{"X-Request-Id": "a b<script>"}).headers["X-Request-Id"]
    assert len(made) == 36
    assert writer.get(NOTES).headers.getlist("X-Request-Id") != [made]


def test_the_trace_of_the_caller_goes_into_events_and_audit(notes, writer):
    headers = {"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01", "X-Request-Id": "request-7"}
    note = writer.post(NOTES, BODY, **headers).json["id"]
    (event,) = notes.rows("SELECT body FROM outbox WHERE body ->> 'subject' = %s", note)
    assert event.body["traceparent"].split("-")[1] == TRACE
    assert notes.value("SELECT request_id FROM audit_entry WHERE subject_id = %s", note) == "request-7"


def raises(fault):
    """A trial that goes wrong."""

    def trial(call):
        raise fault

    return trial


def test_a_fault_of_ours_tells_nothing_but_its_number(notes, writer, caplog):
    notes.deps.trials["write"] = raises(RuntimeError("SELECT secret FROM inside"))
    with caplog.at_level(logging.ERROR):
        body = problem(writer.post(TRIALS), 500, "internal-error")
    assert "secret" not in json.dumps(body)
    (record,) = [one for one in caplog.records if one.levelno >= logging.ERROR]
    assert record.exc_info[0] is RuntimeError


def test_an_answer_that_does_not_fit_its_schema_is_found(notes, writer):
    notes.deps.trials["read"] = lambda call: {"value": 5}
    problem(writer.get(TRIALS), 500, "internal-error")


def test_facts_of_a_refusal_stand_beside_its_texts_and_replace_none_of_them(notes, writer):
    notes.deps.trials["write"] = raises(Refusal(free="500.00", status=200, code="nice", title="all is well"))
    body = problem(writer.post(TRIALS), 422, "refused")
    assert body["free"] == "500.00"
    assert body["title"] == "Noteikumi to neļauj"


def test_a_neighbour_that_is_away_is_a_passing_fault(notes, writer):
    notes.deps.trials["write"] = raises(Unavailable(neighbour="identity"))
    response = writer.post(TRIALS)
    problem(response, 503, "neighbour-unavailable")
    assert response.headers["Retry-After"]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT pg_terminate_backend(pg_backend_pid())",
        "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'lock_not_available'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'deadlock_detected'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'serialization_failure'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'query_canceled'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'disk_full'; END $$",
        "DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'too_many_connections'; END $$",
    ],
    ids=["killed", "locked", "deadlock", "serialization", "too slow", "disk full", "full house"],
)
@pytest.mark.parametrize("kind", ["read", "write"])
def test_a_store_that_is_away_or_full_is_a_passing_fault(notes, writer, statement, kind):
    def trial(call):
        call.unit.connection.exec_driver_sql(statement)

    notes.deps.trials[kind] = trial
    response = writer.get(TRIALS) if kind == "read" else writer.post(TRIALS)
    problem(response, 503, "busy")
    assert response.headers["Retry-After"]
    assert writer.get(NOTES).status_code == 200


def test_a_connection_that_was_lost_between_two_requests_is_replaced(notes, writer):
    def lose(call):
        call.unit.connection.connection.driver_connection.close()
        return {"value": {}}

    notes.deps.trials["read"] = lose
    assert writer.get(TRIALS).status_code in (200, 503)
    assert writer.get(NOTES).status_code in (200, 503)
    assert writer.get(NOTES).status_code == 200


def test_a_closed_connection_is_a_passing_fault(notes, writer):
    notes.deps.trials["write"] = raises(
        sa.exc.InterfaceError("x", None, psycopg.InterfaceError("the connection is closed"))
    )
    problem(writer.post(TRIALS), 503, "busy")


def test_a_rule_of_the_database_that_was_broken_is_a_fault_of_ours(notes, writer):
    def trial(call):
        call.unit.connection.exec_driver_sql("SELECT 1 / 0")

    notes.deps.trials["write"] = trial
    problem(writer.post(TRIALS), 500, "internal-error")


def test_a_database_that_is_not_there_is_a_passing_fault():
    engine = sa.create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none")
    client = create_app(deps=make_deps(engine)).test_client()
    token = identity_token("notes", uuid4(), "writer")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k"}
    problem(client.get(NOTES, headers=headers), 503, "busy")
    problem(client.post(NOTES, json=BODY, headers=headers), 503, "busy")


def test_a_pool_without_a_free_connection_is_a_passing_fault(notes_engine, notes):
    engine = sa.create_engine(notes_engine.url, pool_size=1, max_overflow=0, pool_timeout=0.05)
    app = create_app(deps=make_deps(engine))
    headers = {
        "Authorization": f"Bearer {identity_token('notes', uuid4(), 'writer')}",
        "Idempotency-Key": "k",
    }
    with engine.connect():
        problem(app.test_client().post(NOTES, json=BODY, headers=headers), 503, "busy")
    assert app.test_client().post(NOTES, json=BODY, headers=headers).status_code == 201
    engine.dispose()
