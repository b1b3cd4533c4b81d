"""The digital competence framework (DigComp 2.2): five areas, eight levels."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

AREAS = range(1, 6)
LEVELS = range(1, 9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """A competence area with its published names."""

    area: int
    area_lv: str
    area_en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A competence area that a programme teaches, and up to which level."""

    area: int
    level: int


def read_areas(rows: Iterable[Mapping[str, Any]]) -> dict[int, Area]:
    """Return the areas that a table of competences names, by number."""
    return {
        int(row["area_no"]): Area(area=int(row["area_no"]), area_lv=row["area_lv"], area_en=row["area_en"])
        for row in rows
    }


def outside_levels(aims: Iterable[Aim], lowest: int, highest: int) -> list[Aim]:
    """Return the aims whose level a call does not take.

    Source: BR-205; S-Req: "DigComp līmenim (4.-6.)"; the levels stand in the call's data.
    """
    return [aim for aim in aims if not lowest <= aim.level <= highest]
