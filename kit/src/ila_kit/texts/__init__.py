"""Texts for people, in Latvian and English, outside the code."""

import tomllib
from functools import cache
from importlib.resources import files
from string import Formatter
from typing import Any

LANGUAGES = ("lv", "en")
Texts = dict[str, dict[str, dict[str, str]]]


@cache
def problem_texts(*packages: str) -> Texts:
    """Return title and detail of every problem code of these packages, by language."""
    found: Texts = {}
    for package in packages:
        found |= tomllib.loads((files(package) / "texts" / "problems.toml").read_text())
    return found


def best_language(accept_language: str | None) -> str:
    """Return `en` when the caller prefers English to Latvian, else `lv`."""
    weights = {"lv": 0.0, "en": 0.0}
    for part in (accept_language or "").split(",")[:20]:
        name, *parameters = part.lower().replace(" ", "").split(";")
        language = name.partition("-")[0]
        if language in weights:
            weights[language] = max(weights[language], _quality(parameters))
    return "en" if weights["en"] > weights["lv"] else "lv"


def fill(text: str, facts: dict[str, Any]) -> str:
    """Return a text with its `{names}` replaced by facts; a fact that is missing shows as a dash."""
    names = {name: facts.get(name, "–") for _, name, _, _ in Formatter().parse(text) if name}
    return text.format(**names)


def _quality(parameters: list[str]) -> float:
    weight = next((text[2:] for text in parameters if text.startswith("q=")), "1")
    try:
        return float(weight)
    except ValueError:
        return 0.0
