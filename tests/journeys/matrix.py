"""Requests for every operation of the API documents, by whomever one likes, with bodies that hold."""

import json
import secrets
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, TypeVar

import requests
import suite
from ila_kit.clock import riga_date
from joserfc import jwt
from joserfc.jwk import ECKey

EVERYBODYS = {"call_id"}  # calls are public
METHODS = ("GET", "PATCH", "PUT", "POST", "DELETE")
# What lists of ids name.
SUBJECTS = {"trainer_ids": "trainer_id", "present": "application_id", "programme_ids": "programme_id"}
KNOWN: dict[str, Callable[[], Any]] = {  # what a schema alone does not tell
    "amount": lambda: "608.99",
    "contact_email": lambda: "somebody@example.org",
    "conflict": lambda: False,
    "document_sha256": lambda: "0" * 64,
    "email": lambda: "somebody@example.org",
    "kind": lambda: "curriculum",  # a paper that every call made here takes, with offers and programmes
    "iban": lambda: _iban(f"{secrets.randbelow(10**13):013}"),
    "legal_person_number": lambda: "99000000016",
    "maximum": lambda: 20,
    "personal_code": lambda: f"32{secrets.randbelow(10**4):04}-{secrets.randbelow(10**5):05}",
    "valid_through": lambda: riga_date(datetime.now(UTC)) + timedelta(days=30),
    "viis_number": lambda: "9900000001",
}
FILES = {
    "authorisation": ("a.pdf", b"%PDF-1.7 a", "application/pdf"),
    "attestation": ("a.edoc", b"PK\x05\x06" + bytes(18), "application/vnd.etsi.asic-e+zip"),
    "evidence": ("a.pdf", b"%PDF-1.7 a", "application/pdf"),
    "file": ("a.pdf", b"%PDF-1.7 a", "application/pdf"),
}
Ids = dict[str, str]
T = TypeVar("T")


@dataclass(frozen=True)
class Operation:
    """One operation of an API document."""

    service: str
    method: str
    path: str
    roles: frozenset[str]
    own_roles: frozenset[str]
    schema: dict[str, Any] | None
    upload: bool
    versioned: bool
    filters: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.method} {self.path.removeprefix('/api/')}"

    @property
    def parameters(self) -> list[str]:
        """Kinds of what the path names; files are told apart by what they belong to."""
        of = "offer" if "/offers/" in self.path else "programme"
        kinds = {"subject_id": f"{of}_id", "attachment_id": f"{of}_file_id"}
        return [kinds.get(name, name) for name in self._names]

    @property
    def _names(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]

    def address(self, ids: Ids) -> str:
        """Return the path to these resources."""
        named = {name: ids[kind] for name, kind in zip(self._names, self.parameters, strict=True)}
        return self.path.format_map(named)

    @property
    def references(self) -> list[str]:
        """Kinds of resources that the body names."""
        named = set(_references(self.service, self.schema)) - EVERYBODYS
        return sorted(
            {"employer_id" if one == "organisation_id" and self.of_employers else one for one in named}
        )

    @property
    def of_employers(self) -> bool:
        """Whether the organisation that the body names is an employer."""
        return self.method == "POST" and self.path.endswith("/top-ups")


@cache
def _document(service: str) -> Any:
    root = Path(__file__).parents[2]
    return json.loads((root / "services" / service / "openapi.json").read_text())


def operations() -> list[Operation]:
    """Return all operations: those that read first, those that delete last, and parts before their whole."""
    found = [
        _operation(service, method.upper(), path, told)
        for service in ("identity", "catalog", "applications", "funding")
        for path, item in _document(service)["paths"].items()
        for method, told in item.items()
        if method != "parameters"
    ]
    found.reverse()
    return sorted(found, key=lambda one: METHODS.index(one.method))


def _operation(service: str, method: str, path: str, told: Any) -> Operation:
    content = told.get("requestBody", {}).get("content", {})
    media = next(iter(content), None)
    asked = {one["name"] for one in told.get("parameters", [])}
    return Operation(
        service,
        method,
        path,
        frozenset(told["x-roles"]),
        frozenset(told.get("x-own-roles", ())),
        content[media]["schema"] if media else None,
        media == "multipart/form-data",
        "If-Match" in asked,
        tuple(sorted(name for name in asked if name.endswith("_id") and f"{{{name}}}" not in path)),
    )


