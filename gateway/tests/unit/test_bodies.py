"""Bodies stay within their limit; a long one lies in a file, or passes through when it comes quickly."""

import errno
import io
from contextlib import closing

import gevent
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_gateway.bodies import BrokenOff, Lane, NoRoom, TooLarge, read_body

LIMIT = 300_000
FULL = Lane(0)


def request(body, **environ):
    return {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))} | environ


def chunked(body):
    return {"wsgi.input": io.BytesIO(body), "HTTP_TRANSFER_ENCODING": "chunked"}


def content(body):
    with closing(body):
        return b"".join(body.after(b"head"))


@given(st.integers(0, LIMIT + 1), st.sampled_from([request, chunked]))
def test_a_body_within_the_limit_is_what_was_sent_and_a_longer_one_refused(length, framed):
    sent = (bytes(range(256)) * (length // 256 + 1))[:length]
    if length > LIMIT:
        with pytest.raises(TooLarge):
            read_body(framed(sent), LIMIT, FULL)
    else:
        body = read_body(framed(sent), LIMIT, FULL)
        assert (body.length, content(body)) == (length, b"head" + sent)


@pytest.mark.parametrize("length", [10, 100_000])
def test_a_body_that_ends_before_its_promise_is_refused(length):
    with pytest.raises(BrokenOff):
        read_body(request(b"x" * length, CONTENT_LENGTH=str(length + 1)), LIMIT, FULL)


class FullDisk(io.BytesIO):
    def write(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_and_leaves_no_file_open():
    opened = FullDisk()
    with pytest.raises(NoRoom):
        read_body(request(b"x" * 100_000), LIMIT, FULL, new_file=lambda: opened)
    assert opened.closed


LONG = bytes(range(256)) * 4_000
ROOMY = len(LONG) * 2


class Source(io.BytesIO):
    """A client's side that can be told to pause before it goes on, and hears when the rest is refused."""

    refused = False

    def __init__(self, data, pause=0.0):
        super().__init__(data)
        self.pause = pause

    def read(self, size=-1):
        gevent.sleep(self.pause)
        return super().read(size)

    def refuse(self):
        self.refused = True


def test_a_long_body_that_comes_quickly_passes_through_with_its_length():
    source, lane = Source(LONG), Lane(1)
    body = read_body(request(LONG, **{"wsgi.input": source}), ROOMY, lane)
    assert (body.length, source.tell() < len(LONG), body.file) == (len(LONG), True, None)
    assert content(body) == b"head" + LONG
    assert (source.refused, lane.enter()) == (False, True)


def test_what_comes_beside_a_full_lane_is_taken_in_first():
    lane = Lane(1)
    read_body(request(LONG), ROOMY, lane)
    beside = read_body(request(LONG), ROOMY, lane)
    assert beside.file is not None
    assert content(beside) == b"head" + LONG


@pytest.mark.parametrize("framed", [chunked, lambda body: request(body, **{"wsgi.input": Source(body, 0.1)})])
def test_what_comes_slowly_or_without_a_length_is_taken_in_first(framed):
    body = read_body(framed(LONG), ROOMY, Lane(1, proof_seconds=0.05))
    assert body.file is not None
    assert content(body) == b"head" + LONG


def test_a_passing_body_that_ends_before_its_promise_breaks_off_and_frees_its_place():
    lane = Lane(1)
    body = read_body(request(LONG, CONTENT_LENGTH=str(len(LONG) + 1)), ROOMY, lane)
    with pytest.raises(BrokenOff):
        content(body)
    assert lane.enter()


def test_a_client_that_leaves_before_its_proof_has_asked_nobody():
    lane = Lane(1)
    with pytest.raises(BrokenOff):
        read_body(request(LONG[:100_000], CONTENT_LENGTH=str(len(LONG))), ROOMY, lane)
    assert lane.enter()


def test_a_passing_body_that_stops_coming_breaks_off():
    source = Source(LONG)
    body = read_body(request(LONG, **{"wsgi.input": source}), ROOMY, Lane(1, piece_seconds=0.05))
    source.pause = 5
    with pytest.raises(BrokenOff):
        content(body)


def test_the_rest_that_a_service_did_not_want_is_no_next_request():
    source, lane = Source(LONG), Lane(1)
    read_body(request(LONG, **{"wsgi.input": source}), ROOMY, lane).close()
    assert (source.refused, lane.enter()) == (True, True)
