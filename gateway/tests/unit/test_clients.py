"""Machine clients: those of our file, those that identity tells of, and what holds while it is away."""

import json
from datetime import UTC, datetime

import pytest
from ila_gateway.client_cache import Told
from ila_gateway.clients import CLI, FRESH_SECONDS, Clients, CommandLine, LivingTokens, Machine, machines
from ila_gateway.upstream import ServiceDown, ServiceTimeout
from joserfc.jwk import ECKey

NOW = 1_800_000_000.0
NAME = "registry:licences"


def public(**parameters):
    key = ECKey.generate_key("P-256", parameters or None, private=True)
    return key.as_dict(private=False)


def at(seconds):
    return datetime.fromtimestamp(NOW + seconds, UTC).isoformat().replace("+00:00", "Z")


def told(*keys, client_id=NAME, scopes=("registers.licences",)):
    rows = [{"jwk": jwk, "ends_at": ends_at} for jwk, ends_at in keys or [(public(kid="1"), None)]]
    return {"client_id": client_id, "scopes": list(scopes), "keys": rows}


class FakeIdentity:
    """Answers as it is told to, and counts."""

    def __init__(self):
        self.answer, self.asked = (200, told()), []

    def call(self, method, path, body=b""):
        self.asked.append(path)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


class FakeCache:
    """Keeps rows with the time of a clock that a test sets."""

    def __init__(self):
        self.rows, self.now = {}, NOW

    def find(self, client_id):
        row, kept_at, seconds = self.rows.get(client_id, (None, 0, 0))
        age = self.now - kept_at
        return Told(row, age) if age < seconds else None

    def keep(self, client_id, row, seconds):
        self.rows[client_id] = (row, self.now, seconds)


@pytest.fixture
def identity():
    return FakeIdentity()


@pytest.fixture
def cache():
    return FakeCache()


@pytest.fixture
def clients(identity, cache):
    own = Machine("svc:funding", frozenset({"identity.bank_accounts"}), ())
    return Clients([own], identity, cache)


def test_our_own_clients_need_no_identity(clients, identity):
    assert clients.find("svc:funding").scopes == {"identity.bank_accounts"}
    assert isinstance(clients.find(CLI), CommandLine)
    assert identity.asked == []


@pytest.mark.parametrize(
    "name", ["", "x", "svc:", "svc:A", "svc:a/../b", "svc:ab?x", "svc:ab\n", "registry:" + "a" * 50, "svc:é"]
)
def test_a_name_that_nobody_can_have_is_not_even_asked_for(clients, identity, name):
    assert clients.find(name) is None
    assert identity.asked == []


def test_what_identity_tells_is_believed_for_a_short_time(clients, identity, cache):
    assert clients.find(NAME).scopes == {"registers.licences"}
    identity.answer = (200, told(scopes=["registers.viis"]))
    cache.now += FRESH_SECONDS - 1
    assert clients.find(NAME).scopes == {"registers.licences"}
    cache.now += 1
    assert clients.find(NAME).scopes == {"registers.viis"}
    assert identity.asked == ["/machine-clients/registry%3Alicences"] * 2


def test_a_client_that_is_gone_is_gone_and_asked_for_rarely(clients, identity, cache):
    clients.find(NAME)
    identity.answer = (404, None)
    cache.now += FRESH_SECONDS
    assert [clients.find(NAME) for _ in range(5)] == [None] * 5
    assert len(identity.asked) == 2


@pytest.mark.parametrize("fault", [ServiceDown(service="identity"), ServiceTimeout("identity"), (500, None)])
def test_while_identity_is_away_the_known_go_on_and_of_others_nobody_can_tell(
    clients, identity, cache, fault
):
    clients.find(NAME)
    cache.now += FRESH_SECONDS + 300
    identity.answer = fault
    assert clients.find(NAME).scopes == {"registers.licences"}
    with pytest.raises((ServiceDown, ServiceTimeout)):
        clients.find("svc:reports")


def test_who_was_unknown_before_identity_went_away_is_not_called_unknown_for_long(clients, identity, cache):
    identity.answer = (404, None)
    assert clients.find(NAME) is None
    identity.answer = ServiceDown(service="identity")
    cache.now += FRESH_SECONDS
    with pytest.raises(ServiceDown):
        clients.find(NAME)


@pytest.mark.parametrize(
    "row", [{}, [], "x", {"client_id": NAME}, told((public(), "soon")), told(({"kty": "EC"}, None))]
)
def test_an_answer_that_makes_no_sense_lets_nobody_in(clients, identity, row):
    identity.answer = (200, row)
    with pytest.raises(ServiceDown):
        clients.find(NAME)


def test_two_keys_count_until_the_end_of_the_one_before(clients, identity):
    identity.answer = (200, told((public(kid="old"), at(60)), (public(kid="new"), None)))
    machine = clients.find(NAME)
    assert [key.kid for key in machine.keys_at(NOW + 59)] == ["old", "new"]
    assert [key.kid for key in machine.keys_at(NOW + 60)] == ["new"]


def test_a_file_may_name_two_keys_as_well(tmp_path):
    keys = [public(kid="old") | {"ends_at": at(60), "use": "sig", "alg": "ES256"}, public(kid="new")]
    (tmp_path / "c.json").write_text(
        json.dumps([{"client_id": "svc:funding", "scopes": ["act"], "jwks": {"keys": keys}}])
    )
    machine = machines(tmp_path / "c.json")[0]
    assert [key.kid for key in machine.keys_at(NOW + 59)] == ["old", "new"]
    assert [key.kid for key in machine.keys_at(NOW + 60)] == ["new"]


def test_a_file_with_a_private_key_is_refused(tmp_path):
    private = ECKey.generate_key("P-256", private=True).as_dict(private=True)
    row = {"client_id": "svc:funding", "scopes": [], "jwks": {"keys": [private]}}
    (tmp_path / "c.json").write_text(json.dumps([row]))
    with pytest.raises(ValueError, match="private"):
        machines(tmp_path / "c.json")


class FakeStore:
    """One token in a store that answers like Valkey's client."""

    def __init__(self, **facts):
        self.packed = json.dumps({"iat": int(NOW), "exp": int(NOW) + 60} | facts)

    def get(self, _):
        return self.packed


def living(clients, **facts):
    return LivingTokens(FakeStore(**facts), clients, lambda: NOW).find("ila_m_x")


def test_a_scope_that_a_machine_lost_counts_no_more_for_its_tokens(clients, identity, cache):
    facts = {"client_id": NAME, "scope": "registers.licences registers.viis"}
    assert living(clients, **facts)["scope"] == "registers.licences"
    identity.answer = (404, None)
    cache.now += FRESH_SECONDS
    assert living(clients, **facts) is None, "suspended, or gone"


def test_a_token_gets_no_scope_that_its_client_has_now_and_it_was_not_given(clients, identity):
    identity.answer = (200, told(scopes=["registers.licences", "registers.viis"]))
    assert living(clients, client_id=NAME, scope="registers.viis")["scope"] == "registers.viis"


def test_while_identity_is_away_a_token_ends_its_minute(clients, identity):
    identity.answer = ServiceDown(service="identity")
    assert living(clients, client_id=NAME, scope="registers.viis")["scope"] == "registers.viis"


def test_a_persons_token_is_nobodys_but_the_sessions(clients, identity):
    assert living(clients, client_id=CLI, scope="", sid="s1")["sid"] == "s1"
    assert identity.asked == []
