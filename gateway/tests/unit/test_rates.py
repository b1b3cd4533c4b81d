"""Whose requests are counted, and as what."""

import pytest
from ila_gateway.addresses import counted_as, from_front, networks, real_address
from ila_gateway.buckets import Drawn, Rate
from ila_gateway.callers import VISITOR
from ila_gateway.rates import Limits, Rates, TooManyRequests, told
from ila_gateway.tokens import Caller

PERSON = Caller("p1", session="s1")
MACHINE = Caller("svc:funding", scopes=frozenset({"act"}))
SECRET = "what nginx shows itself by in tests"
RATES = Rates(person=Rate(1, 10), client=Rate(1, 20), address=Rate(1, 30))


class FakeBuckets:
    """Counts down from what each rate holds."""

    def __init__(self):
        self.taken = {}

    def draw(self, name, rate, cost):
        self.taken[name] = self.taken.get(name, 0) + cost
        left = rate.burst - self.taken[name]
        return Drawn(left >= 0, max(left, 0), 0 if left > 0 else 7, self.taken[name])


@pytest.fixture
def buckets():
    return FakeBuckets()


@pytest.fixture
def limits(buckets):
    return Limits(buckets, RATES, networks("127.0.0.0/8, ::1"))


def test_a_person_is_one_however_many_sessions_and_scripts(limits, buckets):
    limits.check_caller({}, PERSON)
    limits.check_caller({}, Caller("p1", session="s2", by_cookie=True))
    limits.check_caller({}, MACHINE)
    limits.check_caller({}, VISITOR)
    assert buckets.taken == {"p p1": 2, "c svc:funding": 1}


def test_addresses_are_counted_but_for_the_portals(limits, buckets):
    for address in ("127.0.0.1", "::1", "::ffff:127.0.0.1", "", "nonsense"):
        limits.check_address({"REMOTE_ADDR": address})
    assert buckets.taken == {}
    limits.check_address({"REMOTE_ADDR": "192.0.2.1"})
    limits.check_address({"REMOTE_ADDR": "::ffff:192.0.2.1"})
    assert buckets.taken == {"a 192.0.2.1": 2}


def test_a_network_of_addresses_is_one_household():
    assert counted_as("2001:db8::1", ()) == counted_as("2001:db8::ffff:2", ()) == "2001:db8::/64"
    assert counted_as("2001:db8:0:1::1", ()) != counted_as("2001:db8::1", ())


def test_the_tightest_share_is_told(limits):
    environ = {"REMOTE_ADDR": "192.0.2.1"}
    assert told(environ) == []
    limits.check_address(environ)
    assert told(environ) == [("RateLimit-Policy", '"address";q=30;w=30'), ("RateLimit", '"address";r=29;t=1')]
    limits.check_caller(environ, PERSON)
    assert told(environ)[1] == ("RateLimit", '"person";r=9;t=1')


def test_who_has_nothing_left_is_told_when_to_come_back(limits):
    for _ in range(10):
        limits.check_caller({}, PERSON)
    environ = {}
    with pytest.raises(TooManyRequests) as refused:
        limits.check_caller(environ, PERSON)
    assert (refused.value.status, refused.value.facts) == (429, {"retry_after": 7})
    assert told(environ)[1][1].startswith('"person";r=0')


def test_a_costly_request_takes_more_of_every_share_and_a_free_one_nothing(limits, buckets):
    environ = {"REMOTE_ADDR": "192.0.2.1"}
    limits.check_address(environ, 10)
    limits.check_caller(environ, MACHINE, 10)
    assert buckets.taken == {"a 192.0.2.1": 10, "c svc:funding": 10}
    untold = {"REMOTE_ADDR": "192.0.2.2"}
    limits.check_address(untold, 0)
    assert (told(untold), "a 192.0.2.2" in buckets.taken) == ([], False)


@pytest.mark.parametrize(
    ("peer", "forwarded", "real"),
    [
        ("10.0.0.5", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.5", "203.0.113.9, 192.0.2.1", "192.0.2.1"),
        ("10.0.0.5", "192.0.2.1, nonsense", "10.0.0.5"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("192.0.2.7", "192.0.2.1", "192.0.2.7"),
    ],
)
def test_only_a_proxy_of_ours_says_where_a_request_came_from(peer, forwarded, real):
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    assert real_address(networks("10.0.0.0/8"), from_front(""))(environ) == real
    assert real_address((), from_front(""))(environ) == peer


def test_nginx_in_front_of_us_says_where_a_request_came_from_wherever_it_stands():
    find = real_address((), from_front(SECRET))
    for shown, found in ((SECRET, "192.0.2.1"), ("x" * 40, "198.51.100.7"), ("", "198.51.100.7")):
        environ = {"REMOTE_ADDR": "198.51.100.7", "HTTP_X_FORWARDED_FOR": "192.0.2.1", "HTTP_X_FRONT": shown}
        assert find(environ) == found
