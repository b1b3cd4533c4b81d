"""A request keeps one id and one trace, whoever sends what."""

import threading

import pytest
from ila_kit.context import current, new_context, working_for

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.mark.parametrize("request_id", ["a", "A-b_c.9", "0" * 64, "0193a5c0-7b7e-7cc2-a3b4-d5e6f7a8b9c0"])
def test_a_plain_request_id_is_taken_up(request_id):
    assert new_context(request_id).request_id == request_id


@pytest.mark.parametrize(
    "request_id", [None, "", "0" * 65, "a b", "a\n", "a\r\nX: 1", "ā", "<b>", "a/b", "a;b", "a\0"]
)
def test_any_other_request_id_is_replaced(request_id):
    made = new_context(request_id).request_id
    assert made != request_id
    assert len(made) == 36


def test_a_valid_trace_is_taken_up_with_a_span_of_our_own():
    context = new_context(None, PARENT)
    assert context.trace_id == TRACE
    assert context.traceparent == f"00-{TRACE}-{context.span_id}-01"
    assert context.span_id not in PARENT


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
        f"00-{TRACE}-{'0' * 16}-01",
        f"00-{TRACE.upper()}-00f067aa0ba902b7-01",
        f"00-{TRACE[:-1]}-00f067aa0ba902b7-01",
        f"ff-{TRACE}-00f067aa0ba902b7-01",
        PARENT + "\n",
        PARENT + "-more",
        PARENT + ", " + PARENT,
    ],
)
def test_a_malformed_trace_is_replaced(header):
    context = new_context(None, header)
    assert context.trace_id != TRACE
    assert context.trace_id.strip("0")
    assert new_context(None, context.traceparent).trace_id == context.trace_id


def test_a_block_works_for_its_context_and_gives_the_outer_one_back():
    outer, inner = new_context("outer"), new_context("inner")
    with working_for(outer):
        with working_for(inner):
            assert current() is inner
        assert current() is outer


def test_a_thread_has_a_context_of_its_own():
    seen = []
    with working_for(new_context("mine")):
        thread = threading.Thread(target=lambda: seen.extend([current(), current()]))
        thread.start()
        thread.join()
    assert seen[0] is seen[1]
    assert seen[0].request_id != "mine"
