"""Sessions in a real store."""

import json
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files

import pytest
from ila_gateway.outbox import Outbox
from ila_gateway.sessions import GRACE_SECONDS, SessionStore
from ila_gateway.store import connect
from ila_gateway.token_store import TokenStore
from ila_kit.ids import uuid7
from jsonschema import Draft202012Validator

pytestmark = pytest.mark.integration
ROLES = [{"role": "learner", "organisation": None}]
ANNA, OTHER = str(uuid7()), str(uuid7())


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


@pytest.fixture
def told(client):
    """What waits to be told; each of it as it is promised."""
    promised = files("ila_gateway.events") / "published" / "gateway.session_ended.v1.json"
    schema = Draft202012Validator(json.loads(promised.read_text()))

    def waiting():
        events = list(Outbox(client).waiting(1_000).values())
        for event in events:
            schema.validate(event.data)
        return events

    return waiting


def _begin(sessions, person=ANNA, acr="high"):
    return sessions.begin(person, "Anna", "Bērziņa", ROLES, acr)


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
    assert [seen.session.id for seen in sessions.of_person(ANNA)] == [session.id]
    assert client.ttl(name) <= 100


def test_an_ended_session_is_not_brought_back_by_new_roles(sessions):
    secret, session = _begin(sessions)
    assert sessions.update_roles(session, []).roles == []
    assert sessions.by_secret(secret).roles == []
    sessions.end(session.id, "logout")
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
    sessions.end(session.id, "logout")
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
    sessions.end(session.id, "logout")
    assert sessions.by_secret(secret) is sessions.by_secret(renewed) is None


def test_all_sessions_of_one_person_end_together(sessions):
    mine = [_begin(sessions)[0] for _ in range(3)]
    other, _ = _begin(sessions, OTHER)
    sessions.end_all(ANNA, "logout_everywhere")
    assert [sessions.by_secret(secret) for secret in mine] == [None, None, None]
    assert sessions.by_secret(other)


def test_one_of_many_refreshes_the_roles_after_each_change(sessions):
    _, session = _begin(sessions)
    assert [sessions.claims_refresh(session) for _ in range(3)] == [True, False, False]
    assert [sessions.claims_refresh(session, "a change") for _ in range(2)] == [True, False]


def test_each_change_of_a_person_has_a_mark_of_its_own(sessions):
    assert sessions.last_change(ANNA) == ""
    marks = set()
    for _ in range(3):
        sessions.note_change(ANNA)
        marks.add(sessions.last_change(ANNA))
    assert len(marks) == 3
    assert sessions.last_change(OTHER) == ""


def test_a_session_remembers_which_change_its_roles_are_from(sessions):
    secret, session = _begin(sessions)
    sessions.update_roles(session, [], "a change")
    assert sessions.by_secret(secret).heard == "a change"


def test_new_roles_do_not_undo_a_stronger_sign_in_that_came_between(sessions):
    _, session = _begin(sessions, acr="low")
    raised = sessions.step_up(session.id, "high", ROLES)
    sessions.update_roles(session, [])
    assert (sessions.by_secret(raised).acr, sessions.by_secret(raised).roles) == ("high", [])


def test_the_end_of_a_session_is_told_once_with_its_reason(sessions, told, clock):
    _, session = _begin(sessions)
    for _ in range(2):
        sessions.end(session.id, "logout")
    [event] = told()
    assert (event.type, event.source, event.subject) == ("gateway.session_ended.v1", "gateway", session.id)
    assert event.data == {
        "session_id": session.id,
        "person_id": ANNA,
        "reason": "logout",
        "ended_at": "2027-01-15T08:00:00.000000Z",
    }


def test_a_change_of_secret_is_no_end(sessions, told):
    _, session = _begin(sessions)
    sessions.step_up(session.id, "high", ROLES)
    sessions.update_roles(session, [])
    sessions.renew(session.id)
    assert told() == []


def test_the_sessions_of_a_disabled_person_end_and_a_later_one_stays(sessions, told, clock):
    before = [_begin(sessions)[0] for _ in range(2)]
    clock.now += 10
    later, _ = _begin(sessions)
    for _ in range(2):
        sessions.end_all(ANNA, "disabled", begun_before=clock.now)
    assert [sessions.by_secret(secret) for secret in before] == [None, None]
    assert sessions.by_secret(later)
    assert [event.data["reason"] for event in told()] == ["disabled", "disabled"]


def test_a_session_that_nobody_used_is_told_when_its_idle_time_is_over(sessions, told, client, clock):
    _begin(sessions)
    assert sessions.end_expired() == 0, "not yet"
    clock.now += 1_800
    assert sessions.end_expired() == 1, "it was used meanwhile, for all that is noted"
    assert (sessions.end_expired(), told()) == (0, [])
    client.delete(*client.keys("s:*"))
    clock.now += 1_800
    assert sessions.end_expired() == 1
    assert [event.data["reason"] for event in told()] == ["idle"]
    assert sessions.end_expired() == 0
    assert client.keys("[ise]:*") == [], "nothing is left of it"


def test_a_session_that_is_too_old_is_told_however_busy(sessions, told, clock):
    secret, _ = _begin(sessions)
    clock.now += 43_199
    assert sessions.by_secret(secret)
    assert sessions.end_expired() == 1
    clock.now += 1
    assert sessions.end_expired() == 1
    assert [event.data["reason"] for event in told()] == ["longest_life"]
    assert sessions.end_expired() == 0


def test_of_two_who_look_at_a_dead_session_one_tells(client, clock, told):
    pair = [SessionStore(client, idle_seconds=1_800, longest_seconds=43_200, clock=clock) for _ in range(2)]
    for _ in range(50):
        _begin(pair[0])
    client.delete(*client.keys("s:*"))
    clock.now += 1_800
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: [one.end_expired() for _ in range(3)], pair))
    assert len(told()) == len({event.subject for event in told()}) == 50


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
