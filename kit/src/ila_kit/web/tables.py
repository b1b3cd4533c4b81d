"""Tables for spreadsheets: RFC 4180, UTF-8 with its mark, and no cell that a spreadsheet would run."""

import csv
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from io import StringIO
from typing import Any

BOM = b"\xef\xbb\xbf"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
# Where a spreadsheet may cut, whatever the file says: Latvian ones cut at semicolons, and then no quote
# holds the lines of a cell together.
_BEGINS_INSIDE = re.compile("([;\t\r\n][ \u00a0]*)(?=[=+\\-@\uff1d\uff0b\uff0d\uff20])")


def safe_cell(value: Any) -> Any:
    """Return a value as a cell that no spreadsheet takes for a formula; numbers stay, also below zero.

    A text that begins like a formula, be it after spaces or with a wide sign, gets an apostrophe before it;
    so does what begins like one after a semicolon, a tab or the end of a line.
    """
    if value is None:
        return ""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value
    text = _BEGINS_INSIDE.sub(r"\1'", str(value).replace("\0", ""))
    begins = text.lstrip(" \u00a0")[:1]
    return f"'{text}" if begins and (begins in _FORMULA or text[:1] in _FORMULA) else text


def csv_bytes(rows: Iterable[Sequence[Any]]) -> bytes:
    """Return rows as lines of RFC 4180; the mark of UTF-8 is the caller's to put before them."""
    table = StringIO()
    csv.writer(table, lineterminator="\r\n").writerows([safe_cell(cell) for cell in row] for row in rows)
    return table.getvalue().encode()
