"""The API documents of the services: which operations there are, and answers as they would give them."""

import json
import re
from pathlib import Path
from typing import Any

SERVICES = Path(__file__).parents[2] / "services"
GATEWAY = Path(__file__).parents[2] / "gateway" / "src" / "ila_gateway" / "own_openapi.json"
DOCUMENTS = {path.parent.name: json.loads(path.read_text()) for path in SERVICES.glob("*/openapi.json")}
DOCUMENTS["gateway"] = json.loads(GATEWAY.read_text())
INSTANT, DAY = "2026-11-23T12:05:09.120000Z", "2026-11-23"
SAMPLES = ("Teksts", "teksts", "BR-702")
IDENTIFIER = "01a20baa-0000-7000-8000-0000000000aa"


def operation(method: str, path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return an operation and the document it stands in, for a path whose ids may be names in braces.

    Raises LookupError when no service has it.
    """
    wanted = _steps(path.partition("?")[0])
    for document in DOCUMENTS.values():
        for template, operations in document["paths"].items():
            if _steps(template) == wanted and method.lower() in operations:
                return operations[method.lower()], document
    raise LookupError(f"{method} {path}")


def _steps(path: str) -> list[str]:
    return ["{}" if step.startswith("{") else step for step in path.strip("/").split("/")]


def answer_of(path: str, **facts: Any) -> Any:
    """Return what a GET of a path would answer, with these facts wherever they have a place."""
    found, document = operation("GET", path)
    content = found["responses"]["200"]["content"]
    return sample(next(iter(content.values()))["schema"], document, facts)


def deeds_of(page: Any) -> tuple[Any, ...]:
    """Return the deeds of a page that is data; those made of its answers as the documents would answer."""
    made = page.deeds_of and page.deeds_of({name: answer_of(path) for name, path in page.reads.items()})
    return (*page.deeds, *page.row_deeds, *(made or ()))


def body_schema(found: dict[str, Any]) -> dict[str, Any] | None:
    """Return the schema of an operation's body: JSON, or the part `form` beside files."""
    content = found.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        schema: dict[str, Any] = content["multipart/form-data"]["schema"]["properties"]["form"]
        return schema
    return content.get("application/json", {}).get("schema")


def sample(schema: dict[str, Any], document: dict[str, Any], facts: dict[str, Any], name: str = "") -> Any:
    """Return a value that fits a schema."""
    schema = resolved(schema, document)
    kind = schema.get("type")
    kind = next((one for one in kind if one != "null"), None) if isinstance(kind, list) else kind
    if name in facts and (kind != "object" or facts[name] is None):
        return facts[name]
    if kind == "object" or "properties" in schema:
        inner = schema.get("properties", {})
        return {key: sample(one, document, facts, key) for key, one in inner.items()}
    if kind == "array":
        return [sample(schema["items"], document, facts, name)]
    if "enum" in schema:
        return next(one for one in schema["enum"] if one is not None)
    return {"integer": 7, "number": 7, "boolean": True}.get(kind or "", _text(schema, name))


def resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with its reference followed, and the first of its choices taken."""
    if "$ref" in schema:
        return resolved(document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], document)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            real = [one for one in schema[choice] if one.get("type") != "null"]
            return resolved(real[0], document)
    return schema


def _text(schema: dict[str, Any], name: str) -> str:
    shape = str(schema.get("format") or "")
    if shape == "uuid":
        return IDENTIFIER
    if shape == "date-time":
        return INSTANT
    if shape == "date":
        return DAY
    if "sha256" in name:
        return "a" * 64
    if name.endswith("_percent"):
        return "70.00"
    if name in ("amount", "currency"):
        return "608.99" if name == "amount" else "EUR"
    fitting = (one for one in SAMPLES if re.search(schema.get("pattern", ""), one))
    return next(fitting, SAMPLES[0])
