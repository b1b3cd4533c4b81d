"""An ailing neighbour, over real sockets: it is left alone, and takes no more than its share."""

import socket
import threading
from contextlib import closing, contextmanager, suppress

import pytest
from ila_gateway.breaker import Breaker
from ila_gateway.guard import Guarded, ServiceBusy
from ila_gateway.upstream import Request, ServiceDown, ServiceTimeout, Upstream

LARGE = 200_000


class Neighbour:
    """Listens; answers each connection's one request as it is told to, and counts."""

    def __init__(self, listener):
        self.listener = listener
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.asked = 0
        self.silent = False
        self.length = 2
        self.kept_back = 0
        self.released = threading.Event()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.talk, args=[connection], daemon=True).start()

    def talk(self, connection):
        with connection, suppress(ConnectionError):
            while connection.recv(65_536):
                self.asked += 1
                if self.silent:
                    self.released.wait(10)
                    return
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self.length)
                connection.sendall(b"x" * (self.length - self.kept_back))
                if self.kept_back:
                    return


@contextmanager
def listening():
    listener = socket.create_server(("127.0.0.1", 0))
    neighbour = Neighbour(listener)
    thread = threading.Thread(target=neighbour.serve, daemon=True)
    thread.start()
    yield neighbour
    neighbour.released.set()
    listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    listener.close()


@pytest.fixture
def neighbour():
    with listening() as one:
        yield one


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def guarded(neighbour, clock):
    with closing(Upstream("funding", neighbour.url, 1, 0.2)) as upstream:
        yield Guarded(upstream, Breaker(3, 1, clock), at_once=2, passing=0)


def ask(guarded):
    return guarded.exchange(Request("GET", "/x", repeatable=True))


def test_a_neighbour_that_is_late_again_and_again_is_left_alone_until_it_answers(guarded, neighbour, clock):
    neighbour.silent = True
    for _ in range(3):
        with pytest.raises(ServiceTimeout):
            ask(guarded)
    before = neighbour.asked
    with pytest.raises(ServiceDown):
        ask(guarded)
    assert neighbour.asked == before, "nobody waits for its silence any more"
    neighbour.silent, clock.now = False, 1
    assert ask(guarded).whole() == b"xx"
    assert ask(guarded).whole() == b"xx"


@pytest.mark.parametrize("length", [2, LARGE], ids=["at once", "in pieces"])
def test_a_neighbour_that_breaks_off_again_and_again_is_left_alone(guarded, neighbour, clock, length):
    neighbour.length, neighbour.kept_back = length, 1
    for _ in range(3):
        with pytest.raises(ServiceDown):
            b"".join(ask(guarded).body())
    assert guarded.rests()
    neighbour.kept_back, clock.now = 0, 1
    assert len(b"".join(ask(guarded).body())) == length
    assert not guarded.rests()


def test_a_client_that_leaves_in_the_middle_is_no_fault_of_the_neighbour(guarded, neighbour):
    neighbour.length = LARGE
    for _ in range(4):
        ask(guarded).body().close()
    assert not guarded.rests()


def test_a_neighbour_has_only_so_many_requests_at_once_until_they_are_read(guarded, neighbour):
    neighbour.length = LARGE
    first, second = ask(guarded), ask(guarded)
    with pytest.raises(ServiceBusy):
        ask(guarded)
    assert len(b"".join(first.body())) == LARGE
    third = ask(guarded)
    with pytest.raises(ServiceBusy):
        ask(guarded)
    second.body().close()
    third.body().close()
    for _ in range(5):
        assert len(ask(guarded).whole()) == LARGE


def test_a_refusal_or_a_fault_gives_its_place_back(guarded, neighbour):
    neighbour.silent = True
    for _ in range(2):
        with pytest.raises(ServiceTimeout):
            ask(guarded)
    neighbour.silent = False
    assert ask(guarded).whole() == b"xx"


def test_one_ailing_neighbour_does_not_ail_another(guarded, neighbour):
    neighbour.silent = True
    for _ in range(3):
        with pytest.raises(ServiceTimeout):
            ask(guarded)
    with listening() as other, closing(Upstream("identity", other.url, 1, 1)) as upstream:
        assert ask(Guarded(upstream, Breaker(3, 1), at_once=2, passing=0)).whole() == b"xx"
