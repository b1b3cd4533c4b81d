"""Between rows and domain objects."""

from dataclasses import fields
from typing import Any, TypeVar

T = TypeVar("T")


def values(thing: Any) -> dict[str, Any]:
    """Return the fields of a dataclass by name, its members as they are."""
    return {field.name: getattr(thing, field.name) for field in fields(thing)}


def made(kind: type[T], row: Any) -> T | None:
    """Return a row as a dataclass whose fields are named like its columns; None for no row."""
    return None if row is None else kind(**row)
