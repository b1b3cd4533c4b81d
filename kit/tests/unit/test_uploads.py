"""Names of files are made safe to show and to store."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.web.uploads import safe_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("apliecinājums.edoc", "apliecinājums.edoc"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\x\\lapa.pdf", "lapa.pdf"),
        ("lapa\x00.pdf", "lapa.pdf"),
        ("lapa\u202efdp.exe", "lapafdp.exe"),
        ("", "file"),
        ("..", "file"),
        ("a\u0304.txt", "ā.txt"),
    ],
)
def test_a_name_keeps_what_says_something_and_loses_what_misleads(given, kept):
    assert safe_name(given) == kept


def test_a_name_of_seventy_thousand_letters_keeps_its_ending():
    assert safe_name("a" * 70_000 + ".pdf").endswith(".pdf")


@given(st.text(max_size=500))
def test_any_name_becomes_one_short_step_of_a_path(text):
    name = safe_name(text)

    assert 0 < len(name) <= 200
    assert "/" not in name
    assert "\\" not in name
    assert name not in (".", "..")
    assert safe_name(name) == name
