"""Routes that say who may call them, what goes in, what comes out, and which refusals to expect.

Every route of every service is declared by `Resource.operation`; it checks the caller, reads the
body, opens the unit of work, honours the idempotency key, commits, and documents all of this.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import flask
import marshmallow as ma
import orjson
import sqlalchemy as sa
from flask_smorest import Blueprint

from ila_kit.actor import Actor, Scope
from ila_kit.errors import DomainError, Stale
from ila_kit.events import to_bytes
from ila_kit.store.idempotency import Claim, InProgress, KeyReused
from ila_kit.store.listing import PageRequest
from ila_kit.store.unit import StoredAnswer, Units
from ila_kit.web.access import Access
from ila_kit.web.conditional import content_tag, is_known, kept_headers
from ila_kit.web.documents import documented
from ila_kit.web.identity import BadToken, Verifier
from ila_kit.web.problems import BadRequest, Invalid
from ila_kit.web.uploads import UploadedFile, fingerprint, read_form

__all__ = [
    "Access",
    "Answer",
    "Call",
    "Resource",
    "Wiring",
    "caller",
    "load",
    "page_request",
    "pointers",
    "read_json",
]

VISITOR = Actor(id="visitor")
JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view returns when headers matter: `version`, or else the content when `tagged`, is the ETag."""

    value: Any
    location: str | None = None
    version: int | None = None
    tagged: bool = False
    headers: dict[str, str] = field(default_factory=dict)

    def all_headers(self) -> dict[str, str]:
        """Return the headers of the answer."""
        mine = {"Location": self.location, "ETag": None if self.version is None else f'"{self.version}"'}
        return {name: value for name, value in mine.items() if value} | self.headers


@dataclass(slots=True)
class Call:
    """One request, as a view gets it."""

    unit: Any
    actor: Actor
    scope: Scope
    deps: Any
    body: dict[str, Any] = field(default_factory=dict)
    files: dict[str, UploadedFile] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    if_match: int | None = None
    content: bytes = b""


@dataclass(frozen=True)
class Wiring:
    """What routes of one application need: units of work, the token verifier, its packages of texts."""

    units: Units[Any]
    verifier: Verifier
    deps: Any
    packages: tuple[str, ...]
    check_answers: bool = False


