"""Texts of this service for people: what happened, what comes next, what a rule said."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from ila_kit.texts import LANGUAGES, fill


@cache
def _texts(file: str) -> dict[str, Any]:
    return tomllib.loads((files("ila_applications") / "texts" / f"{file}.toml").read_text())


def both(file: str, group: str, name: str, facts: dict[str, Any]) -> dict[str, str]:
    """Return a text in both languages as `text_lv` and `text_en`, its `{names}` filled from facts."""
    entry = _texts(file)[group].get(name) or _texts(file)[group]["other"]
    return {f"text_{language}": fill(entry[language], facts) for language in LANGUAGES}


def who_acts(state: str) -> str:
    """Return who is to act in a state: `you`, `agency`, `budget`, `institution` or `nobody`."""
    entry = _texts("timeline")["next"].get(state) or _texts("timeline")["next"]["other"]
    return str(entry["who"])
