"""How long we wait for each register, and how long its answers are relied on."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """One register's row of `registers.toml`, which says what each member means."""

    system: str
    path: str
    batch: int
    seconds: float
    whole_seconds: float
    tries: int
    at_once: int
    reuse_seconds: int
    valid_seconds: int
    failures: int
    rest_seconds: float


def load(file: str = "") -> dict[str, Limits]:
    """Return the limits by register, from a file or as shipped. Raises OSError, TypeError or ValueError."""
    shipped = files("ila_gateway.registers") / "registers.toml"
    table = tomllib.loads(Path(file).read_text("utf-8") if file else shipped.read_text("utf-8"))
    defaults = table.pop("defaults", {})
    return {name: Limits(**(defaults | row)) for name, row in table.items()}