def _resolved(service: str, schema: Any) -> Any:
    if "anyOf" in schema:
        return _resolved(service, schema["anyOf"][0])
    if "$ref" in schema:
        return _document(service)["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def _references(service: str, schema: Any, name: str = "") -> Iterator[str]:
    """Tell the kind of every id in a body."""
    schema = _resolved(service, schema or {})
    if schema.get("format") == "uuid":
        yield SUBJECTS.get(name, name)
    for inner, told in schema.get("properties", {}).items():
        yield from _references(service, told, inner)
    if "items" in schema:
        yield from _references(service, schema["items"], name)


def body(operation: Operation, ids: Ids) -> Any:
    """Return a least body that names these resources."""
    if operation.of_employers:
        ids = ids | {"organisation_id": ids["employer_id"]}
    made = _example(operation.service, operation.schema or {}, ids)
    if operation.method == "PATCH" and not made:  # which must change something
        named = _resolved(operation.service, operation.schema or {}).get("properties", {})
        made = {name: KNOWN[name]() for name in named if name in KNOWN}
    return made


def _example(service: str, schema: Any, ids: Ids, name: str = "") -> Any:
    schema = _resolved(service, schema)
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "object":
        return {
            inner: _example(service, told, ids, inner)
            for inner, told in schema.get("properties", {}).items()
            if inner in schema.get("required", ()) or inner.endswith("_id")
        }
    if kind == "array":
        return [_example(service, schema["items"], ids, name)]
    if kind == "string":
        return _text(schema, ids, name)
    return KNOWN.get(name, lambda: kind == "boolean" or schema["minimum"])()


def _text(schema: Any, ids: Ids, name: str) -> str:
    now = datetime.now(UTC)
    form = schema.get("format")
    if form == "uuid":
        return ids[SUBJECTS.get(name, name)]
    if form in ("date", "date-time"):
        day = KNOWN.get(name, lambda: riga_date(now))
        return str(day()) if form == "date" else now.isoformat(timespec="seconds")
    return str(schema["enum"][0] if "enum" in schema else KNOWN.get(name, lambda: "Paraugs")())


def _iban(account: str) -> str:
    """Return an account at an invented bank with the check digits of ISO 13616."""
    digits = "".join(str(int(one, 36)) for one in f"BANK{account}LV00")
    return f"LV{98 - int(digits) % 97:02}BANK{account}"


@dataclass(frozen=True)
class Somebody:
    """Whoever calls a service, with an identity token as the gateway makes it; without a name a visitor.

    A role is a name and the organisation it is held in, if any. Whoever changes something gives the
    version that is there, or the one in `read`.
    """

    name: str = ""
    roles: tuple[tuple[str, str | None], ...] = ()
    acts_for: str | None = None
    read: str = ""

    def send(self, operation: Operation, ids: Ids, named: Ids | None = None) -> requests.Response:
        """Send an operation to its service: to what `ids` says, its body naming `named` if that differs."""
        headers = {"Idempotency-Key": str(uuid.uuid4())} | self._bearer(operation.service)
        if operation.versioned:
            headers["If-Match"] = self.read or version(operation, ids)
        form = body(operation, ids | (named or {}))
        sent: dict[str, Any] = {"json": form} if operation.schema else {}
        if operation.upload:
            files = {name: FILES[name] for name in form if name != "form"}
            sent = {"data": {"form": json.dumps(form["form"])}, "files": files}
        return _sent(operation.method, operation.service, operation.address(ids), headers, **sent)

    def get(self, service: str, path: str) -> requests.Response:
        """Read a path of a service."""
        return _sent("GET", service, path, self._bearer(service))

    def _bearer(self, service: str) -> dict[str, str]:
        if not self.name:
            return {}
        key, now = _signing_key(), int(time.time())
        claims = {
            "iss": "ila-gateway",
            "aud": service,
            "sub": self.name,
            "roles": [{"role": role, "organisation": place} for role, place in self.roles],
            "acr": "high",
            "iat": now,
            "exp": now + 60,
        } | ({"act": {"sub": self.acts_for}} if self.acts_for else {})
        token = jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, claims, key)
        return {"Authorization": f"Bearer {token}"}


AUDITOR = Somebody(str(uuid.uuid4()), (("auditor", None),))


def version(operation: Operation, ids: Ids) -> str:
    """Return the tag of what an operation changes: of its own path, or of the resource above it."""
    path = operation.address(ids)
    for address in (path, path.rpartition("/")[0]):
        if tag := AUDITOR.get(operation.service, address).headers.get("ETag"):
            return tag
    return '"1"'


def choices(kinds: Iterable[str], ids: dict[str, list[str]]) -> list[Ids]:
    """Return every way to name one resource of each kind, the newest first."""
    names = list(kinds)
    assert not (lacking := [name for name in names if not ids.get(name)]), f"no instance of {lacking}"
    many = product(*(ids[name][::-1] for name in names))
    return [dict(zip(names, chosen, strict=True)) for chosen in many]


@cache
def _signing_key() -> ECKey:
    return ECKey.import_key((suite.data_dir() / "keys" / "gateway-signing.pem").read_text())


@cache
def _ports() -> dict[str, int]:
    return {row["role"]: row["port"] for row in suite.run_state()}


_POOL = ThreadPoolExecutor(4)
_OF_THREAD = threading.local()


def side_by_side(calls: Iterable[Callable[[], T]]) -> list[T]:
    """Return what calls give, in their order, made four at a time: for what does not hang together."""
    return [one.result() for one in [_POOL.submit(call) for call in calls]]


def _sent(method: str, service: str, path: str, headers: dict[str, str], **what: Any) -> requests.Response:
    address = f"http://127.0.0.1:{_ports()[service]}{path}"
    if not hasattr(_OF_THREAD, "session"):
        _OF_THREAD.session = requests.Session()
    answer: requests.Response = _OF_THREAD.session.request(
        method, address, headers=headers, timeout=30, **what
    )
    return answer
