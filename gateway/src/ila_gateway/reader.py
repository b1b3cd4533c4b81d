"""The API document arranged for people who read it."""

from dataclasses import dataclass
from typing import Any

from ila_gateway.merged import HTTP_METHODS

_GATEWAY = "gateway"


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a member of a body."""

    name: str
    kind: str
    required: bool
    text: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """One answer an operation may give."""

    status: str
    text: str
    fields: list[Field]


@dataclass(frozen=True, slots=True)
class Entry:
    """One operation."""

    mark: str
    method: str
    path: str
    summary: str
    text: str
    roles: list[str]
    tenant_scope: str
    parameters: list[Field]
    body: list[Field]
    answers: list[Outcome]
    problems: list[Outcome]


def arrange(document: dict[str, Any]) -> dict[str, list[Entry]]:
    """Return the operations of a document by the service that answers them, in the order of their paths."""
    groups: dict[str, list[Entry]] = {}
    for path, item in document["paths"].items():
        for method in HTTP_METHODS:
            if method in item:
                service = item[method].get("x-service", _GATEWAY)
                groups.setdefault(service, []).append(_entry(document, path, method, item))
    return dict(sorted(groups.items()))


def _entry(document: dict[str, Any], path: str, method: str, item: dict[str, Any]) -> Entry:
    operation = item[method]
    shared = item.get("parameters", [])
    outcomes = [
        _outcome(document, status, one) for status, one in sorted(operation.get("responses", {}).items())
    ]
    return Entry(
        mark=f"{method}-{path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}",
        method=method.upper(),
        path=path,
        summary=operation.get("summary", ""),
        text=operation.get("description", ""),
        roles=operation.get("x-roles", []),
        tenant_scope=operation.get("x-tenant-scope", "none"),
        parameters=[_parameter(document, one) for one in [*shared, *operation.get("parameters", [])]],
        body=_content(document, operation.get("requestBody", {})),
        answers=[one for one in outcomes if not one.status.startswith(("4", "5"))],
        problems=[one for one in outcomes if one.status.startswith(("4", "5"))],
    )


def _parameter(document: dict[str, Any], given: dict[str, Any]) -> Field:
    one = _resolved(document, given)
    kind = f"{one.get('in', '')}: {_kind(document, one.get('schema', {}))}"
    return Field(one.get("name", ""), kind, bool(one.get("required")), one.get("description", ""))


def _outcome(document: dict[str, Any], status: str, given: dict[str, Any]) -> Outcome:
    one = _resolved(document, given)
    fields = [] if status.startswith(("4", "5")) else _content(document, one)
    return Outcome(status, one.get("description", ""), fields)


def _content(document: dict[str, Any], holder: dict[str, Any]) -> list[Field]:
    content = _resolved(document, holder).get("content", {})
    return [field for media in content.values() for field in _members(document, media.get("schema", {}))]


def _members(document: dict[str, Any], schema: dict[str, Any]) -> list[Field]:
    found = _resolved(document, schema)
    if "properties" not in found:
        return [Field("", _kind(document, schema), True, found.get("description", ""))] if schema else []
    required = found.get("required", [])
    return [
        Field(name, _kind(document, one), name in required, _resolved(document, one).get("description", ""))
        for name, one in found["properties"].items()
    ]


def _kind(document: dict[str, Any], schema: dict[str, Any]) -> str:
    """Return a short name for what a schema takes."""
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[-1]
    if "enum" in schema:
        return " | ".join(str(one) for one in schema["enum"])
    kind = schema.get("type", "any")
    if kind == "array":
        return f"[{_kind(document, schema.get('items', {}))}]"
    name = " | ".join(kind) if isinstance(kind, list) else str(kind)
    return f"{name} ({schema['format']})" if "format" in schema else name


def _resolved(document: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Return what a reference stands for; the thing itself when it is none."""
    found: Any = given
    for _ in range(8):
        if not isinstance(found, dict) or "$ref" not in found:
            break
        target: Any = document
        for step in str(found["$ref"]).removeprefix("#/").split("/"):
            target = target.get(step, {}) if isinstance(target, dict) else {}
        found = target
    return found if isinstance(found, dict) else {}
