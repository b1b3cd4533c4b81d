"""Sessions in a real store."""

import pytest
from ila_gateway.sessions import GRACE_SECONDS, SessionStore
from ila_gateway.store import connect
from ila_gateway.token_store import TokenStore

pytestmark = pytest.mark.integration
ROLES = [{"role": "learner", "organisation": None}]


class Clock:
    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def client(store):
    client = connect(store.url.replace("/0", "/5"))
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def sessions(client, clock):
    return SessionStore(client, idle_seconds=1_800, longest_seconds=43_200, clock=clock)


def _begin(sessions, person="p1"):
    return sessions.begin(person, "Anna", "Bērziņa", ROLES, "high")


def test_the_store_never_sees_a_secret(sessions, client):
    secret, session = _begin(sessions)
    assert len(secret) >= 43
    kept = [text for key in client.keys("*") for text in (key, str(client.dump(key)))]
    assert not any(secret in text for text in kept)
    assert sessions.by_secret(secret) == session
    assert sessions.by_id(session.id) == session


def test_a_session_ends_after_its_longest_life_however_busy(sessions, clock):
    secret, session = _begin(sessions)
    clock.now += 43_199
    assert sessions.by_secret(secret)
    clock.now += 1
    assert sessions.by_secret(secret) is None
    assert sessions.by_id(session.id) is None


def test_a_session_without_requests_ends_by_itself(sessions, client):
    secret, session = _begin(sessions)
    name = next(key for key in client.keys("s:*"))
    assert 1_790 < client.ttl(name) <= 1_800
    client.expire(name, 100)
    sessions.by_secret(secret)
    assert client.ttl(name) > 1_790
    client.delete(name)
    assert sessions.by_secret(secret) is None
    assert sessions.of_person(session.person) == []


def test_looking_at_sessions_does_not_keep_them_alive(sessions, client):
    _, session = _begin(sessions)
    name = next(key for key in client.keys("s:*"))
    client.expire(name, 100)
    assert sessions.lives(session.id)
    assert [seen.session.id for seen in sessions.of_person("p1")] == [session.id]
    assert client.ttl(name) <= 100


def test_an_ended_session_is_not_brought_back_by_new_roles(sessions):
    secret, session = _begin(sessions)
    assert sessions.update_roles(session, []).roles == []
    assert sessions.by_secret(secret).roles == []
    sessions.end(session.id)
    sessions.update_roles(session, ROLES)
    assert sessions.by_secret(secret) is None
    assert not sessions.lives(session.id)


def test_a_stronger_sign_in_gives_a_new_secret_and_the_old_one_is_dead_at_once(sessions, client):
    secret, session = _begin(sessions)
    client.expire(f"i:{session.id}", 1_000)
    renewed = sessions.step_up(session.id, "high", [*ROLES, *ROLES])
    assert sessions.by_secret(secret) is None
    raised = sessions.by_secret(renewed)
    assert (raised.id, raised.csrf, raised.ends_at) == (session.id, session.csrf, session.ends_at)
    assert len(raised.roles) == 2
    assert client.ttl(f"i:{session.id}") <= 1_000, "a stronger sign-in makes no longer session"
    sessions.end(session.id)
    assert sessions.by_secret(renewed) is None
    assert sessions.step_up(session.id, "high", ROLES) is None


def test_other_roles_give_a_new_secret_once_and_the_old_one_a_moment(sessions, client):
    secret, session = _begin(sessions)
    assert sessions.renew(session.id) is None
    sessions.update_roles(session, ROLES)
    assert sessions.renew(session.id) is None, "the same roles are no change"
    sessions.update_roles(session, [])
    renewed = sessions.renew(session.id)
    assert sessions.renew(session.id) is None
    assert sessions.by_secret(renewed) == sessions.by_secret(secret)
    (moved,) = client.keys("m:*")
    assert 0 < client.ttl(moved) <= GRACE_SECONDS
    client.delete(moved)
    assert sessions.by_secret(secret) is None
    assert sessions.by_secret(renewed).roles == []


def test_a_secret_that_moved_dies_with_its_session(sessions):
    secret, session = _begin(sessions)
    sessions.update_roles(session, [])
    renewed = sessions.renew(session.id)
    sessions.end(session.id)
    assert sessions.by_secret(secret) is sessions.by_secret(renewed) is None


def test_all_sessions_of_one_person_end_together(sessions):
    mine = [_begin(sessions)[0] for _ in range(3)]
    other, _ = _begin(sessions, "p2")
    sessions.end_all("p1")
    assert [sessions.by_secret(secret) for secret in mine] == [None, None, None]
    assert sessions.by_secret(other)


def test_one_of_many_refreshes_the_roles(sessions):
    _, session = _begin(sessions)
    assert [sessions.claims_refresh(session) for _ in range(3)] == [True, False, False]


def test_codes_and_assertions_count_once(client, clock):
    tokens = TokenStore(client, clock)
    tokens.keep_code("c1", 60, session="s1")
    assert tokens.spend_code("c1") == {"session": "s1"}
    assert tokens.spend_code("c1") is None
    assert tokens.first_use("svc:funding", "j1", 60)
    assert not tokens.first_use("svc:funding", "j1", 60)
    assert tokens.first_use("svc:catalog", "j1", 60)


def test_a_token_is_dead_at_its_end(client, clock):
    tokens = TokenStore(client, clock)
    tokens.keep("t1", 60, client_id="svc:funding", scope="")
    assert tokens.find("t1")["client_id"] == "svc:funding"
    clock.now += 60
    assert tokens.find("t1") is None
