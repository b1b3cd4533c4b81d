"""Logs: one JSON line per record, with the request and trace it belongs to, without personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from ila_kit.context import current

# Ids and traces are matched first, and kept: digits within them are nobody's personal code.
_KEPT = r"(?P<kept>\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b|\b[0-9a-f]{16,64}\b)"
_PERSONAL = re.compile(
    "|".join(
        [
            r"\beyJ[\w-]+\.[\w-]+\.[\w-]*",  # a signed token
            r"\b[Bb]earer [\w.~+/=-]{16,}",  # any token
            r"(?<=://)[^\s/@]+@",  # name and password in a URL
            r"[\w.+'-]{1,64}(?:@|%40)[\w-]+(?:\.[\w-]+)+",  # an e-mail address
            r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b",  # an IBAN
            _KEPT,
            r"(?<!\d)\d{6}-?\d{5}(?!\d)",  # a personal code
        ]
    )
)


def set_up(service: str, level: str = "INFO") -> None:
    """Send all logging of this process to standard error as JSON lines."""
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.stdlib.add_log_level,
            _note_context(service),
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.EventRenamer("message"),
            without_personal_data,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    logging.getLogger("amqp").setLevel("WARNING")
    logging.getLogger("urllib3").setLevel("WARNING")


def without_personal_data(_logger: Any, _name: str, record: MutableMapping[str, Any]) -> dict[str, Any]:
    """Blank out what looks like a personal code, an e-mail address, an IBAN or a token."""
    return {name: _blank(value) for name, value in record.items()}


def _blank(value: Any) -> Any:
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, dict):
        return {_blank_text(str(name)): _blank(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_blank(inner) for inner in value]
    text = str(value)
    shown = _blank_text(text)
    return value if isinstance(value, int) and shown == text else shown


def _blank_text(text: str) -> str:
    return _PERSONAL.sub(lambda match: match["kept"] or "[removed]", text)


def _note_context(service: str) -> Any:
    def note(_logger: Any, _name: str, record: dict[str, Any]) -> dict[str, Any]:
        context = current()
        return record | {"service": service, "request_id": context.request_id, "trace_id": context.trace_id}

    return note
