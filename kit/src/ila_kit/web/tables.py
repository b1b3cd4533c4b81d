"""Tables for spreadsheets: RFC 4180, UTF-8 with its mark, and no cell that a spreadsheet would run."""

import csv
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import StringIO
from typing import Any

BOM = b"\xef\xbb\xbf"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def safe_cell(value: Any) -> Any:
    """Return a value as a cell that no spreadsheet takes for a formula; numbers stay, also below zero.

    A text that begins like a formula, be it after spaces or with a wide sign, gets an apostrophe before it.
    """
    if value is None:
        return ""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    text = str(value).replace("\0", "")
    begins = text.lstrip(" \u00a0")[:1]
    return f"'{text}" if begins and (begins in _FORMULA or text[:1] in _FORMULA) else text


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as lines of RFC 4180; the mark of UTF-8 is the caller's to put before them."""
    table = StringIO()
    csv.writer(table, lineterminator="\r\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return table.getvalue().encode()
