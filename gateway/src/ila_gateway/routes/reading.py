"""Reads the routes table from its files; what is written there must mean something."""

import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from ila_kit.web.identity import ASSURANCE

from ila_gateway.routes.table import OF_PAGES, PORTAL, PUBLIC, SIGNED_IN, Neighbour, Route, Routes

COSTS = {"free": 0, "usual": 1, "costly": 10}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_USUAL: dict[str, Any] = {
    "callers": SIGNED_IN,
    "scope": None,
    "assurance": ASSURANCE[0],
    "rate": "usual",
    "body": "json",
    "seconds": None,
}
_CHOICES = {
    "callers": (SIGNED_IN, PUBLIC),
    "assurance": ASSURANCE,
    "rate": tuple(COSTS),
    "body": ("json", "upload"),
}


def load(folder: str = "") -> Routes:
    """Read the table in a folder; as shipped when none is named. Raises ValueError for a faulty line."""
    place: Traversable = Path(folder) if folder else files("ila_gateway.routes")
    table = tomllib.loads((place / "neighbours.toml").read_text("utf-8"))
    neighbours = [Neighbour(**(table["defaults"] | row)) for row in table["neighbour"]]
    (portal,) = (one for one in neighbours if one.name == PORTAL)
    pages = [_route(portal, f"{method} /", {"callers": PUBLIC, "body": "upload"}) for method in OF_PAGES]
    routes = [route for one in neighbours if one is not portal for route in _of(one, place)]
    return Routes(neighbours, routes, pages)


def _of(neighbour: Neighbour, place: Traversable) -> Iterator[Route]:
    name = f"{neighbour.name}.toml"
    lines = tomllib.loads((place / name).read_text("utf-8"))
    for line, says in lines.items():
        try:
            yield _route(neighbour, line, says)
        except ValueError as fault:
            raise ValueError(f"{name}: {line!r}: {fault}") from None


def _route(neighbour: Neighbour, line: str, says: dict[str, Any]) -> Route:
    method, _, path = line.partition(" ")
    _check(method, path, says)
    row = _USUAL | says
    uploads = row["body"] == "upload"
    return Route(
        method=method,
        template=neighbour.prefix + path,
        neighbour=neighbour.name,
        audience=neighbour.audience,
        callers=row["callers"],
        scope=row["scope"],
        assurance=row["assurance"],
        cost=COSTS[row["rate"]],
        body_bytes=neighbour.body_bytes,
        upload_bytes=neighbour.upload_bytes if uploads else neighbour.body_bytes,
        seconds=row["seconds"] or neighbour.answer_seconds,
    )


def _check(method: str, path: str, says: dict[str, Any]) -> None:
    """Pass a line that means something. Raises ValueError."""
    if method not in METHODS or not path.startswith("/"):
        raise ValueError(f"not one of {', '.join(METHODS)} and a path")
    if unknown := says.keys() - _USUAL.keys():
        raise ValueError(f"no such thing can be said: {', '.join(sorted(unknown))}")
    for name, choices in _CHOICES.items():
        if name in says and says[name] not in choices:
            raise ValueError(f"{name} is one of {', '.join(choices)}")
    if "scope" in says and says.keys() & {"callers", "assurance"}:
        raise ValueError("a machine with a scope is no visitor, and has no assurance")
