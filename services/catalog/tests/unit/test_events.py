"""What is published fits its own schema."""

import json
from datetime import date
from importlib.resources import files

import orjson
import pytest
from ila_catalog.events import published
from ila_catalog.usecases.loading import LoadCall, load_call
from ila_kit.events import Event
from jsonschema import Draft202012Validator, FormatChecker

FOLDER = files("ila_catalog") / "events" / "published"
SCHEMAS = {s["title"]: s for s in (json.loads(file.read_text()) for file in FOLDER.iterdir())}
KINDS = {
    kind.type: kind
    for kind in vars(published).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind is not Event
}


def test_every_event_has_a_schema_and_every_schema_an_event():
    assert set(SCHEMAS) == set(KINDS)
    assert {file.name for file in FOLDER.iterdir()} == {f"{title}.json" for title in SCHEMAS}


@pytest.mark.parametrize("title", SCHEMAS)
def test_examples_fit_and_can_be_read_back(title):
    for example in SCHEMAS[title]["examples"]:
        Draft202012Validator(SCHEMAS[title], format_checker=FormatChecker()).validate(example)
        assert KINDS[title].read(example).as_data() == example


def test_what_loading_publishes_fits_the_schemas(unit, call_data, demonstration, templates):
    command = LoadCall(
        data=call_data, open_on=date(2026, 11, 24), programmes=demonstration, templates=templates
    )
    load_call(unit, command)
    for event, sequence in unit.published:
        body = orjson.loads(orjson.dumps(event.as_data()))
        Draft202012Validator(SCHEMAS[event.type], format_checker=FormatChecker()).validate(body)
        assert set(body) == set(SCHEMAS[event.type]["required"])
        assert body["version"] == sequence == 1
