"""One line for each request, in the form of the kit's logs.

It is written here and not by the logging of the library, which would cost two fifths of a proxied
request. All that is in it we chose ourselves; only the path comes from outside, so only the path is
searched for what looks personal. Neither query nor headers are in it. It is written when the answer has
gone out: nobody waits for it, and its `ms` are those of the whole answer, also of a long download.
"""

import logging
import sys
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
from ila_kit.clock import as_instant
from ila_kit.context import Context
from ila_kit.logs import without_personal_data

from ila_gateway.answers import Answer

log = logging.getLogger(__name__)
_QUIET = ("/health/",)


class Noted:
    """The body of an answer; closed by the server when it has gone out or broke off, and then noted.

    `began` is the reading of `time.perf_counter` when the request came.
    """

    def __init__(self, context: Context, method: str, path: str, answer: Answer, began: float):
        self._body: Iterable[bytes] = answer.body
        self._request = (context, method, path, answer, began)

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._body)

    def close(self) -> None:
        """Close the body, and write the line of its request."""
        try:
            if close := getattr(self._body, "close", None):
                close()
        finally:
            _note(*self._request)


def _note(context: Context, method: str, path: str, answer: Answer, began: float) -> None:
    if path.startswith(_QUIET) or not log.isEnabledFor(logging.INFO):
        return
    line: dict[str, Any] = {
        "message": "request",
        "level": "info",
        "service": "gateway",
        "timestamp": as_instant(datetime.now(UTC)),
        "request_id": context.request_id,
        "trace_id": context.trace_id,
        "method": method,
        "status": int(answer.status[:3]),
        "ms": round((time.perf_counter() - began) * 1000, 1),
    }
    line |= without_personal_data(None, "", {"path": path}) | answer.log
    sys.stderr.write(orjson.dumps(line).decode() + "\n")
