"""Logs are JSON lines that tell which request, and never whose data."""

import io
import json
import logging
import subprocess
import sys
from uuid import UUID

import pytest
from ila_kit import logs
from ila_kit.context import new_context, working_for

log = logging.getLogger("sample")
TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl"
PERSONAL = {
    "personal code, old form": "010190-12345",
    "personal code, new form": "320001-23456",
    "personal code without its dash": "01019012345",
    "personal code in a word": "kods_010190-12345x",
    "e-mail address": "janis.berzins+x@pasts.epasts.example.lv",
    "e-mail address in a URL": "janis%40example.lv",
    "IBAN": "LV80BANK0000435195001",
    "IBAN in groups": "LV80 BANK 0000 4351 9500 1",
    "IBAN of a neighbour": "EE382200221020145685",
    "signed token": TOKEN,
    "unsigned token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.",
    "opaque token": "Bearer 8f3c2a9b7d6e5f4a3b2c1d0e9f8a7b6c",
    "password of a URL": "amqp://ila:s3cret-word@broker:5672//",
}
SECRETS = [
    *("010190", "12345", "320001", "23456", "janis", "BANK", "4351", "0022102"),
    *("eyJhbGciOi", "8f3c2a9b", "s3cret-word"),
]

BY_CHANCE = {"request_id", "trace_id", "timestamp"}  # their digits may be those of a secret


@pytest.fixture
def lines(monkeypatch):
    """What was logged, line by line."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    logs.set_up("sample", "DEBUG")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = before
    root.setLevel(level)


def raise_and_log(value):
    try:
        raise RuntimeError(f"cannot read {value}")
    except RuntimeError:
        log.exception("failed")


WAYS = {
    "in the message": lambda value: log.info("about " + value),
    "as an argument": lambda value: log.info("about %s", value),
    "as a field": lambda value: log.info("about", extra={"who": value}),
    "deep in a field": lambda value: log.info("about", extra={"who": {"list": [("x", value)]}}),
    "as a name of a field": lambda value: log.info("about", extra={"who": {value: 1}}),
    "in an exception": raise_and_log,
    "as an exception": lambda value: log.info("about", extra={"fault": ValueError(value)}),
    "as bytes": lambda value: log.info("about", extra={"body": value.encode()}),
    "in a set": lambda value: log.info("about", extra={"who": {value}}),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("kind", PERSONAL)
def test_personal_data_never_appears(lines, kind, way):
    WAYS[way](PERSONAL[kind])
    (line,) = lines()
    shown = json.dumps({name: line[name] for name in line.keys() - BY_CHANCE}, ensure_ascii=False)
    assert not [secret for secret in SECRETS if secret in shown]
    assert "[removed]" in shown


def test_a_personal_code_that_is_a_number_never_appears(lines):
    log.info("about", extra={"code": 32000123456})
    assert lines()[0]["code"] == "[removed]"


def test_a_line_tells_its_request_its_trace_and_its_service(lines):
    with working_for(new_context("request-1")) as context:
        log.warning("slow", extra={"ms": 12.5, "status": 200, "done": True, "nothing": None})
    (line,) = lines()
    assert line["request_id"] == "request-1"
    assert line["trace_id"] == context.trace_id
    assert (line["service"], line["level"], line["message"]) == ("sample", "warning", "slow")
    assert (line["ms"], line["status"], line["done"], line["nothing"]) == (12.5, 200, True, None)
    assert line["timestamp"].endswith("Z")


@pytest.mark.parametrize(
    "value",
    [
        "01939012-3456-7123-8123-a12345678901",
        str(UUID(int=10**38)),
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "00000000001234500000000000000000",
        "8a010190123452f1",
        "2024-11-20T10:00:00.123456Z",
        "1,500.00",
        "Datorsistēmu tehniķis",
        "/api/funding/v1/budget-lines",
    ],
)
def test_ids_instants_and_amounts_stay_readable(lines, value):
    log.info("about %s", value)
    assert lines()[0]["message"] == f"about {value}"


def test_an_exception_is_told_with_its_trace_on_one_line(lines):
    raise_and_log("it")
    (line,) = lines()
    assert "RuntimeError: cannot read it" in line["exception"]
    assert "raise_and_log" in line["exception"]


def test_what_libraries_log_is_one_json_line_too(lines):
    logging.getLogger("werkzeug").error('odd "text"\nin two lines')
    assert lines()[0]["message"] == 'odd "text"\nin two lines'


def test_lines_go_to_standard_error_and_nothing_to_standard_output():
    code = "from ila_kit import logs; logs.set_up('x'); import logging; logging.getLogger().info('hello')"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == ""
    assert json.loads(ended.stderr)["message"] == "hello"
