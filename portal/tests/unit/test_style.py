"""The style sheet: small, and every pair of colours readable in light and in dark."""

import gzip
import json
import re
import subprocess
from pathlib import Path

import ila_portal
import pytest

STYLE = (Path(ila_portal.__file__).parent / "static" / "portal.css").read_text()
SOURCES = Path(__file__).parents[2] / "style"
PAPERS = ("page", "soft", "raised")
TEXT_PAIRS = [
    *((ink, paper) for ink in ("text", "muted", "link", "brand", "stop") for paper in PAPERS),
    ("on-brand", "brand"), ("on-brand", "brand-strong"), ("page", "stop"), ("brand-strong", "soft"),
    ("good", "good-soft"), ("on-focus", "focus"), ("wait", "wait-soft"), ("stop", "stop-soft"), ("calm",
    "calm-soft"),
]  # fmt: skip
SHAPE_PAIRS = [
    ("edge", "page"),
    ("edge", "raised"),
    ("brand", "page"),
    ("text", "page"),
    ("held", "page"),
    ("committed", "page"),
    ("consumed", "page"),
]


def themes() -> dict[str, dict[str, str]]:
    light, dark = re.findall(r":root ?\{([^}]*--page:[^}]*)\}", STYLE)
    colours = re.compile(r"--([\w-]+): (#[0-9a-f]{6})")
    return {"light": dict(colours.findall(light)), "dark": dict(colours.findall(light + dark))}


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_and_shapes_keep_their_contrast(theme):
    colours = themes()[theme]
    for least, pairs in ((4.5, TEXT_PAIRS), (3.0, SHAPE_PAIRS)):
        for ink, paper in pairs:
            assert contrast(colours[ink], colours[paper]) >= least, (theme, ink, paper)


def test_the_style_sheet_stays_small_and_loads_nothing():
    assert len(STYLE.encode()) <= 56_000
    assert len(gzip.compress(STYLE.encode())) <= 10_000
    assert "@import" not in STYLE
    assert "url(" not in STYLE


def test_the_style_sheet_has_no_mark_of_another_government():
    assert re.findall(r"https?://|GDS|crown|crest|@font-face", STYLE.partition("*/")[2], re.IGNORECASE) == []
    assert "MIT licence" in STYLE.partition("*/")[0]


@pytest.mark.npm("portal/style")
def test_the_style_sheet_is_the_one_its_sources_make(tmp_path):
    made = tmp_path / "portal.css"
    command = json.loads((SOURCES / "package.json").read_text())["scripts"]["build"].split()
    subprocess.run(["npx", *command[:-1], made], cwd=SOURCES, check=True)
    assert made.read_text() == STYLE
