"""Bodies are taken in whole, within their limit, and a long one lies in a file."""

import errno
import io
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_gateway.bodies import BrokenOff, NoRoom, TooLarge, read_body

LIMIT = 300_000


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
            read_body(framed(sent), LIMIT)
    else:
        body = read_body(framed(sent), LIMIT)
        assert (body.length, content(body)) == (length, b"head" + sent)


@pytest.mark.parametrize("length", [10, 100_000])
def test_a_body_that_ends_before_its_promise_is_refused(length):
    with pytest.raises(BrokenOff):
        read_body(request(b"x" * length, CONTENT_LENGTH=str(length + 1)), LIMIT)


class FullDisk(io.BytesIO):
    def write(self, data):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_told_and_leaves_no_file_open():
    opened = FullDisk()
    with pytest.raises(NoRoom):
        read_body(request(b"x" * 100_000), LIMIT, lambda: opened)
    assert opened.closed
