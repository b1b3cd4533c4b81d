"""The yardstick: a bare Flask that asks a bare Flask that asks PostgreSQL, and nothing else.

No sign-in, no validation, no transaction rules, no outbox: what the machine can do at most with
this stack. `front` forwards over kept-alive connections; `back` reads or inserts one row.
"""

import http.client
import os
import threading
from urllib.parse import urlsplit

import flask
import psycopg
from psycopg.types.json import Json

_local = threading.local()


def back() -> flask.Flask:
    """Return the inner application: one row in or out of PostgreSQL."""
    app = flask.Flask("bare_back")

    def connection() -> psycopg.Connection:
        if not hasattr(_local, "connection"):
            _local.connection = psycopg.connect(os.environ["BARE_DATABASE_URL"])
        return _local.connection

    @app.get("/rows/<int:row>")
    def read(row: int) -> dict[str, object]:
        found = connection().execute("SELECT id, body FROM bare WHERE id = %s", (row,)).fetchone()
        connection().commit()
        return {"id": found[0], "body": found[1]}

    @app.post("/rows")
    def write() -> tuple[dict[str, object], int]:
        made = connection().execute(
            "INSERT INTO bare (body) VALUES (%s) RETURNING id", (Json(flask.request.get_json()),)
        )
        row = made.fetchone()[0]
        connection().commit()
        return {"id": row}, 201

    return app


def small() -> flask.Flask:
    """Return a service that does nothing: it answers any path with a small document, or with megabytes."""
    app = flask.Flask("bare_small")

    @app.get("/<path:_>")
    def read(_: str) -> flask.Response | dict[str, object]:
        megabytes = flask.request.args.get("megabytes", 0, type=int)
        if not megabytes:
            return {"state": "draft", "text": "ā" * 200}
        length = {} if "chunked" in flask.request.args else {"Content-Length": str(megabytes << 20)}
        return flask.Response((b"x" * (1 << 16) for _ in range(megabytes * 16)), headers=length)

    return app


def front() -> flask.Flask:
    """Return the outer application: forwards everything."""
    app = flask.Flask("bare_front")
    inner = urlsplit(os.environ["BARE_BACK_URL"])

    @app.route("/<path:path>", methods=["GET", "POST"])
    def forward(path: str) -> flask.Response:
        if not hasattr(_local, "upstream"):
            _local.upstream = http.client.HTTPConnection(inner.hostname, inner.port)
        headers = {"Content-Type": flask.request.content_type or "application/json"}
        _local.upstream.request(flask.request.method, f"/{path}", flask.request.get_data(), headers)
        answer = _local.upstream.getresponse()
        return flask.Response(answer.read(), answer.status, content_type=answer.getheader("Content-Type"))

    return app
