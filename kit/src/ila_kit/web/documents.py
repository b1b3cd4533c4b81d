"""What the API document says of a route: who may call it, what it takes and all it may answer."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import marshmallow as ma
from flask_smorest import Blueprint

from ila_kit.errors import DomainError, Stale
from ila_kit.files.errors import FileInfected, FileMissing, FilesUnavailable, ScannerUnavailable
from ila_kit.store.idempotency import InProgress, KeyReused
from ila_kit.web.access import Access, AssuranceTooLow
from ila_kit.web.problems import CONTENT_TYPE, ProblemSchema, status_of
from ila_kit.web.uploads import FORM, MULTIPART

if TYPE_CHECKING:
    from ila_kit.web.resource import Operation

_HEADER = {"type": "string", "minLength": 1, "maxLength": 255}
_FILE = {"type": "string", "format": "binary"}
_JSON = {"type": "object"}


def documented(
    blueprint: Blueprint,
    made: "Operation",
    body: type[ma.Schema] | None,
    query: type[ma.Schema] | None,
    answer: tuple[int, type[ma.Schema] | None],
    refusals: Sequence[type[DomainError]],
    addressed: bool,
) -> dict[str, Any]:
    """Return the documentation of a route in flask-smorest's own form."""
    described: Callable[..., Any] = lambda: None  # noqa: E731
    described = blueprint.response(*answer)(described)
    for status, codes in sorted(_problems(made, refusals, addressed).items()):
        described = blueprint.alt_response(
            status, schema=ProblemSchema, content_type=CONTENT_TYPE, description=", ".join(sorted(codes))
        )(described)
    if body and not made.files:
        described = blueprint.arguments(body)(described)
    if query:
        described = blueprint.arguments(query, location="query")(described)
    found: dict[str, Any] = described.__dict__["_apidoc"]
    return found | {"manual_doc": _access(made.access) | _headers(made) | _files(made)}


def _problems(
    made: "Operation", refusals: Sequence[type[DomainError]], addressed: bool
) -> dict[int, set[str]]:
    """Return the codes a route may answer with, by status."""
    found: dict[int, set[str]] = {401: {"unauthenticated"}, 422: {"invalid-request"}, 503: {"busy"}}
    if not made.access.public:
        found[403] = {"forbidden"} | ({AssuranceTooLow.code} if made.access.acr != "low" else set())
    if addressed:
        found.setdefault(404, set()).add("not-found")
    if made.method != "GET":
        found |= {400: {"malformed-json"}, 413: {"body-too-large"}}
    if made.body or made.files:
        found[415] = {"unsupported-media-type"}
    if made.files:
        found[422].add(FileInfected.code)
        found[503] |= {ScannerUnavailable.code, FilesUnavailable.code}
    if made.media_type:
        found[503] |= {FileMissing.code, FilesUnavailable.code}
    if made.takes_key:
        found.setdefault(400, set()).add("idempotency-key-required")
        found[409] = {InProgress.code}
        found[422].add(KeyReused.code)
    if made.if_match:
        found |= {412: {Stale.code}, 428: {"precondition-required"}}
    for kind in refusals:
        found.setdefault(status_of(kind.__new__(kind)), set()).add(kind.code)
    return found


def _access(access: Access) -> dict[str, Any]:
    named = ["public"] if access.public else ["signed-in"] if access.signed_in else None
    limited = {"x-own-roles": sorted(access.own - access.any)} if access.own else {}
    return limited | {
        "x-roles": named or sorted(access.own | access.any),
        "x-tenant-scope": access.tenant_scope,
        "x-assurance": access.acr,
        "security": [] if access.public else [{"identity_token": []}],
    }


def _headers(made: "Operation") -> dict[str, Any]:
    key = [("Idempotency-Key", made.idempotent)] if made.takes_key else []
    version = [("If-Match", True)] if made.if_match else []
    rows = [
        {"in": "header", "name": name, "required": needed, "schema": _HEADER}
        for name, needed in key + version
    ]
    return {"parameters": rows} if rows else {}


def _files(made: "Operation") -> dict[str, Any]:
    """Return what is said of files that come in as parts of a form, and of one that goes out."""
    said: dict[str, Any] = {}
    if made.files:
        parts = {FORM: type(made.body) if made.body else {"type": "object"}} | dict.fromkeys(
            made.files, _FILE
        )
        schema = {"type": "object", "required": [FORM, *made.files], "properties": parts}
        encoding = {FORM: {"contentType": "application/json"}}
        content = {MULTIPART: {"schema": schema, "encoding": encoding}}
        said["requestBody"] = {"required": True, "content": content}
    if made.media_type:
        content = {made.media_type: {"schema": _JSON if made.media_type.endswith("json") else _FILE}}
        said["responses"] = {str(made.status): {"description": "The file", "content": content}}
    return said
