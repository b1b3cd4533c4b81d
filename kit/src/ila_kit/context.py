"""Which request or message this thread is working for: it goes into logs, audit, events and answers."""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from ila_kit.ids import uuid7

_TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


@dataclass(frozen=True, slots=True)
class Context:
    """Request id, and the W3C trace this is a part of."""

    request_id: str
    trace_id: str
    span_id: str

    @property
    def traceparent(self) -> str:
        """The header that carries this trace on."""
        return f"00-{self.trace_id}-{self.span_id}-01"


_current: ContextVar[Context | None] = ContextVar("ila_context", default=None)


def new_context(request_id: str | None = None, traceparent: str | None = None) -> Context:
    """Return a context that takes up a valid request id and trace, and makes up what is missing."""
    match = _TRACEPARENT.fullmatch(traceparent or "")
    trace_id = match[1] if match and match[1].strip("0") and match[2].strip("0") else secrets.token_hex(16)
    good_id = request_id if request_id and _REQUEST_ID.fullmatch(request_id) else str(uuid7())
    return Context(request_id=good_id, trace_id=trace_id, span_id=secrets.token_hex(8))


def current() -> Context:
    """Return the context of this thread; a fresh one when nothing set it."""
    context = _current.get()
    if context is None:
        context = new_context()
        _current.set(context)
    return context


@contextmanager
def working_for(context: Context) -> Iterator[Context]:
    """Make a context the current one for the length of the block."""
    token = _current.set(context)
    try:
        yield context
    finally:
        _current.reset(token)
