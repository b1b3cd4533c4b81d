"""What is published and read fits the schemas."""

import json
from importlib.resources import files

import pytest
from ila_funding.consumers import HANDLERS
from ila_funding.domain.request import Ending
from ila_funding.events import consumed, published
from ila_funding.usecases.commitments import CommitFunds, commit_funds
from ila_funding.usecases.endings import EndRequest, end_request
from ila_funding.usecases.holds import request_hold
from ila_kit.events import Event
from jsonschema import Draft202012Validator, FormatChecker

EVENTS = files("ila_funding") / "events"


def schemas(folder: str) -> dict[str, dict]:
    """Return the schemas of a folder by the name of their file."""
    files_of = (EVENTS / folder).iterdir()
    return {file.name.removesuffix(".json"): json.loads(file.read_text()) for file in files_of}


def issubclass_of(kind, base: type) -> bool:
    """Tell whether something is a class of this service made from a base."""
    ours = isinstance(kind, type) and kind.__module__.startswith("ila_funding.")
    return ours and issubclass(kind, base) and kind is not base


PUBLISHED, CONSUMED = schemas("published"), schemas("consumed")
KINDS = {kind.type: kind for kind in vars(published).values() if issubclass_of(kind, Event)}
READERS = {
    kind.__doc__.partition(":")[0]: kind
    for kind in vars(consumed).values()
    if issubclass_of(kind, consumed.Heard)
}


def validator(schema) -> Draft202012Validator:
    return Draft202012Validator(schema, format_checker=FormatChecker())


def test_every_event_has_a_schema_and_every_schema_an_event():
    assert set(PUBLISHED) == set(KINDS)
    assert {file.name for file in (EVENTS / "published").iterdir()} == {
        f"{title}.json" for title in PUBLISHED
    }


@pytest.mark.parametrize("title", PUBLISHED)
def test_examples_fit_and_can_be_read_back(title):
    assert PUBLISHED[title]["examples"]
    for example in PUBLISHED[title]["examples"]:
        validator(PUBLISHED[title]).validate(example)
        assert KINDS[title].read(example).as_data() == example


def test_everything_read_has_a_handler_a_schema_and_a_class():
    assert set(CONSUMED) == set(HANDLERS)
    assert all(schema["title"] == name for name, schema in CONSUMED.items())


@pytest.mark.parametrize("title", CONSUMED)
def test_a_reader_needs_exactly_what_its_schema_requires(title):
    assert set(READERS[title].__dataclass_fields__) == set(CONSUMED[title]["required"])


def test_what_holding_committing_and_releasing_publish_fits_the_schemas(
    unit, asked, publish_call, publish_programme
):
    publish_call("700.00")
    publish_programme()
    first, second = asked(1), asked(2)
    request_hold(unit, first)
    request_hold(unit, second)
    commit_funds(unit, CommitFunds(application_id=first.application_id, sequence=5))
    end_request(unit, EndRequest(application_id=first.application_id, reason=Ending.EXPIRED, sequence=6))
    told = {
        "budget_threshold_reached",
        "entitlement_granted",
        "funds_committed",
        "funds_held",
        "funds_released",
        "hold_refused",
        "programme_priced",
    }
    assert {event.type for event in unit.events} == {f"funding.{name}.v1" for name in told}
    for event in unit.events:
        validator(PUBLISHED[event.type]).validate(json.loads(json.dumps(event.as_data())))
