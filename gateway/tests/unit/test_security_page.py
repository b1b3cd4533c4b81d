"""The threat model names controls and tests that exist."""

import re
from pathlib import Path

GATEWAY = Path(__file__).parents[2]
PAGE = (GATEWAY.parent / "docs" / "security.md").read_text()
TESTS = GATEWAY / "tests"


def test_every_test_it_names_exists():
    named = set(re.findall(r"`((?:unit|integration)/\w+\.py)`", PAGE))
    assert len(named) > 15
    assert {name for name in named if not (TESTS / name).is_file()} == set()
    elsewhere = set(re.findall(r"`((?:[a-z]+/)*tests/[a-z_/]+\.py)`", PAGE))
    assert len(elsewhere) > 5
    assert {name for name in elsewhere if not (GATEWAY.parent / name).is_file()} == set()
    parts = re.findall(r"\(`(\w+)`\)", PAGE)
    sources = " ".join(path.read_text() for path in TESTS.rglob("test_*.py"))
    assert [part for part in parts if f"{part}(" not in sources] == []


def test_every_module_it_names_exists():
    named = set(re.findall(r"`((?:web/|registers/|routes/)?\w+\.(?:py|toml))`", PAGE))
    known = {
        str(path.relative_to(GATEWAY / "src" / "ila_gateway")) for path in (GATEWAY / "src").rglob("*.*")
    }
    known |= {path.name for path in TESTS.rglob("test_*.py")}
    assert named - known == {"web/identity.py"}, "but for the kit's verifier"
