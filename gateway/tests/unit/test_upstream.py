"""A neighbour's faults, as the gateway tells them."""

import io
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress

import pytest
from ila_gateway.bodies import Body
from ila_gateway.upstream import IDLE_SECONDS, Request, ServiceDown, ServiceTimeout, Upstream

GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@contextmanager
def neighbour(*answers):
    """Listen, and give each connection its answers: one for each request on it."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with suppress(OSError):
            for of_connection in answers:
                connection, _ = listener.accept()
                with connection:
                    talk(connection, of_connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    thread.join(5)
    listener.close()


def talk(connection, answers):
    """Give each request its answer; None is silence until the other side goes away."""
    for answer in answers:
        if not connection.recv(65_536):
            return
        if answer is None:
            connection.recv(1)
            return
        connection.sendall(answer)


@pytest.fixture
def stack():
    """Take charge of a neighbour's connections."""
    with ExitStack() as held:
        yield lambda upstream: held.enter_context(closing(upstream))


def get(upstream, repeatable=True):
    return upstream.exchange(Request("GET", "/x", repeatable=repeatable))


def test_a_short_answer_frees_its_connection_for_the_next(stack):
    with neighbour([GOOD, GOOD]) as url:
        upstream = stack(Upstream("funding", url, 1, 1))
        assert get(upstream).whole() == b"ok"
        assert get(upstream).whole() == b"ok"


def test_interim_answers_are_passed_over(stack):
    with neighbour([b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + GOOD]) as url:
        assert get(stack(Upstream("funding", url, 1, 1))).whole() == b"ok"


def test_an_answer_in_chunks_is_put_together(stack):
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = b"3;name=value\r\nabc\r\n0a\r\n0123456789\r\n0\r\nX-Trailer: never\r\n\r\n"
    with neighbour([head + chunks, GOOD]) as url:
        upstream = stack(Upstream("funding", url, 1, 1))
        assert b"".join(get(upstream).body()) == b"abc0123456789"
        assert get(upstream).whole() == b"ok"


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified"])
def test_an_answer_without_a_body_ends_with_its_head(stack, status):
    bodiless = f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\n".encode()
    with neighbour([bodiless, GOOD]) as url:
        upstream = stack(Upstream("funding", url, 1, 1))
        assert get(upstream).whole() == b""
        assert get(upstream).whole() == b"ok"


def test_what_follows_an_answer_is_not_taken_for_the_next(stack):
    foreign = GOOD.replace(b"ok", b"no")
    with neighbour([GOOD + foreign], [GOOD]) as url:
        upstream = stack(Upstream("funding", url, 1, 1))
        assert get(upstream).whole() == b"ok"
        assert get(upstream).whole() == b"ok"


def test_an_answer_of_the_old_protocol_takes_its_connection_with_it(stack):
    with neighbour([GOOD.replace(b"1.1", b"1.0")], [GOOD]) as url:
        upstream = stack(Upstream("funding", url, 1, 1))
        assert get(upstream).whole() == b"ok"
        assert get(upstream).whole() == b"ok"


def test_an_old_connection_is_not_used_again(stack):
    now = [0.0]
    with neighbour([GOOD], [GOOD]) as url:
        upstream = stack(Upstream("funding", url, 1, 1, clock=lambda: now[0]))
        get(upstream).whole()
        now[0] += IDLE_SECONDS
        assert get(upstream).whole() == b"ok"


def test_what_may_be_repeated_is_sent_again_once_when_a_process_of_the_neighbour_dies(stack):
    """Also on a fresh connection: the listener lives on, and another process takes the next one."""
    with neighbour([b""], [GOOD]) as url:
        assert get(stack(Upstream("funding", url, 1, 1))).whole() == b"ok"
    with neighbour([b""], [GOOD]) as url, pytest.raises(ServiceDown):
        get(stack(Upstream("funding", url, 1, 1)), repeatable=False)
    with neighbour([b""], [b""], [GOOD]) as url, pytest.raises(ServiceDown):
        get(stack(Upstream("funding", url, 1, 1)))


def test_an_answer_that_is_given_up_takes_its_connection_with_it(stack):
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    with neighbour([head + b"x" * 50_000], [GOOD]) as url:
        upstream = stack(Upstream("funding", url, 1, 1))
        ends = []
        answer = get(upstream)
        answer.at_end(lambda: ends.append(1))
        body = answer.body()
        body.close()
        body.close()
        assert ends == [1]
        assert get(upstream).whole() == b"ok"


def test_a_neighbour_that_is_silent_times_out():
    with neighbour([None]) as url, pytest.raises(ServiceTimeout) as refused:
        get(Upstream("funding", url, 1, 0.2))
    assert (refused.value.code, refused.value.status) == ("service-timeout", 504)


def test_a_neighbour_that_is_not_there_is_down():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with pytest.raises(ServiceDown):
        get(Upstream("funding", url, 1, 1))


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"nonsense\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n folded: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxy\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n",
        b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok",
        b"HTTP/1.1 200 OK\r\nX-A: a\nX-B: b\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 +20 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/2 200 OK\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: a\r\n" * 300 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 70_000,
    ],
)
def test_a_garbled_or_broken_answer_is_none(answer):
    with neighbour([answer], [answer]) as url, pytest.raises(ServiceDown):
        get(Upstream("funding", url, 1, 1)).whole()


def test_a_large_answer_that_breaks_off_is_not_taken_for_whole():
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    with neighbour([head + b"x" * 50_000]) as url:
        answer = get(Upstream("funding", url, 1, 1))
        with pytest.raises(ServiceDown):
            list(answer.body())


def test_an_answer_without_a_length_ends_with_its_connection(stack):
    with neighbour([b"HTTP/1.1 200 OK\r\n\r\nall of it"], [GOOD]) as url:
        upstream = stack(Upstream("funding", url, 1, 1))
        assert b"".join(get(upstream).body()) == b"all of it"
        assert get(upstream).whole() == b"ok"


def heard_whole(listener, answer):
    """Hear one request that ends with `end`, and give it an answer."""
    connection, _ = listener.accept()
    with connection:
        heard = b""
        while not heard.endswith(b"end"):
            heard += connection.recv(65_536)
        connection.sendall(answer)
    return heard.partition(b"\r\n\r\n")[2]


@pytest.mark.parametrize("body", [Body(9, b"whole end"), Body(9, file=io.BytesIO(b"whole end"))])
def test_a_body_is_sent_again_from_its_beginning(stack, body):
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as neighbours:
        heard = [neighbours.submit(heard_whole, listener, answer) for answer in (b"", GOOD)]
        upstream = stack(Upstream("funding", f"http://127.0.0.1:{listener.getsockname()[1]}", 1, 1))
        assert upstream.exchange(Request("POST", "/x", body=body, repeatable=True)).whole() == b"ok"
        assert [one.result() for one in heard] == [b"whole end", b"whole end"]
