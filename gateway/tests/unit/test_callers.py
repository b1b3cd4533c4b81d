"""Who makes a request, and how soon a change of it counts."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest
from ila_gateway.callers import (
    BELIEVED_SECONDS,
    ROLES_SECONDS,
    VISITOR,
    Callers,
    CsrfFailed,
    is_local_path,
    reaches,
)
from ila_gateway.people import Standing
from ila_gateway.session import Session
from ila_gateway.sessions import REFRESH_SECONDS
from ila_gateway.store import SessionsUnavailable
from ila_gateway.upstream import ServiceDown

LEARNER = [{"role": "learner", "organisation": None}]
AUDITOR = [{"role": "auditor", "organisation": None}]


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


class FakeSessions:
    """One session, in memory."""

    def __init__(self):
        self.session = Session(
            id="s1",
            person="p1",
            given_name="A",
            family_name="B",
            roles=LEARNER,
            acr="high",
            csrf="proof",
            created_at=1_000,
            ends_at=99_999,
            roles_at=1_000,
        )
        self.asked = 0
        self.refresher = True
        self.change = ""

    def by_secret(self, secret):
        self.asked += 1
        return self.session if secret == "good" else None

    def claims_refresh(self, session, heard):
        return self.refresher

    def last_change(self, person):
        return self.change

    def update_roles(self, session, roles, heard):
        changed = roles != self.session.roles
        self.session = replace(session, roles=roles, roles_at=2_000, roles_changed=changed, heard=heard)
        return self.session

    def by_id(self, session_id):
        return self.session

    def renew(self, session_id):
        return "renewed"

    def end_all(self, person, reason):
        assert reason == "disabled"
        self.session = None


class SlowSessions(FakeSessions):
    """A store that answers when it is told to."""

    def __init__(self):
        super().__init__()
        self.told = Event()

    def by_secret(self, secret):
        found = super().by_secret(secret)
        assert self.told.wait(30)
        if found is None:
            raise SessionsUnavailable
        return found


class FakePeople:
    def __init__(self):
        self.answer = Standing("p1", AUDITOR)
        self.asked = 0

    def standing(self, person):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sessions():
    return FakeSessions()


@pytest.fixture
def people():
    return FakePeople()


@pytest.fixture
def callers(sessions, people, clock):
    return Callers(sessions, None, people, "ila_session", "https://ila.example", clock)


BROWSER = {"HTTP_COOKIE": "ila_session=good", "REQUEST_METHOD": "GET"}


def test_a_cookie_that_is_no_session_makes_a_visitor(callers):
    assert callers.of({"HTTP_COOKIE": "ila_session=bad"}) is VISITOR
    assert callers.of({}) is VISITOR


def test_the_store_is_believed_for_two_seconds(callers, sessions, clock):
    assert callers.of(BROWSER).subject == "p1"
    assert callers.of(BROWSER).subject == "p1"
    assert sessions.asked == 1
    sessions.session = None
    clock.now += 2.1
    assert callers.of(BROWSER) is VISITOR


def test_a_crowd_with_one_secret_asks_the_store_once(people, clock):
    sessions = SlowSessions()
    callers = Callers(sessions, None, people, "ila_session", "https://ila.example", clock)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(callers.of, BROWSER)
        while not sessions.asked:
            pass
        second = pool.submit(callers.of, BROWSER)
        sessions.told.set()
        assert first.result().subject == second.result().subject == "p1"
    assert sessions.asked == 1


def test_a_store_that_is_away_is_asked_again_by_the_next(people, clock):
    sessions = SlowSessions()
    sessions.told.set()
    callers = Callers(sessions, None, people, "ila_session", "https://ila.example", clock)
    stranger = BROWSER | {"HTTP_COOKIE": "ila_session=bad"}
    for count in (1, 2):
        with pytest.raises(SessionsUnavailable):
            callers.of(stranger)
        assert sessions.asked == count


def test_roles_are_read_again_at_the_first_request_after_a_change_was_heard_of(
    callers, sessions, people, clock
):
    assert callers.of(BROWSER).roles == tuple(LEARNER)
    sessions.change = "a change"
    clock.now += 2.1
    assert callers.of(BROWSER).roles == tuple(AUDITOR)
    clock.now += 2.1
    callers.of(BROWSER)
    assert people.asked == 1, "once for each change"
    sessions.change = "another change"
    clock.now += 2.1
    callers.of(BROWSER)
    assert people.asked == 2


def test_a_change_counts_for_a_script_as_well(sessions, people, clock):
    class Tokens:
        def find(self, token):
            return {"sid": "s1", "acr": "high"}

    callers = Callers(sessions, Tokens(), people, "ila_session", "https://ila.example", clock)
    script = {"HTTP_AUTHORIZATION": "Bearer ila_p_x"}
    assert callers.of(script).roles == tuple(LEARNER)
    sessions.change = "a change"
    clock.now += 2.1
    assert callers.of(script).roles == tuple(AUDITOR)


def test_without_events_roles_are_read_again_within_a_minute(callers, clock):
    assert callers.of(BROWSER).roles == tuple(LEARNER)
    clock.now += ROLES_SECONDS + 0.1
    assert callers.of(BROWSER).roles == tuple(AUDITOR)
    # What was believed a moment before, and one who asked in vain, add to it.
    assert ROLES_SECONDS + BELIEVED_SECONDS + REFRESH_SECONDS < 60


def test_a_change_is_not_forgotten_while_identity_is_down(callers, sessions, people, clock):
    people.answer, sessions.change = ServiceDown(service="identity"), "a change"
    assert callers.of(BROWSER).roles == tuple(LEARNER)
    people.answer = Standing("p1", AUDITOR)
    clock.now += 2.1
    assert callers.of(BROWSER).roles == tuple(AUDITOR)


def test_only_one_of_many_requests_reads_them(callers, sessions, clock):
    sessions.refresher = False
    clock.now += ROLES_SECONDS + 0.1
    assert callers.of(BROWSER).roles == tuple(LEARNER)


def test_a_disabled_person_is_out(callers, people, sessions, clock):
    people.answer = Standing("p1", [], disabled=True)
    clock.now += ROLES_SECONDS + 0.1
    assert callers.of(BROWSER) is VISITOR
    assert sessions.session is None


def test_while_identity_is_down_known_sessions_go_on_with_what_they_have(callers, people, clock):
    people.answer = ServiceDown(service="identity")
    clock.now += ROLES_SECONDS + 0.1
    assert callers.of(BROWSER).roles == tuple(LEARNER)


def test_a_browser_gets_a_new_secret_after_its_roles_changed(callers, clock):
    assert callers.renewed(BROWSER) is None
    clock.now += ROLES_SECONDS + 0.1
    assert callers.of(BROWSER).renew
    assert callers.renewed(BROWSER) == "renewed"


def test_pages_go_on_when_the_store_is_away(callers, sessions):
    def away(_):
        raise SessionsUnavailable

    sessions.by_secret = away
    assert callers.renewed(BROWSER) is None


@pytest.mark.parametrize(("kept", "counts"), [("low", "low"), ("high", "substantial"), (None, "low")])
def test_a_script_has_the_assurance_it_was_let_in_with_and_no_more_than_its_session(
    sessions, people, clock, kept, counts
):
    class Tokens:
        def find(self, token):
            return {"sid": "s1"} | ({"acr": kept} if kept else {})

    sessions.session = replace(sessions.session, acr="substantial")
    callers = Callers(sessions, Tokens(), people, "ila_session", "https://ila.example", clock)
    assert callers.of({"HTTP_AUTHORIZATION": "Bearer ila_p_x"}).acr == counts


def test_assurance_has_an_order():
    assert reaches("high", "substantial")
    assert reaches("substantial", "substantial")
    assert not reaches("low", "substantial")


@pytest.mark.parametrize(
    "proof",
    [{"HTTP_X_CSRF_TOKEN": "proof"}, {"HTTP_ORIGIN": "https://ila.example"}],
)
def test_a_write_passes_with_a_proof(callers, proof):
    environ = BROWSER | {"REQUEST_METHOD": "POST"} | proof
    callers.check_write(environ, callers.of(environ))


@pytest.mark.parametrize(
    "proof",
    [
        {},
        {"HTTP_X_CSRF_TOKEN": ""},
        {"HTTP_X_CSRF_TOKEN": "other"},
        {"HTTP_X_CSRF_TOKEN": "\xff"},
        {"HTTP_ORIGIN": "null"},
        {"HTTP_ORIGIN": "http://ila.example"},
        {"HTTP_ORIGIN": "https://ila.example.evil"},
        {"HTTP_ORIGIN": "https://evil.example", "HTTP_X_CSRF_TOKEN": "proof"},
    ],
)
def test_a_write_without_one_does_not(callers, proof):
    environ = BROWSER | {"REQUEST_METHOD": "DELETE"} | proof
    with pytest.raises(CsrfFailed):
        callers.check_write(environ, callers.of(environ))


@pytest.mark.parametrize("path", ["/", "/a?b=c", "/oauth/authorize?redirect_uri=http%3A%2F%2F127.0.0.1"])
def test_local_paths_are_local(path):
    assert is_local_path(path)


@pytest.mark.parametrize("path", ["", "a", "//x", "/\\x", "/a\\b", "https://x/", "/a\nb", "/\t/x", "///x"])
def test_other_addresses_are_not(path):
    assert not is_local_path(path)
