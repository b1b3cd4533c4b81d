"""One line for each request, in the form of the kit's logs.

It is written here and not by the logging of the library, which would cost two fifths of a proxied
request. All that is in it we chose ourselves; only the path comes from outside, so only the path is
searched for what looks personal. Neither query nor headers are in it.
"""

import logging
import sys
import time
from datetime import UTC, datetime
from typing import Any

import orjson
from ila_kit.clock import as_instant
from ila_kit.context import Context
from ila_kit.logs import without_personal_data

from ila_gateway.answers import Answer

log = logging.getLogger(__name__)
_QUIET = ("/health/",)


def note(context: Context, method: str, path: str, answer: Answer, began: float) -> None:
    """Write the line of a request that began at this reading of `time.perf_counter`."""
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
