"""Reads what a call decides beside its schedule: kinds, requirements, papers, checklist, needs, documents."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ila_catalog.domain.calls import (
    KINDS,
    Criterion,
    Document,
    Kind,
    LearningNeed,
    NeedArea,
    Paper,
    Requirement,
)
from ila_catalog.domain.digcomp import AREAS, LEVELS
from ila_catalog.domain.parameters import REQUIREMENTS, WORD_LISTS, flag, whole, word
from ila_catalog.domain.reader import Reader

DOCUMENT_KINDS = ("call_regulations", "annex", "learning_needs", "methodology", "regulation")
SUBJECTS = ("offer", "programme")
PARTS = ("administrative", "eligibility", "quality")
NAME = r"[a-z][a-z0-9_]{0,39}"
_AREA, _LEVEL = whole(AREAS[0], AREAS[-1]), whole(LEVELS[0], LEVELS[-1])


def _name(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(NAME, value):
        raise ValueError("is not a name of small letters, digits and _")
    return value


def read_kind(one: Reader) -> Kind:
    """Return a kind of programme that a call takes; its family is a name of the call's own choice."""
    made = Kind(
        kind=one.take("kind", word(*KINDS), ""),
        family=one.take("family", _name, ""),
        title_lv=one.text("title_lv"),
        title_en=one.text("title_en"),
        quota=one.number("quota", whole(1, 1_000)),
        source=one.text("source", 500),
    )
    one.unknown()
    return made


def read_requirement(one: Reader) -> Requirement:
    """Return what institutions or programmes of some families must meet."""
    code = one.take("code", word(*REQUIREMENTS), "")
    made = Requirement(
        code=code,
        rule=one.text("rule", 20),
        families=one.words("families"),
        text_lv=one.text("text_lv", 1_000),
        text_en=one.text("text_en", 1_000),
        values=_values(one.table("values"), code),
        source=one.text("source", 500),
    )
    one.unknown()
    return made


def _values(table: Reader, code: str) -> dict[str, Any]:
    """Return the values of a requirement: those of its code that the call states."""
    checks, lists = REQUIREMENTS.get(code, {}), WORD_LISTS.get(code, ())
    found = {name: table.take(name, check, 0) for name, check in checks.items() if table.has(name)}
    found |= {name: table.words(name) for name in lists if table.has(name)}
    if code:
        table.unknown()
    return found


def read_paper(one: Reader) -> Paper:
    """Return a kind of file that goes with an offer or its programme (BR-307)."""
    made = Paper(
        kind=one.take("kind", _name, ""),
        title_lv=one.text("title_lv"),
        title_en=one.text("title_en"),
        families=one.words("families"),
        subjects=one.words("subjects", SUBJECTS),
        required=one.take("required", flag, False),
        instead_of=one.words("instead_of") if one.has("instead_of") else [],
        kinds=one.words("kinds", KINDS) if one.has("kinds") else [],
        source=one.text("source", 500),
    )
    one.unknown()
    return made


def read_criterion(one: Reader) -> Criterion:
    """Return a line of the commission's checklist; only quality gives points (BR-401)."""
    part = one.take("part", word(*PARTS), "")
    made = Criterion(
        code=one.take("code", _name, ""),
        part=part,
        text_lv=one.text("text_lv", 1_000),
        text_en=one.text("text_en", 1_000),
        points=one.number("points", whole(1, 1_000)) if part == "quality" else 0,
        source=one.text("source", 500),
    )
    one.unknown()
    return made


def read_need(one: Reader) -> LearningNeed:
    """Return a learning need: several `areas`, or one with its levels beside the rest."""
    areas = [_area(inner) for inner in one.tables("areas")] if one.has("areas") else [_area_of(one)]
    made = LearningNeed(
        id=one.id("id"),
        areas=areas,
        text_lv=one.maybe_text("text_lv", 1_000),
        text_en=one.maybe_text("text_en", 1_000),
        approved_on=one.day("approved_on"),
        provisional=one.take("provisional", flag, False),
        source=one.text("source", 500),
    )
    one.unknown()
    return made


def _area(one: Reader) -> NeedArea:
    made = _area_of(one)
    one.unknown()
    return made


def _area_of(one: Reader) -> NeedArea:
    return NeedArea(
        area=one.number("area", _AREA),
        lowest_level=one.number("lowest_level", _LEVEL),
        highest_level=one.number("highest_level", _LEVEL),
    )


def read_document(one: Reader) -> Document:
    """Return a version of a document that stands in a call's file."""
    made = Document(
        id=one.id("id"),
        kind=one.take("kind", word(*DOCUMENT_KINDS), ""),
        number=one.maybe_text("number", 60),
        title_lv=one.text("title_lv"),
        title_en=one.text("title_en"),
        document_version=one.number("document_version", whole(1, 1_000)),
        dated=one.day("dated"),
        url=one.url("url"),
        source=one.text("source", 500),
    )
    one.unknown()
    return made


READERS: Mapping[str, Callable[[Reader], Any]] = {
    "kinds": read_kind,
    "requirements": read_requirement,
    "attachments": read_paper,
    "checklist": read_criterion,
}


def read_parts(raw: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[Any]]:
    """Return lists of a call by their names in `READERS`. Raises FaultyData naming every fault."""
    root = Reader(raw)
    found = {name: [READERS[name](one) for one in root.tables(name)] for name in raw}
    root.finish()
    return found
