"""Territories of Latvia, and in which of them an address lies."""

import csv
from importlib.resources import files
from typing import NamedTuple

RIGA = "LV-RIX"


class Territory(NamedTuple):
    """A state city or municipality: ISO 3166-2 code and name."""

    code: str
    name: str


def _rows() -> list[dict[str, str]]:
    text = (files("ila_stubs.registers") / "data" / "territories.csv").read_text("utf-8")
    return list(csv.DictReader(text.splitlines()))


ALL = {row["code"]: Territory(row["code"], row["name"]) for row in _rows()}
_BY_NAME = {
    name.casefold(): ALL[row["code"]] for row in _rows() for name in (row["name"], *row["before"].split("; "))
}


def of_address(address: str) -> Territory | None:
    """Return the territory an address lies in today; municipalities of before 2021 count for their heirs."""
    parts = [part.strip().casefold() for part in address.split(",")]
    return next((_BY_NAME[part] for part in reversed(parts) if part in _BY_NAME), None)
