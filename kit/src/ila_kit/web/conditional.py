"""Answers that are not sent again while nothing has changed: ETag, Last-Modified, 304."""

import hashlib
from datetime import datetime

import flask
from werkzeug.datastructures import Headers
from werkzeug.http import http_date

_KEPT = ("ETag", "Last-Modified", "Cache-Control", "Vary")


def content_tag(data: bytes) -> dict[str, str]:
    """Return the ETag of these bytes: weak, for what carries them may pack them otherwise."""
    return {"ETag": f'W/"{hashlib.sha256(data).hexdigest()[:32]}"'}


def last_modified(at: datetime | None) -> dict[str, str]:
    """Return the header that says when something changed last; none when that is not known.

    It tells; only the ETag decides, for two changes may come in one second.
    """
    return {} if at is None else {"Last-Modified": http_date(at)}


def is_known(etag: str | None) -> bool:
    """Tell whether the caller has what this ETag stands for."""
    return etag is not None and flask.request.if_none_match.contains_weak(etag.removeprefix("W/").strip('"'))


def kept_headers(headers: Headers) -> dict[str, str]:
    """Return the headers of an answer that go with the word that nothing has changed."""
    return {name: headers[name] for name in _KEPT if name in headers}
