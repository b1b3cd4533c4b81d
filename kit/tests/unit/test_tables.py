"""Tables for spreadsheets: nothing runs, nothing is lost, every reader finds the same cells."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.web.tables import BOM, csv_bytes, safe_cell

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@pytest.mark.parametrize(
    "value",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "  =cmd|' /C calc'!A0",
        "\u00a0=1",
        "＝1+1",
        "＠a",
    ],
)
def test_no_cell_is_taken_for_a_formula(value):
    assert safe_cell(value) == f"'{value}"


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("a;=1+1", "a;'=1+1"),
        ("A (1); @SUM(A1) (2)", "A (1); '@SUM(A1) (2)"),
        ("a\n-1+1\nb", "a\n'-1+1\nb"),
        ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"),
        ("a;\n＝1", "a;\n'＝1"),
        ("a; b=1; c-d", "a; b=1; c-d"),
    ],
)
def test_a_spreadsheet_that_cuts_at_other_signs_finds_no_formula_either(value, cell):
    assert safe_cell(value) == cell


@pytest.mark.parametrize("value", [-5, Decimal("-427.43"), 0, Decimal("0.00")])
def test_numbers_stay_numbers_also_below_zero(value):
    assert safe_cell(value) == value
    assert csv_bytes([[value]]).decode() == f"{value}\r\n"


def test_other_cells_stay_as_they_are():
    assert [safe_cell(one) for one in ("1 = 1", None, "a-b", "Āž", True)] == [
        "1 = 1",
        "",
        "a-b",
        "Āž",
        "True",
    ]


def test_lines_are_those_of_rfc_4180():
    assert BOM.decode("utf-8-sig") == ""
    rows = [["a", 'say "x"', "b,c", "two\nlines"], ["Ķekava", "", None, "ņ"]]
    assert csv_bytes(rows).decode() == 'a,"say ""x""","b,c","two\nlines"\r\nĶekava,,,ņ\r\n'


@given(st.lists(st.lists(TEXTS, min_size=1, max_size=4), max_size=4))
def test_what_is_written_is_read_again(rows):
    found = list(csv.reader(StringIO(csv_bytes(rows).decode(), newline="")))
    assert found == [[safe_cell(cell) for cell in row] for row in rows]
    assert all(
        cell.lstrip(" \u00a0")[:1] not in "=+-@" for row in found for cell in row if cell.strip(" \u00a0")
    )
