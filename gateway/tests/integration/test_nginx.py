"""What nginx in front of the gateway does by itself, and what it must not."""

import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from uuid import uuid4

import pytest
import requests

pytestmark = pytest.mark.integration
QUOTES = "/api/funding/v1/quotes"
IN_FRONT = pytest.mark.form("nginx", "it is about nginx")


@pytest.fixture
def hasty_table(surroundings, tmp_path):
    """Return a routes table whose services may take a second only, and funding two requests at once."""
    for lines in Path(surroundings["ROUTES_FOLDER"]).iterdir():
        (tmp_path / lines.name).write_text(lines.read_text())
    text = (tmp_path / "neighbours.toml").read_text()
    assert "answer_seconds = 30" in text
    (tmp_path / "neighbours.toml").write_text(text.replace("answer_seconds = 30", "answer_seconds = 1"))
    return str(tmp_path)


@pytest.fixture
def decisions(gateway):
    """Return how many requests for a path the gateway has seen, by its log; a line follows its answer."""

    def count():
        last = f"/api/funding/v1/{uuid4()}"
        requests.get(gateway.url + last, timeout=20)
        while last not in (log := gateway.log.read_text()):
            time.sleep(0.01)
        return log.count(f'"path":"{QUOTES}"')

    return count


@IN_FRONT
def test_reads_pass_the_gateway_by_once_it_decided(gateway, decisions):
    browser = gateway.signed_in()
    before = decisions()
    answers = [browser.get(f"{gateway.url}{QUOTES}?n={number}", timeout=20) for number in range(20)]
    assert {one.status_code for one in answers} == {200}
    assert [one.json()["target"] for one in answers] == [f"{QUOTES}?n={number}" for number in range(20)]
    assert all("authorization" in dict(one.json()["headers"]) for one in answers)
    assert 0 < decisions() - before < 20


@IN_FRONT
@pytest.mark.parametrize("target", [f"{QUOTES}?x=<y>", f"{QUOTES}?x=y|z", "/api/funding/v1/quote%73"])
def test_a_read_that_is_not_plain_is_the_gateways(gateway, decisions, target):
    before = decisions()
    for _ in range(3):
        with closing(HTTPConnection("127.0.0.1", gateway.port, timeout=20)) as connection:
            connection.request("GET", target)
            assert connection.getresponse().status == 200
    assert decisions() - before == 3


@IN_FRONT
def test_writes_are_the_gateways(gateway, decisions):
    before = decisions()
    for _ in range(5):
        assert requests.post(f"{gateway.url}{QUOTES}", json={}, timeout=20).ok
    assert decisions() - before == 5


@IN_FRONT
def test_two_people_never_share_a_decision(gateway, identity):
    seen = set()
    for number in range(3):
        identity.person = f"01920000-0000-7000-8000-0000000001{number:02}"
        browser = gateway.signed_in()
        token = dict(browser.get(f"{gateway.url}{QUOTES}", timeout=20).json()["headers"])["authorization"]
        actor = gateway.verifier("funding").actor(token.removeprefix("Bearer "))
        assert actor.id == identity.person
        seen.add(token)
    assert len(seen) == 3
    assert "authorization" not in dict(requests.get(f"{gateway.url}{QUOTES}", timeout=20).json()["headers"])


def test_an_ended_session_ends_its_decisions_too(gateway):
    browser = gateway.signed_in()
    secret = browser.cookies["ila_session"]
    assert "authorization" in dict(browser.get(f"{gateway.url}{QUOTES}", timeout=20).json()["headers"])
    browser.post(f"{gateway.url}/auth/logout", headers={"Origin": gateway.url}, timeout=20)
    time.sleep(4.1)  # the gateway believes its store for two seconds, nginx the gateway for two more
    late = requests.get(f"{gateway.url}{QUOTES}", cookies={"ila_session": secret}, timeout=20)
    assert "authorization" not in dict(late.json()["headers"])


@pytest.mark.parametrize("secret", ["", "nginx-shows-itself-by-something-else", "x"])
def test_nobody_else_gets_a_decision(gateway, secret):
    asked = {"X-Front": secret, "X-Front-Asks": "decision"}
    answer = gateway.signed_in().get(f"{gateway.url}{QUOTES}", headers=asked, timeout=20)
    assert (answer.status_code, answer.json()["target"]) == (200, QUOTES)
    assert "X-Identity" not in answer.headers
    assert not {"x-front", "x-front-asks"} & {name for name, _ in answer.json()["headers"]}


@pytest.mark.parametrize("path", ["/.decision", "/.said/503", "/.said/400"])
def test_what_nginx_has_for_itself_is_an_ordinary_address_to_others(gateway, portal, path):
    answer = requests.get(f"{gateway.url}{path}", timeout=20)
    assert answer.status_code == 200
    assert answer.json()["target"] == path, "a page of the portal"


def test_a_service_commands_nobody_by_its_answer(gateway):
    """The small services say X-Accel-Redirect in every answer."""
    for answer in (
        requests.get(f"{gateway.url}{QUOTES}", timeout=20),
        requests.post(f"{gateway.url}{QUOTES}", json={}, timeout=20),
        requests.get(f"{gateway.url}/page", timeout=20),
    ):
        assert "target" in answer.json()


def test_a_service_that_is_late_is_said_to_be_in_the_callers_language(start_gateway, funding, hasty_table):
    hasty = start_gateway(ROUTES_FOLDER=hasty_table)
    funding.slow_seconds = 3
    try:
        answer = requests.get(
            f"{hasty.url}/api/funding/v1/slow", headers={"Accept-Language": "en"}, timeout=20
        )
    finally:
        funding.slow_seconds = 1.5
    assert (answer.status_code, answer.json()["code"]) == (504, "service-timeout")
    assert answer.json()["title"] == "This part of the platform did not answer in time"
    assert answer.json()["instance"] == "/api/funding/v1/slow"


@IN_FRONT
def test_without_the_gateway_nginx_says_so_as_a_problem(start_gateway):
    alone = start_gateway()
    alone.process.terminate()
    alone.process.wait(30)
    for answer in (
        requests.get(f"{alone.url}{QUOTES}", timeout=20),
        requests.post(f"{alone.url}/auth/logout", timeout=20),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, "service-unavailable")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.headers["Retry-After"] == "2"
        assert answer.headers["X-Request-Id"] == answer.json()["request_id"]


@IN_FRONT
def test_the_log_of_nginx_names_operations_and_no_address(gateway):
    requests.get(f"{gateway.url}{QUOTES}?code=320000-00000", timeout=20)
    requests.get(f"{gateway.url}/my/320000-00000", timeout=20)
    folder = gateway.log.parent / f"nginx-{gateway.port}"
    lines = (folder / "access.log").read_text()
    assert f'"route":"{QUOTES}"' in lines
    assert "320000-00000" not in lines + folder.with_suffix(".log").read_text()


@IN_FRONT
def test_decisions_are_kept_out_of_reach(gateway):
    gateway.signed_in().get(f"{gateway.url}{QUOTES}", timeout=20)
    folder = gateway.log.parent / f"nginx-{gateway.port}"
    assert (folder / "decisions").stat().st_mode & 0o077 == 0
    assert (folder / "nginx.conf").stat().st_mode & 0o077 == 0
