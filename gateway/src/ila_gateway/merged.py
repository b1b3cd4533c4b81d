"""One OpenAPI document of the whole platform, put together from those of the services."""

import json
import time
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

Document = dict[str, Any]
HTTP_METHODS = ("get", "put", "post", "delete", "options", "head", "patch")
_KEPT_SECONDS = 60
_KEPT_SECONDS_WHEN_INCOMPLETE = 5
_INSIDE = "identity_token"
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/GatewayProblem"}}}
# What the door itself may answer in place of a service.
_OF_THE_DOOR: Document = {
    "429": {"description": "too-many-requests", "content": _PROBLEM},
    "503": {"description": "service-unavailable, service-busy, sessions-unavailable", "content": _PROBLEM},
    "504": {"description": "service-timeout", "content": _PROBLEM},
}
_OUTSIDE: list[dict[str, list[str]]] = [{"session": []}, {"access_token": []}]


def own_document() -> Document:
    """Return the document of the gateway's own paths, which is also the frame of the merged one."""
    document: Document = json.loads((files("ila_gateway") / "own_openapi.json").read_text("utf-8"))
    return document


def merge(own: Document, services: Mapping[str, Document], server: str) -> Document:
    """Return one document. What two services define differently gets the service's name in front."""
    clashing = _clashes({"gateway": own, **services})
    paths: Document = dict(own["paths"])
    components: dict[str, Document] = {kind: dict(named) for kind, named in own["components"].items()}
    for service, document in services.items():
        renamed = _renamed(document, service, clashing)
        for path, item in renamed.get("paths", {}).items():
            if path.startswith(f"/api/{service}/v1/"):
                paths[path] = _seen_from_outside(item, service)
        for kind, named in renamed.get("components", {}).items():
            if kind != "securitySchemes":
                components.setdefault(kind, {}).update(named)
    return {
        "openapi": "3.1.0",
        "info": own["info"],
        "servers": [{"url": server}],
        "paths": dict(sorted(paths.items())),
        "components": components,
    }


class MergedDocument:
    """The merged document, made again each minute; a service that is down keeps its last known part."""

    def __init__(
        self,
        sources: Mapping[str, Callable[[], Document | None]],
        server: str,
        clock: Callable[[], float] = time.monotonic,
    ):
        self._sources = sources
        self._server = server
        self._clock = clock
        self._own = own_document()
        self._parts: dict[str, Document] = {}
        self._made: Document | None = None
        self._good_until = 0.0

    def current(self) -> Document:
        """Return the document; `x-missing` names services whose part was never read."""
        if self._made is None or self._clock() > self._good_until:
            self._made = self._make()
        return self._made

    def _make(self) -> Document:
        fresh = {name: source() for name, source in self._sources.items()}
        self._parts |= {name: document for name, document in fresh.items() if document}
        seconds = _KEPT_SECONDS if all(fresh.values()) else _KEPT_SECONDS_WHEN_INCOMPLETE
        self._good_until = self._clock() + seconds
        parts = {name: self._parts[name] for name in self._sources if name in self._parts}
        missing = sorted(set(self._sources) - set(parts))
        return merge(self._own, parts, self._server) | ({"x-missing": missing} if missing else {})


def _clashes(documents: Mapping[str, Document]) -> set[tuple[str, str]]:
    """Return kind and name of components that mean different things in two documents.

    One that refers to others counts as different: equal words may refer to unequal things.
    """
    seen: dict[tuple[str, str], Any] = {}
    clashing = set()
    for document in documents.values():
        for kind, named in document.get("components", {}).items():
            for name, meaning in named.items():
                first = seen.setdefault((kind, name), meaning)
                if first is not meaning and (first != meaning or "$ref" in json.dumps(meaning)):
                    clashing.add((kind, name))
    return clashing


def _renamed(document: Document, service: str, clashing: set[tuple[str, str]]) -> Document:
    def new_name(kind: str, name: str) -> str:
        return service.capitalize() + name if (kind, name) in clashing else name

    def walk(value: Any) -> Any:
        if isinstance(value, list):
            return [walk(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {name: reference(one) if name == "$ref" else walk(one) for name, one in value.items()}

    def reference(text: Any) -> Any:
        parts = str(text).split("/")
        if text == walk(text) and parts[:2] == ["#", "components"] and len(parts) == 4:
            return "/".join([*parts[:3], new_name(parts[2], parts[3])])
        return text

    components = {
        kind: {new_name(kind, name): walk(meaning) for name, meaning in named.items()}
        for kind, named in document.get("components", {}).items()
    }
    return {"paths": walk(document.get("paths", {})), "components": components}


def _seen_from_outside(item: Document, service: str) -> Document:
    """Return a path item as callers of the gateway see it: how they show who they are, its own answers."""
    shown = dict(item)
    for method in HTTP_METHODS:
        if method in item:
            operation = dict(item[method])
            inside = any(_INSIDE in one for one in operation.get("security", []))
            operation |= {"x-service": service} | ({"security": _OUTSIDE} if inside else {})
            operation["responses"] = dict(sorted((_OF_THE_DOOR | operation["responses"]).items()))
            if "operationId" in operation:
                operation["operationId"] = f"{service}_{operation['operationId']}"
            shown[method] = operation
    return shown
