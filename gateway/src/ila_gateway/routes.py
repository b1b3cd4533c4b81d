"""The path table: which neighbour answers a path, and within which limits."""

import tomllib
from dataclasses import dataclass
from importlib.resources import files

# First segments that are the gateway's own or the services'; the portal never sees them.
RESERVED = frozenset(
    {"api", "auth", "oauth", ".well-known", "health", "status", "registers", "queue", "openapi.json"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One line of the path table."""

    neighbour: str
    prefix: str
    audience: str | None = None
    connect_seconds: float
    answer_seconds: float
    body_bytes: int
    upload_bytes: int
    at_once: int
    failures: int
    rest_seconds: float
    methods: frozenset[str]

    def body_limit(self, content_type: str) -> int:
        """Return the largest body of this content type, in bytes."""
        return self.upload_bytes if content_type.lower().startswith("multipart/") else self.body_bytes


class Routes:
    """The path table, asked for every request."""

    def __init__(self, routes: tuple[Route, ...]):
        self.all = routes
        self._api = {route.prefix: route for route in routes if route.audience}
        self._portal = next(route for route in routes if route.prefix == "/")

    def find(self, path: str) -> Route | None:
        """Return the route of a canonical path; None when it is the gateway's own to answer."""
        parts = path.split("/", 4)
        if parts[1] not in RESERVED:
            return self._portal
        return self._api.get("/".join(parts[:4]) + "/") if len(parts) == 5 else None


def load() -> Routes:
    """Read the path table that ships with the package."""
    table = tomllib.loads((files("ila_gateway") / "routes.toml").read_text())
    return Routes(tuple(_route(table["defaults"] | row) for row in table["route"]))


def _route(row: dict[str, object]) -> Route:
    return Route(**{**row, "methods": frozenset(row["methods"])})  # type: ignore[call-overload]