@dataclass(frozen=True)
class Operation:
    """The declaration of one route."""

    method: str
    access: Access
    body: ma.Schema | None
    query: ma.Schema | None
    status: int
    answer: ma.Schema | None
    idempotent: bool
    if_match: bool
    reads: bool
    files: tuple[str, ...] = ()
    media_type: str | None = None

    @property
    def takes_key(self) -> bool:
        """Whether it may come under a key. A change sent again without one is stale by its own effect."""
        return self.idempotent or self.if_match

    def run(self, view: Callable[..., Any], path: dict[str, Any]) -> flask.Response:
        """Carry out one request from its token to its commit."""
        wiring: Wiring = flask.current_app.extensions["ila"]
        actor = caller(wiring.verifier, optional=self.access.public)
        call = Call(None, actor, self.access.scope(actor), wiring.deps)
        self._take_content(call)
        call.query = self._query()
        call.if_match = expected_version() if self.if_match else None
        if self.reads:
            return self._read(wiring, view, call, path)
        return self._write(wiring, view, call, path)

    def _read(
        self, wiring: Wiring, view: Callable[..., Any], call: Call, path: dict[str, Any]
    ) -> flask.Response:
        with wiring.units.read(call.actor) as unit:
            call.unit = unit
            response = self._response(view(call, **path), wiring)
            unit.commit()
        known = is_known(response.headers.get("ETag"))
        return _bare(304, kept_headers(response.headers)) if known else response

    def _write(
        self, wiring: Wiring, view: Callable[..., Any], call: Call, path: dict[str, Any]
    ) -> flask.Response:
        claim = self._claim(call)
        try:
            return self._once(wiring, view, call, path, claim)
        except (KeyReused, InProgress):
            raise
        except (DomainError, sa.exc.IntegrityError):
            # A twin may have committed between our look for its answer and our lock;
            # then its effect is why we were refused, and its answer is ours.
            with wiring.units.read(call.actor) as unit:
                stored = claim.take(unit.connection) if claim else None
            if stored is None:
                raise
            return _again(stored)

    def _once(
        self,
        wiring: Wiring,
        view: Callable[..., Any],
        call: Call,
        path: dict[str, Any],
        claim: Claim | None,
    ) -> flask.Response:
        with wiring.units.open(call.actor) as unit:
            call.unit = unit
            stored = claim.take(unit.connection) if claim else None
            if stored:
                return _again(stored)
            response = self._response(view(call, **path), wiring)
            if claim:
                unit.remember(_stored(claim, response))
            unit.commit()
            return response

    def _claim(self, call: Call) -> Claim | None:
        key = flask.request.headers.get("Idempotency-Key", "")
        if not self.takes_key or not (key or self.idempotent):
            return None
        if not 1 <= len(key) <= 255 or not key.isprintable():
            raise BadRequest("idempotency-key-required", 400)
        # A machine has keys of its own for each person: else one would get the answer made for another.
        caller = " for ".join(filter(None, (call.actor.id, call.actor.acting_for)))
        return Claim.of(caller, key, self.method, flask.request.path, call.content)

    def _take_content(self, call: Call) -> None:
        if self.files:
            form, call.files = read_form(self.files)
            call.body = load(self.body or _NOTHING, read_json(form))
            call.content = fingerprint(form, call.files)
        else:
            call.body, call.content = self._body(), flask.request.get_data()

    def _body(self) -> dict[str, Any]:
        if self.body is None:
            return {} if self.reads else self._no_body()
        if flask.request.mimetype != JSON:
            raise BadRequest("unsupported-media-type", 415, expected=JSON)
        return load(self.body, read_json(flask.request.get_data()))

    def _no_body(self) -> dict[str, Any]:
        """Refuse members that nobody reads: who sends them expects an effect."""
        data = flask.request.get_data() if flask.request.mimetype == JSON else b""
        return load(_NOTHING, read_json(data)) if data else {}

    def _query(self) -> dict[str, Any]:
        values = flask.request.args.to_dict(flat=False)
        if repeated := {name: ["given twice"] for name, many in values.items() if len(many) > 1}:
            raise Invalid(errors=pointers(repeated))
        single = {name: many[0] for name, many in values.items()}
        if nul := {name: ["holds a NUL"] for name, text in single.items() if "\0" in name + text}:
            raise Invalid(errors=pointers(nul))
        return load(self.query or _NOTHING, single)

    def _response(self, result: Any, wiring: Wiring) -> flask.Response:
        answer = result if isinstance(result, Answer) else Answer(result)
        if isinstance(answer.value, flask.Response):
            return answer.value
        data = to_bytes(answer.value)
        if wiring.check_answers:
            self._check(orjson.loads(data))
        if self.status == 204:
            return _bare(self.status, answer.all_headers())
        headers = answer.all_headers() | (content_tag(data) if answer.tagged else {})
        return flask.Response(data, self.status, headers, content_type=JSON)

    def _check(self, shown: Any) -> None:
        faults = self.answer.validate(shown) if self.answer else None
        if faults:
            raise AssertionError(f"the answer does not fit its schema: {faults}")


