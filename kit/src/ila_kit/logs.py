"""Logs: one JSON line per record, with the request and trace it belongs to, without personal data."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from ila_kit.context import current

_PERSONAL = re.compile(
    r"\b\d{6}-?\d{5}\b|\b3[2-9]\d{4}-?\d{5}\b|[\w.+-]+@[\w-]+\.[\w.]+|\bLV\d{2}[A-Z]{4}\w{13}\b|eyJ[\w-]+\.[\w-]+\.[\w-]+"
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
    if isinstance(value, str):
        return _PERSONAL.sub("[removed]", value)
    if isinstance(value, dict):
        return {name: _blank(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_blank(inner) for inner in value]
    return value


def _note_context(service: str) -> Any:
    def note(_logger: Any, _name: str, record: dict[str, Any]) -> dict[str, Any]:
        context = current()
        return record | {"service": service, "request_id": context.request_id, "trace_id": context.trace_id}

    return note
