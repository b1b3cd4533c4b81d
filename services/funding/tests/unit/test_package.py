"""What a reader relies on: texts for every code, and an API document that is up to date."""

import inspect
import json
import tomllib
from pathlib import Path

import pytest
from ila_funding.app import create_app
from ila_funding.domain import errors
from ila_funding.settings import Settings
from ila_kit.cli import openapi
from ila_kit.errors import DomainError
from ila_kit.texts import problem_texts

SERVICE = Path(__file__).parents[2]
CODES = sorted(
    kind.code
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, DomainError) and kind.__module__ == errors.__name__
)


def test_every_refusal_has_its_texts_and_every_text_a_refusal():
    own = tomllib.loads((SERVICE / "src/ila_funding/texts/problems.toml").read_text())
    assert sorted(own) == CODES


@pytest.mark.parametrize("code", CODES)
def test_texts_are_there_in_both_languages(code):
    texts = problem_texts("ila_kit", "ila_funding")[code]
    for part in ("title", "detail"):
        assert texts[part]["lv"]
        assert texts[part]["en"]
        assert texts[part]["lv"] != texts[part]["en"]


def test_the_committed_api_document_is_the_one_the_code_makes():
    committed = json.loads((SERVICE / "openapi.json").read_text())
    assert json.loads(openapi(create_app, Settings)) == committed, "run: ila-funding openapi > openapi.json"


def test_every_operation_says_who_may_and_whose_rows():
    paths = json.loads((SERVICE / "openapi.json").read_text())["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            if method != "parameters":
                assert operation["summary"], path
                assert {"x-roles", "x-tenant-scope", "security"} <= set(operation), path


def test_the_readme_shows_the_settings_as_they_are():
    assert Settings.table() in (SERVICE / "README.md").read_text()
