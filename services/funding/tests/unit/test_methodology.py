"""Which version of the methodology decides (BR-707), and the parameters as they stand in the file."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations

import pytest
from ila_funding.domain.errors import NoMethodology
from ila_funding.domain.methodology import Methodologies
from ila_funding.domain.methodology_faults import faults
from ila_funding.parameters import load_methodologies
from ila_kit.ids import uuid7

FIRST = load_methodologies().versions[0]
IN_2026 = datetime(2026, 11, 24, tzinfo=UTC)


def version(name: str, valid_from: str, known_from: str):
    known = datetime.fromisoformat(known_from).replace(tzinfo=UTC)
    return replace(
        FIRST, id=uuid7(), version=name, valid_from=date.fromisoformat(valid_from), known_from=known
    )


OLD = version("old", "2024-09-04", "2024-09-04")
NEXT = version("next", "2025-06-01", "2025-05-01")
FIX = version("fix", "2024-09-04", "2025-09-01")


@pytest.mark.parametrize(
    ("as_of", "known_at", "chosen"),
    [
        ("2024-09-04", "2024-09-04", "old"),
        ("2025-05-31", "2025-05-31", "old"),
        ("2025-06-01", "2025-06-01", "next"),
        ("2026-01-01", "2025-04-30", "old"),
        ("2024-11-20", "2025-08-31", "old"),
        ("2024-11-20", "2025-09-01", "fix"),
        ("2025-06-01", "2025-09-01", "next"),
    ],
    ids=[
        "the first day",
        "the last day before the next",
        "the first day of the next",
        "what was not known yet does not decide",
        "the day before a correction was known",
        "a correction of the past",
        "a correction of the past leaves the present alone",
    ],
)
def test_the_version_valid_then_as_known_then_decides(as_of, known_at, chosen):
    known = datetime.fromisoformat(known_at).replace(tzinfo=UTC)
    for order in permutations([OLD, NEXT, FIX]):
        assert Methodologies(order).deciding(date.fromisoformat(as_of), known).version == chosen


def test_before_the_first_methodology_there_is_none():
    with pytest.raises(NoMethodology):
        load_methodologies().deciding(date(2024, 9, 3), IN_2026)
    assert load_methodologies().deciding(date(2024, 9, 4), IN_2026) == FIRST


def test_an_old_decision_finds_its_version_by_name():
    versions = Methodologies([OLD, NEXT, FIX])
    assert versions.by_version("old") is OLD


def test_the_file_holds_what_the_methodology_says():
    said = {kind.code: (kind.rate, kind.cap, kind.part) for kind in FIRST.kinds}
    assert said == {
        "module": (Decimal("5.34"), Decimal("427.43"), None),
        "module_set": (None, None, "module"),
        "study_course": (Decimal("5.15"), Decimal("412.13"), None),
        "study_module": (None, None, "study_course"),
    }
    (programme,) = FIRST.continuing_programmes
    assert (programme.hours, programme.ceiling) == (960, Decimal("2127.19"))
    assert faults(FIRST.kinds, FIRST.continuing_programmes) == {}
    assert FIRST.id.version == 7


TEXT = """
[[methodology]]
id = "0191ba13-b100-7254-8254-202409040001"
version = "v"
title = "t"
document = "d"
valid_from = 2024-09-04
known_from = {known}
[[methodology.kind]]
code = "module"
family = "vocational"
method = "hours"
title_lv = "Modulis"
title_en = "Module"
rule = "BR-702"
rate = "{rate}"
cap = "1.00"
source = "s"
"""
GOOD = TEXT.format(known="2024-09-04T00:00:00+03:00", rate="1.00")


@pytest.mark.parametrize(
    "text",
    [
        GOOD + GOOD,
        TEXT.format(known="2024-09-04T00:00:00", rate="1.00"),
        TEXT.format(known="2024-09-04T00:00:00+03:00", rate="1.005"),
    ],
    ids=["a version twice", "known at no certain instant", "a third decimal"],
)
def test_a_file_that_could_be_misread_stops_the_start(text):
    with pytest.raises(ValueError, match=r"versions|known_from|decimals"):
        load_methodologies(text)


def test_a_version_without_continuing_programmes_is_fine():
    assert load_methodologies(GOOD).versions[0].continuing_programmes == ()
