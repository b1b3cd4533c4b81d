"""The package is complete: its API document and event schemas fit the code, its refusals have texts."""

import json
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from ila_identity.app import create_app
from ila_identity.domain import employer_errors, errors
from ila_identity.events import published
from ila_identity.settings import Settings
from ila_kit.cli import openapi
from ila_kit.errors import DomainError
from ila_kit.events import Event
from ila_kit.ids import uuid7
from ila_kit.texts import LANGUAGES, problem_texts
from jsonschema import Draft202012Validator, FormatChecker

ROOT = Path(__file__).parents[2]
SCHEMAS = {
    schema["title"]: schema
    for path in files("ila_identity").joinpath("events/published").iterdir()
    for schema in [json.loads(path.read_text())]
}
NOW = datetime(2024, 11, 14, 6, 0, tzinfo=UTC)
INSTITUTION = {
    "viis_number": "9900000001",
    "title": "Paraugu koledža 01",
    "institution_type": "Koledža",
    "seat": "Paraugu iela 1, Rīga, LV-1001",
    "territory": "LV-RIX",
    "territory_title": "Rīga",
}
GRANT = {"grant_id": uuid7(), "person_id": uuid7(), "role": "auditor", "organisation_id": None}
MADE = [
    published.AccountOpened(person_id=uuid7(), opened_at=NOW, age_band="25_34"),
    published.PersonalDataViewed(
        look_id=uuid7(),
        person_ids=[uuid7()],
        viewer="svc:applications",
        viewer_roles=["identity.names"],
        organisation_ids=[],
        acting_for=None,
        what=["given_name"],
        purpose="a test",
        viewed_at=NOW,
    ),
    published.PersonErasureRequested(person_id=uuid7(), requested_at=NOW),
    published.PersonErased(person_id=uuid7(), kept=["the access log"], erased_at=NOW),
    published.RoleGranted(**GRANT, granted_at=NOW),
    published.RoleRevoked(**GRANT, revoked_at=NOW),
    published.PersonDisabled(person_id=uuid7(), state="restricted", disabled_at=NOW, version=3),
    published.ProviderApproved(
        **INSTITUTION,
        organisation_id=uuid7(),
        registration_id=uuid7(),
        approved_by=[uuid7(), uuid7()],
        approved_at=NOW,
        version=1,
    ),
    published.ProviderSuspended(
        organisation_id=uuid7(), grade="partial", scopes=["payments"], suspended_at=NOW, version=2
    ),
    published.ProviderReinstated(organisation_id=uuid7(), scopes=["payments"], reinstated_at=NOW, version=3),
    published.EmployerRegistered(
        organisation_id=uuid7(), title="SIA Paraugu darbnīca", registered_at=NOW, version=1
    ),
    published.EmployerClosed(organisation_id=uuid7(), closed_at=NOW, version=2),
    published.ServiceClientChanged(
        service_client_id=uuid7(),
        client_id="registry:licences",
        state="active",
        scopes=["registers.licences"],
        changed_at=NOW,
        version=1,
    ),
]


def test_the_committed_api_document_is_that_of_the_code():
    made = openapi(create_app, Settings)
    assert json.loads(made) == json.loads((ROOT / "openapi.json").read_text()), "make the document anew"


def test_every_refusal_has_texts_in_both_languages():
    texts = problem_texts("ila_identity")
    own = {
        kind.code
        for module in (errors, employer_errors)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, DomainError) and kind.__module__ == module.__name__
    }
    assert own <= set(texts)
    for code in own:
        assert all(texts[code][part][language] for part in ("title", "detail") for language in LANGUAGES)


def test_every_event_has_a_schema_and_every_schema_an_event():
    classes = [one for one in vars(published).values() if isinstance(one, type) and issubclass(one, Event)]
    kinds = {one.type for one in classes if "type" in vars(one)}
    assert kinds == SCHEMAS.keys() == {event.type for event in MADE}


@pytest.mark.parametrize("event", MADE, ids=lambda event: event.type)
def test_events_and_examples_fit_their_schema(event):
    schema = SCHEMAS[event.type]
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    for body in (event.as_data(), *schema["examples"]):
        validator.validate(body)
    assert event.subject == str(getattr(event, event.subject_field))


def test_the_readme_lists_the_settings_as_they_are():
    assert Settings.table() in (ROOT / "README.md").read_text()