class Resource(Blueprint):  # type: ignore[misc]
    """A group of routes on one path; the only way a service makes a route."""

    def operation(
        self,
        method: str,
        rule: str,
        access: Access,
        *,
        answer: tuple[int, type[ma.Schema] | None],
        body: type[ma.Schema] | None = None,
        query: type[ma.Schema] | None = None,
        refusals: Sequence[type[DomainError]] = (),
        idempotent: bool = False,
        if_match: bool = False,
        reads: bool | None = None,
        files: Sequence[str] = (),
        media_type: str | None = None,
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Register a view as a route. Views take `(call, **path)` and return a value or an `Answer`.

        `reads` (default: GET) gives the view a unit for reading only. With `files` the request is a
        multipart form: the part `form` holds the JSON of `body`, each name one file part, found in
        `call.files`. `media_type` is that of a file the view hands out with `uploads.download`.
        """

        def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
            made = Operation(
                method,
                access,
                body() if body else None,
                query() if query else None,
                answer[0],
                answer[1]() if answer[1] else None,
                idempotent,
                if_match,
                method == "GET" if reads is None else reads,
                tuple(files),
                media_type,
            )

            @wraps(view)
            def route(**path: Any) -> flask.Response:
                return made.run(view, path)

            route._apidoc = documented(self, made, body, query, answer, refusals, "<" in rule)  # type: ignore[attr-defined]
            self.add_url_rule(rule, None, route, methods=[method])
            return view

        return decorate


_NOTHING = ma.Schema.from_dict({})(unknown=ma.RAISE)


def caller(verifier: Verifier, optional: bool = False) -> Actor:
    """Return who calls, by the identity token. Raises a 401 problem."""
    scheme, _, token = flask.request.headers.get("Authorization", "").partition(" ")
    if not token and optional:
        return VISITOR
    try:
        if scheme.lower() != "bearer":
            raise BadToken("no token")
        return verifier.actor(token)
    except BadToken:
        raise BadRequest("unauthenticated", 401) from None


def read_json(data: bytes) -> Any:
    """Return the JSON value of a body: strict UTF-8, no NaN, no infinity. Raises a 400 problem."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise BadRequest("malformed-json", 400) from None


def load(schema: ma.Schema, value: Any) -> dict[str, Any]:
    """Return a value as the schema reads it. Raises Invalid with a JSON pointer for each fault."""
    try:
        return dict(schema.load(value))
    except ma.ValidationError as fault:
        raise Invalid(errors=pointers(fault.messages)) from None


def pointers(messages: Any, at: str = "") -> dict[str, list[str]]:
    """Return nested validation messages as JSON pointer → texts."""
    if not isinstance(messages, dict):
        return {at: [str(text) for text in messages]}
    found: dict[str, list[str]] = {}
    for name, inner in messages.items():
        step = "" if name == "_schema" else "/" + str(name).replace("~", "~0").replace("/", "~1")
        found |= pointers(inner, at + step)
    return found


def expected_version() -> int:
    """Return the version the caller read, from If-Match. Raises a 428 problem; Stale for a foreign tag."""
    tag = flask.request.headers.get("If-Match", "").strip()
    if not tag:
        raise BadRequest("precondition-required", 428)
    number = tag.strip('"')
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Stale()
    return int(number)


def page_request(query: dict[str, Any]) -> PageRequest:
    """Return the page a list query asks for; everything that is not paging is a filter."""
    paging = {name: query[name] for name in ("limit", "after", "sort", "updated_since") if name in query}
    return PageRequest(**paging, filters={name: value for name, value in query.items() if name not in paging})


def _stored(claim: Claim, response: flask.Response) -> StoredAnswer:
    kept = {
        name: response.headers[name]
        for name in ("Content-Type", "Location", "ETag")
        if name in response.headers
    }
    return claim.answer(response.status_code, kept, response.get_data())


def _again(stored: StoredAnswer) -> flask.Response:
    response = _bare(stored.status, stored.headers)
    response.set_data(stored.body)
    return response


def _bare(status: int, headers: dict[str, str]) -> flask.Response:
    """Return an answer with these headers only: without a body there is no type of it."""
    response = flask.Response(status=status)
    response.headers.clear()
    response.headers.extend(headers)
    return response
