"""Bad input at the front door: each a 4xx problem with its stable code; nothing changed, nothing lost."""

import json
import socket
import uuid
from urllib.parse import urlsplit

import pytest
import suite
from joserfc import jwt
from joserfc.jwk import ECKey

pytestmark = pytest.mark.journey
FAR = str(uuid.uuid4())


def problem(answer, status: int, code: str) -> dict:
    """Check that an answer is this problem, and return it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code
    assert body["request_id"] == answer.headers["X-Request-Id"]
    assert "Traceback" not in answer.text
    return body


def test_no_token_is_told_to_sign_in():
    problem(suite.visitor().get(suite.APPLICATIONS), 401, "unauthenticated")


@pytest.mark.parametrize("token", ["x", "a.b.c", "Bearer", "é" * 10, "x" * 5_000])
def test_a_made_up_token_is_refused(token):
    sent = {"Authorization": f"Bearer {token}".encode()}
    answer = suite.visitor().session.get(suite.URL + suite.APPLICATIONS, headers=sent, timeout=10)

    assert answer.status_code in (400, 401, 431)


def test_an_altered_token_is_refused():
    token = suite.persona("learner-02").token
    altered = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")

    problem(suite.Caller(altered).get(suite.APPLICATIONS), 401, "unauthenticated")


def test_an_identity_token_of_ones_own_making_is_refused():
    key = ECKey.generate_key("P-256")
    claims = {"iss": "ila-gateway", "aud": "applications", "sub": FAR, "acr": "high", "iat": 1, "exp": 2**31}
    forged = jwt.encode({"alg": "ES256"}, claims | {"roles": [{"role": "auditor"}]}, key)

    problem(suite.Caller(forged).get("/api/applications/v1/audit-events"), 401, "unauthenticated")


@pytest.mark.parametrize(
    "header",
    ["X-User", "X-Roles", "X_Roles", "X-Forwarded-User", "Forwarded", "X-Acting-For", "X-Identity-Token"],
)
def test_no_header_makes_a_learner_an_auditor(header):
    answer = suite.persona("learner-02").get("/api/funding/v1/ledger/entries", **{header: "auditor"})

    problem(answer, 403, "forbidden")


def test_a_foreign_application_looks_like_none():
    owner, other = suite.persona("learner-03"), suite.persona("learner-04")
    suite.clear(owner)
    application = suite.draft(owner, suite.programme("study_course"))["id"]

    foreign = problem(other.get(f"{suite.APPLICATIONS}/{application}"), 404, "not-found")
    unknown = problem(other.get(f"{suite.APPLICATIONS}/{FAR}"), 404, "not-found")
    assert {foreign[name] == unknown[name] for name in ("title", "detail", "code")} == {True}
    problem(suite.withdraw(other, application), 404, "not-found")
    assert suite.state(owner, application) == "draft"


@pytest.mark.parametrize("field", ["person_id", "state", "amount", "organisation_id", "role", "version"])
def test_a_learner_cannot_set_what_is_not_theirs(field):
    learner = suite.persona("learner-05")
    body = {"programme_id": suite.programme("module")["id"], field: "x"}

    assert f"/{field}" in problem(learner.post(suite.APPLICATIONS, body), 422, "invalid-request")["errors"]


def test_a_write_needs_an_idempotency_key():
    learner = suite.persona("learner-05")
    body = {"programme_id": suite.programme("module")["id"]}
    sent = {"Authorization": f"Bearer {learner.token}"}
    answer = learner.session.post(suite.URL + suite.APPLICATIONS, json=body, headers=sent, timeout=10)

    problem(answer, 400, "idempotency-key-required")


def test_a_key_that_was_used_takes_no_other_request():
    learner, key = suite.persona("learner-06"), str(uuid.uuid4())
    suite.clear(learner)
    module, course = suite.programme("module"), suite.programme("study_course")
    assert learner.post(suite.APPLICATIONS, {"programme_id": module["id"]}, key).status_code == 201

    reused = learner.post(suite.APPLICATIONS, {"programme_id": course["id"]}, key)
    problem(reused, 422, "idempotency-key-reused")


def test_a_stale_version_changes_nothing():
    learner = suite.persona("learner-07")
    suite.clear(learner)
    application = suite.draft(learner, suite.programme("module"))
    path = f"{suite.APPLICATIONS}/{application['id']}"
    body = {"preferred_language": "lv", "note": "Vakara grupā, lūdzu"}

    problem(learner.put(path, body), 428, "precondition-required")
    problem(learner.put(path, body, If_Match='"99"'), 412, "stale")
    problem(learner.put(path, body, If_Match="W/x"), 412, "stale")
    assert learner.put(path, body, If_Match=learner.get(path).headers["ETag"]).status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed-json"),
        (b"{", 400, "malformed-json"),
        (b'{"kind": NaN}', 400, "malformed-json"),
        (b'{"kind": 1e999}', 400, "malformed-json"),
        (b'{"kind": "\xff"}', 400, "malformed-json"),
        (b"[]", 422, "invalid-request"),
        (b"null", 422, "invalid-request"),
        (b"[" * 5_000, 400, "malformed-json"),
        (b'{"kind": "' + b"a" * (1024 * 1024) + b'"}', 413, "body-too-large"),
    ],
)
def test_what_is_no_json_object_of_ours_is_refused(body, status, code):
    answer = suite.visitor().session.post(
        f"{suite.URL}/api/funding/v1/public/quotes",
        data=body,
        headers={"Content-Type": "application/json"},
        timeout=10,
    )

    problem(answer, status, code)


def test_money_with_a_third_decimal_is_refused():
    learner, wanted = suite.persona("learner-08"), suite.programme("module")
    suite.clear(learner)
    application = suite.draft(learner, wanted)["id"]
    body = {"confirmed": True, "programme_version": wanted["version"]}
    body |= {"quoted_amount": {"amount": "427.435", "currency": "EUR"}}
    answer = learner.post(f"{suite.APPLICATIONS}/{application}/submission", body)

    assert "/quoted_amount/amount" in problem(answer, 422, "invalid-request")["errors"]
    assert suite.state(learner, application) == "draft"


def raw(request: bytes) -> int:
    """Send bytes to the front door and return the status of its answer; 0 when it just hung up."""
    address = urlsplit(suite.URL)
    with socket.create_connection((address.hostname, address.port), timeout=10) as sock:
        sock.sendall(request)
        head = sock.recv(65_536)
    return int(head[9:12]) if head.startswith(b"HTTP/1.1 ") else 0


@pytest.mark.parametrize(
    "target",
    [
        b"/api/funding/v1/%2e%2e/%2e%2e/health/ready",
        b"/api/funding/v1/../../health/ready",
        b"/api/funding/v1/..%2f..%2fhealth",
        b"/api//funding/v1/quotes",
        b"/api/funding;/v1/quotes",
        b"/api/funding/v1/quotes%00",
        b"/api/funding/v1\\quotes",
        b"/api/funding/v1/%5c..",
        b"/api/funding/health/ready",
        b"/api/funding/openapi.json",
        b"/api/funding/v1/%ff",
        b"/api/funding/v1/%zz",
        b"/api/funding/v1/" + b"a" * 9_000,
        b"http://127.0.0.1:1/api/funding/v1/quotes",
    ],
)
def test_a_hostile_path_reaches_no_service(target):
    status = raw(b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")

    assert 400 <= status < 500 or status == 0


def test_the_merged_document_names_every_service():
    document = suite.visitor().read("/api/openapi.json")

    assert document["openapi"].startswith("3.1")
    for service in ("identity", "catalog", "applications", "funding"):
        assert any(path.startswith(f"/api/{service}/v1/") for path in document["paths"])
    assert json.dumps(document)
    assert suite.visitor().get("/api/docs").status_code == 200
