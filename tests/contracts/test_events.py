"""Each event that a service reads is one that another service publishes, as it reads it."""

import importlib
import json
import re
from pathlib import Path

import pytest
from ila_gateway import consumers
from ila_kit.events import Event
from jsonschema import Draft202012Validator, FormatChecker

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "catalog", "applications", "funding")
EVENTS = [*ROOT.glob("services/*/src/*/events"), ROOT / "gateway/src/ila_gateway/events"]
PUBLISHED = {
    json.loads(path.read_text())["title"]: json.loads(path.read_text())
    for events in EVENTS
    for path in events.glob("published/*.json")
}
CONSUMED = sorted(path for events in EVENTS for path in events.glob("consumed/*.json"))
PERSONAL = re.compile(r"personal_code|given_name|family_name|e_?mail|iban|birth|phone|address")


def reader(path: Path) -> str:
    """Return the service, or the gateway, that a consumed schema belongs to."""
    return path.parents[4].name


def check(schema: dict, value: object) -> None:
    """Raise when a value does not fit a schema."""
    Draft202012Validator(schema, format_checker=FormatChecker()).validate(value)


@pytest.mark.parametrize("title", PUBLISHED)
def test_published_examples_fit_their_own_schema(title):
    schema = PUBLISHED[title]
    Draft202012Validator.check_schema(schema)
    assert schema["examples"], "a published schema shows at least one example"
    for example in schema["examples"]:
        check(schema, example)


@pytest.mark.parametrize("path", CONSUMED, ids=lambda path: f"{reader(path)} reads {path.stem}")
def test_the_publisher_still_tells_what_the_reader_relies_on(path):
    expected = json.loads(path.read_text())
    published = PUBLISHED[expected["title"]]
    assert path.stem == expected["title"]
    assert set(expected["required"]) <= set(published["required"])
    for example in published["examples"]:
        check(expected, example)


@pytest.mark.parametrize("service", [*SERVICES, "gateway"])
def test_every_event_class_has_its_schema_and_every_schema_its_class(service):
    module = importlib.import_module(f"ila_{service}.events.published")
    classes = {
        one.type: one
        for one in vars(module).values()
        if isinstance(one, type) and issubclass(one, Event) and "type" in vars(one)
    }
    assert set(classes) == {title for title in PUBLISHED if title.startswith(service + ".")}
    for title, kind in classes.items():
        for example in PUBLISHED[title]["examples"]:
            assert kind.read(example).as_data().keys() >= set(PUBLISHED[title]["required"])
            check(PUBLISHED[title], kind.read(example).as_data())


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_handles_exactly_the_events_it_says_it_reads(service):
    handlers = importlib.import_module(f"ila_{service}.consumers").HANDLERS
    stated = {path.stem for path in CONSUMED if reader(path) == service}

    assert set(handlers) == stated


def test_the_gateway_hears_exactly_the_events_it_says_it_reads():
    heard = {kind.type for kind in consumers.handlers(sessions=None, clients=None)}

    assert heard == {path.stem for path in CONSUMED if reader(path) == "gateway"}


@pytest.mark.parametrize("title", PUBLISHED)
def test_an_event_is_named_by_its_publisher_in_the_past_tense_with_a_version(title):
    assert re.fullmatch(r"(identity|catalog|applications|funding|gateway)\.[a-z]+(_[a-z]+)+\.v[1-9]", title)


@pytest.mark.parametrize("title", PUBLISHED)
def test_no_event_carries_personal_data(title):
    def names(schema: dict) -> set[str]:
        mine = schema.get("properties", {})
        return set(mine).union(*(names(inner) for inner in mine.values() if isinstance(inner, dict)))

    assert [name for name in names(PUBLISHED[title]) if PERSONAL.search(name)] == []
