"""Who is let in at an operation, and what everybody else is told."""

import pytest
from ila_gateway.callers import VISITOR, CsrfFailed
from ila_gateway.decisions import Decisions, admitted
from ila_gateway.rates import TooManyRequests
from ila_gateway.routes import Route
from ila_gateway.tokens import Caller
from ila_kit.errors import Denied, DomainError
from ila_kit.web.access import AssuranceTooLow
from ila_kit.web.problems import BadRequest

WEAK, STRONG = Caller("p1", acr="substantial", session="s1"), Caller("p1", acr="high", session="s1")
MACHINE = Caller("svc:funding", scopes=frozenset({"identity.facts"}))
OTHER_MACHINE = Caller("svc:catalog", scopes=frozenset({"registers.viis_addresses"}))


class Known:
    """Tells who calls; writes of who is tricked do not pass."""

    def __init__(self, caller, tricked=False):
        self.caller, self.tricked = caller, tricked

    def of(self, environ):
        return self.caller

    def check_write(self, environ, caller):
        if self.tricked:
            raise CsrfFailed


class Counting:
    """Counts what is taken; nobody who has nothing left is let in."""

    def __init__(self, left=100):
        self.left = left

    def check_caller(self, environ, caller, cost):
        if self.left < cost:
            raise TooManyRequests(1)
        self.left -= cost


def route(callers="signed-in", scope=None, assurance="low", cost=1):
    return Route(
        method="GET",
        template="/api/funding/v1/x",
        neighbour="funding",
        audience="funding",
        callers=callers,
        scope=scope,
        assurance=assurance,
        cost=cost,
        body_bytes=1,
        upload_bytes=1,
        seconds=1,
    )


def told(caller, asked, limits=None, tricked=False):
    """Return the refusal of a caller, or nothing."""
    environ = {}
    try:
        let_in = Decisions(Known(caller, tricked), limits or Counting()).admit(environ, asked)
    except DomainError as refused:
        return refused
    assert let_in is admitted(environ) is caller
    return None


@pytest.mark.parametrize("caller", [VISITOR, WEAK, MACHINE])
def test_everybody_is_let_in_where_everybody_may_look(caller):
    assert told(caller, route(callers="public")) is None


def test_a_visitor_is_asked_to_sign_in_elsewhere():
    refused = told(VISITOR, route())
    assert isinstance(refused, BadRequest)
    assert (refused.status, refused.code) == (401, "unauthenticated")
    assert told(WEAK, route()) is None


@pytest.mark.parametrize("caller", [WEAK, STRONG, OTHER_MACHINE])
def test_an_operation_for_machines_wants_their_scope(caller):
    refused = told(caller, route(scope="identity.facts"))
    assert (type(refused), refused.code) == (Denied, "forbidden")
    assert told(MACHINE, route(scope="identity.facts")) is None


def test_who_signed_in_too_weakly_is_told_which_assurance_is_needed():
    refused = told(WEAK, route(assurance="high"))
    assert isinstance(refused, AssuranceTooLow)
    assert refused.facts == {"needed": "high"}
    assert told(WEAK, route(assurance="substantial")) is None
    assert told(STRONG, route(assurance="high")) is None


def test_a_machine_is_not_told_to_sign_in_more_strongly():
    refused = told(MACHINE, route(assurance="high"))
    assert (type(refused), refused.code) == (Denied, "forbidden")


def test_a_costly_operation_takes_more_of_a_share():
    limits = Counting(left=15)
    assert told(WEAK, route(cost=10), limits) is None
    assert isinstance(told(WEAK, route(cost=10), limits), TooManyRequests)
    assert told(WEAK, route(), limits) is None


def test_refusals_come_in_one_order():
    """Known first, then the share, then the page a write came from, then the right to it."""
    act = route(assurance="high")
    assert told(VISITOR, act, Counting(left=0), tricked=True).code == "unauthenticated"
    assert told(WEAK, act, Counting(left=0), tricked=True).code == "too-many-requests"
    assert told(WEAK, act, tricked=True).code == "csrf-failed"
    assert told(WEAK, act).code == "assurance-too-low"


def test_who_is_refused_takes_of_the_share_all_the_same():
    limits = Counting(left=1)
    assert told(WEAK, route(assurance="high"), limits).code == "assurance-too-low"
    assert told(WEAK, route(assurance="high"), limits).code == "too-many-requests"
