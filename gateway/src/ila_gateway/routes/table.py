"""The routes table: which neighbour answers an operation, who may ask, and within which limits."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ila_kit.errors import Missing
from ila_kit.web.problems import BadRequest

PUBLIC, SIGNED_IN = "public", "signed-in"
PORTAL, GATEWAY = "portal", "gateway"
OF_PAGES = ("GET", "POST")
# First segments that are the gateway's own or the services'; the portal never sees them.
RESERVED = frozenset(
    {"api", "auth", "oauth", ".well-known", "health", "status", "registers", "queue", "openapi.json"}
)


class MethodNotAllowed(BadRequest):
    """This path takes other methods."""

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__("method-not-allowed", 405)
        self.allow = [("Allow", ", ".join(sorted(allowed)))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """Who answers operations: a service, the portal, or the gateway itself."""

    name: str
    prefix: str
    audience: str | None = None
    connect_seconds: float
    answer_seconds: float
    at_once: int
    passing: int
    failures: int
    rest_seconds: float
    body_bytes: int
    upload_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One operation. `cost` is in tokens; without an audience no identity token goes with a request."""

    method: str
    template: str
    neighbour: str
    audience: str | None
    callers: str
    scope: str | None
    assurance: str
    cost: int
    body_bytes: int
    upload_bytes: int
    seconds: float

    def body_limit(self, content_type: str) -> int:
        """Return the largest body of this content type, in bytes."""
        return self.upload_bytes if content_type.lower().startswith("multipart/") else self.body_bytes


@dataclass(slots=True)
class _Node:
    """A place in the tree of paths: what may follow, and the operations that end here, by method."""

    named: dict[str, "_Node"] = field(default_factory=dict)
    other: "_Node | None" = None
    routes: dict[str, Route] = field(default_factory=dict)

    def grow(self, segment: str) -> "_Node":
        """Return the node after a segment of a template, made when missing."""
        if not segment.startswith("{"):
            return self.named.setdefault(segment, _Node())
        self.other = self.other or _Node()
        return self.other

    def ends(self, segments: list[str]) -> Iterator["_Node"]:
        """Return the nodes a path may mean, the one that names most first."""
        if not segments:
            yield self
            return
        first, rest = segments[0], segments[1:]
        if first in self.named:
            yield from self.named[first].ends(rest)
        if self.other and first:
            yield from self.other.ends(rest)


class Routes:
    """The routes table, asked for every request."""

    def __init__(self, neighbours: Iterable[Neighbour], routes: Iterable[Route], pages: Iterable[Route]):
        self.neighbours = {one.name: one for one in neighbours}
        self.all = tuple(routes)
        self._pages = {route.method: route for route in pages}
        self._pages["HEAD"] = self._pages["GET"]
        self._root = _Node()
        for route in self.all:
            self._plant(route)

    def find(self, method: str, path: str) -> Route:
        """Return the operation of a method and canonical path. Raises Missing or MethodNotAllowed."""
        segments = path.split("/")
        if segments[1] not in RESERVED:
            return self._page(method)
        node = self._root
        for segment in segments[1:]:
            after = node.named.get(segment) or (node.other if segment else None)
            if after is None:
                return self._searched(method, segments[1:])
            node = after
        return node.routes.get(method) or self._searched(method, segments[1:])

    def _searched(self, method: str, segments: list[str]) -> Route:
        """Look at every place a path may mean: what names a segment need not have what follows."""
        found = [node for node in self._root.ends(segments) if node.routes]
        if not found:
            raise Missing
        for node in found:
            if method in node.routes:
                return node.routes[method]
        raise MethodNotAllowed({name for node in found for name in node.routes})

    def _page(self, method: str) -> Route:
        if method not in self._pages:
            raise MethodNotAllowed(self._pages)
        return self._pages[method]

    def _plant(self, route: Route) -> None:
        first, *rest = route.template.split("/")[1:]
        if first not in RESERVED:
            raise ValueError(f"{route.method} {route.template}: the portal's, for nobody reserved /{first}")
        node = self._root.grow(first)
        for segment in rest:
            node = node.grow(segment)
        if route.method in node.routes:
            raise ValueError(
                f"{route.method} {route.template}: the same as {node.routes[route.method].template}"
            )
        node.routes[route.method] = route
        if route.method == "GET":
            node.routes["HEAD"] = route
