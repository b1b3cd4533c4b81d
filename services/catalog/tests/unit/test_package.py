"""The package is complete: its API document is the committed one, its refusals have texts."""

import json
from pathlib import Path

from ila_catalog import settings
from ila_catalog.app import create_app
from ila_catalog.domain import desk_errors, errors
from ila_kit.cli import openapi
from ila_kit.errors import DomainError
from ila_kit.texts import LANGUAGES, problem_texts

COMMITTED = Path(__file__).parents[2] / "openapi.json"


def test_the_committed_api_document_is_that_of_the_code():
    made = openapi(create_app, settings.Settings)
    assert json.loads(made) == json.loads(COMMITTED.read_text()), "run `make openapi`"


def test_every_refusal_has_texts_in_both_languages():
    texts = problem_texts("ila_catalog")
    own = {
        kind.code
        for module in (errors, desk_errors)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, DomainError) and kind.__module__ == module.__name__
    }
    assert own == set(texts)
    for code in own:
        assert all(texts[code][part][language] for part in ("title", "detail") for language in LANGUAGES)


def test_the_readme_shows_every_setting():
    assert settings.Settings.table() in (Path(__file__).parents[2] / "README.md").read_text()
