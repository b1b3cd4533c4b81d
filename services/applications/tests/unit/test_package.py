"""The package is complete: its API document and event schemas fit the code, its refusals have texts."""

import json
from datetime import UTC, date, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from ila_applications.app import create_app
from ila_applications.domain import errors, group_errors
from ila_applications.domain.applications import Application
from ila_applications.domain.groups import Group
from ila_applications.domain.results import Result
from ila_applications.events import consumed, published
from ila_applications.settings import Settings
from ila_kit.cli import openapi
from ila_kit.errors import DomainError
from ila_kit.events import Event
from ila_kit.ids import uuid7
from ila_kit.settings import BadSettings
from ila_kit.texts import LANGUAGES, problem_texts
from jsonschema import Draft202012Validator, FormatChecker

ROOT = Path(__file__).parents[2]
NOW = datetime(2024, 11, 14, 6, 0, tzinfo=UTC)
APPLICATION = Application(
    id=uuid7(),
    person_id=uuid7(),
    programme_id=uuid7(),
    call_id=uuid7(),
    state="offered",
    version=3,
    created_at=NOW,
    updated_at=NOW,
)
GROUP = Group(
    id=uuid7(),
    programme_id=APPLICATION.programme_id,
    call_id=APPLICATION.call_id,
    organisation_id=uuid7(),
    title="1. grupa",
    minimum=10,
    maximum=15,
    starts_on=date(2024, 12, 20),
    ends_on=date(2025, 3, 20),
    trainer_ids=(uuid7(),),
    state="recruiting",
    version=2,
    created_at=NOW,
    updated_at=NOW,
)
RESULT = Result(
    id=uuid7(),
    group_id=GROUP.id,
    application_id=APPLICATION.id,
    person_id=APPLICATION.person_id,
    state="verified",
    version=2,
    attended_hours=156,
    total_hours=170,
    test_passed=True,
    outcome="completed",
    missed=None,
    entered_at=NOW,
)
MADE = [
    published.PersonErased(person_id=APPLICATION.id, kept=["a fund file"], erased_at=NOW),
    published.PersonalDataViewed(
        look_id=APPLICATION.id,
        person_ids=[APPLICATION.person_id],
        viewer="svc:funding",
        viewer_roles=[],
        organisation_ids=[],
        acting_for=None,
        what=["application"],
        purpose="a test",
        viewed_at=NOW,
    ),
    published.ApplicationSubmitted.of(APPLICATION, programme_version=1, receipt_sequence=1, received_at=NOW),
    published.ApplicationFoundEligible.of(
        APPLICATION,
        provisional=False,
        applied_on=date(2024, 11, 14),
        receipt_sequence=1,
        drawn=False,
        turn=1,
    ),
    published.ApplicationRefused.of(APPLICATION, code="too-young", rule="minimum_age", fact="age"),
    published.ApplicationWithdrawn.of(APPLICATION, from_state="offered", withdrawn_at=NOW),
    published.PlaceOffered.of(APPLICATION, expires_at=NOW),
    published.PlaceExpired.of(APPLICATION, from_state="offered", reason="not-accepted", expired_at=NOW),
    published.LearnerEnrolled.of(APPLICATION, enrolled_at=NOW, receipt_sequence=1),
    published.LearningCompleted.of(
        APPLICATION,
        group_id=GROUP.id,
        completed_on=NOW.date(),
        attended_hours=156,
        total_hours=170,
        attendance_percent=str(RESULT.percent),
    ),
    published.LearningNotCompleted.of(APPLICATION, group_id=None, ended_on=NOW.date(), reason="test"),
    published.ResultVerified.about(APPLICATION, RESULT, GROUP, NOW.date(), NOW),
    published.GroupOpened.of(GROUP, minimum=10, maximum=15, starts_on=GROUP.starts_on, ends_on=GROUP.ends_on),
    published.GroupPlacesChanged(
        group_id=GROUP.id, programme_id=GROUP.programme_id, members=1, free=14, version=3
    ),
    published.GroupStarted.of(GROUP, started_at=NOW),
    published.GroupFinished.of(GROUP, finished_at=NOW),
    published.GroupCancelled.of(GROUP, cancelled_at=NOW, reason="not-formed"),
]


def schemas(folder):
    found = [
        json.loads(path.read_text())
        for path in files("ila_applications").joinpath(f"events/{folder}").iterdir()
    ]
    return {schema["title"]: schema for schema in found}


def test_the_committed_api_document_is_that_of_the_code():
    made = openapi(create_app, Settings)
    assert json.loads(made) == json.loads((ROOT / "openapi.json").read_text()), "make the document anew"


def test_every_refusal_has_texts_in_both_languages():
    texts = problem_texts("ila_applications")
    own = {
        kind.code
        for module in (errors, group_errors)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, DomainError) and kind.__module__ == module.__name__
    }
    assert own <= set(texts)
    for code in own:
        assert all(texts[code][part][language] for part in ("title", "detail") for language in LANGUAGES)


def test_every_event_has_a_schema_and_every_schema_an_event():
    classes = [one for one in vars(published).values() if isinstance(one, type) and issubclass(one, Event)]
    kinds = {one.type for one in classes if "type" in vars(one)}
    assert kinds == schemas("published").keys() == {event.type for event in MADE}


@pytest.mark.parametrize("event", MADE, ids=lambda event: event.type)
def test_events_and_examples_fit_their_schema(event):
    schema = schemas("published")[event.type]
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    for body in (event.as_data(), *schema["examples"]):
        validator.validate(body)
    assert event.subject in (str(APPLICATION.id), str(GROUP.id))


def test_every_consumed_schema_names_exactly_what_is_read():
    readers = {kind.__doc__.split(":")[0]: kind for kind in consumed.Heard.__subclasses__()}
    assert readers.keys() == schemas("consumed").keys()
    for title, schema in schemas("consumed").items():
        assert set(schema["required"]) == set(readers[title].__dataclass_fields__)


def test_the_readme_lists_the_settings_as_they_are():
    assert Settings.table() in (ROOT / "README.md").read_text()


def test_a_look_for_submissions_needs_a_pause():
    environment = dict.fromkeys(("DATABASE_URL", "BROKER_URL", "GATEWAY_URL", "CLIENT_KEY_FILE"), "x")
    with pytest.raises(BadSettings, match="ELIGIBILITY_SECONDS"):
        Settings.from_env(environment | {"ILA_ENV": "development", "ELIGIBILITY_SECONDS": "0"})
