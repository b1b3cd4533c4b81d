"""The amounts that rules work with, by date, each with its source; read once at the start."""

import tomllib
from collections import Counter
from importlib.resources import files
from typing import Any
from uuid import UUID

from ila_kit.money import parse_amount

from ila_funding.domain.cost_kind import CostKind, Method
from ila_funding.domain.indicator import Indicator, Target
from ila_funding.domain.methodology import ContinuingProgramme, Methodologies, Methodology


def load_methodologies(text: str | None = None) -> Methodologies:
    """Return every version that `unit_costs.toml` tells of.

    Raises ValueError or KeyError for a file that is not as its head describes.
    """
    if text is None:
        text = (files(__package__) / "unit_costs.toml").read_text(encoding="utf-8")
    versions = [_methodology(entry) for entry in tomllib.loads(text)["methodology"]]
    twice = [name for name, count in Counter(one.version for one in versions).items() if count > 1]
    if twice:
        raise ValueError(f"versions are never used twice: {twice}")
    return Methodologies(tuple(versions))


def load_targets() -> tuple[Target, ...]:
    """Return what was promised to the fund, as `targets.toml` tells."""
    text = (files(__package__) / "targets.toml").read_text(encoding="utf-8")
    return tuple(
        Target(**entry | {"indicator": Indicator(entry["indicator"])})
        for entry in tomllib.loads(text)["target"]
    )


def _methodology(entry: dict[str, Any]) -> Methodology:
    if entry["known_from"].tzinfo is None:
        raise ValueError("known_from is an instant with its offset")
    return Methodology(
        id=UUID(entry["id"]),
        version=entry["version"],
        title=entry["title"],
        document=entry["document"],
        valid_from=entry["valid_from"],
        known_from=entry["known_from"],
        kinds=tuple(map(_kind, entry["kind"])),
        continuing_programmes=tuple(map(_programme, entry.get("continuing_programme", []))),
    )


def _kind(entry: dict[str, Any]) -> CostKind:
    amounts: dict[str, Any] = {name: parse_amount(entry[name]) for name in ("rate", "cap") if name in entry}
    return CostKind(**entry | amounts | {"method": Method(entry["method"])})


def _programme(entry: dict[str, Any]) -> ContinuingProgramme:
    ceiling = parse_amount(entry["ceiling"])
    return ContinuingProgramme(entry["title"], entry["hours"], ceiling, entry["source"])
