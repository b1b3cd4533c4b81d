"""Who looks at the page: session, language, request; and the API as this visitor may use it."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import flask
from ila_kit.context import current
from ila_kit.web.identity import ASSURANCE

from ila_portal.api import Caller, Gateway, NotThere, Refused, SignedOut, Unavailable
from ila_portal.texts import language

ME = "/auth/me"
SESSION_COOKIES = ("__Host-ila_session", "ila_session")


def api() -> Caller:
    """Return the API in the visitor's name: session, language, request id and trace go along."""
    gateway: Gateway = flask.current_app.extensions["gateway"]
    context = current()
    headers = {
        "Accept-Language": language(),
        "X-Request-Id": context.request_id,
        "traceparent": context.traceparent,
    }
    return Caller(gateway, headers | _session())


def has_session() -> bool:
    """Whether the browser shows a session; only the gateway knows if it is still good."""
    return bool(_session())


def person() -> Mapping[str, Any] | None:
    """Return who is signed in, with roles and the token that writes must prove; None for nobody.

    Never fails: a page that everybody may read is shown even when the gateway does not say who looks.
    """
    if "person" not in flask.g:
        try:
            flask.g.person = api().get(ME) if has_session() else None
        except (NotThere, Refused, SignedOut, Unavailable):
            flask.g.person = None
    found: Mapping[str, Any] | None = flask.g.person
    return found


def seen_by_person(*paths: str) -> list[Any]:
    """Return the JSON at paths, asked at the same time as who is signed in. Raises as `Caller.get` does."""
    if flask.g.get("person"):
        return api().get_together(*paths) if paths else []
    flask.g.person, *answers = api().get_together(ME, *paths)
    return answers


def roles(organisation: str | None = None) -> set[str]:
    """Return the names of the roles the person holds: in one organisation and platform-wide, or in any."""
    held = (person() or {}).get("roles", ())
    return {
        one["role"] for one in held if organisation is None or one["organisation"] in (None, organisation)
    }


def organisations(kind: str = "provider") -> list[str]:
    """Return the ids of the organisations a person works for: institutions, or those of another kind."""
    held = (person() or {}).get("roles", ())
    ids = (one["organisation"] for one in held if one["role"].startswith(f"{kind}_"))
    return list(dict.fromkeys(one for one in ids if one))


def must_have_session() -> None:
    """Pass a browser that shows a session. Raises SignedOut."""
    if not has_session():
        raise SignedOut


def without_done() -> dict[str, str]:
    """Return what the visitor asked of this page, without the word about what was just done."""
    return {name: value for name, value in flask.request.args.items() if name != "done"}


def here() -> str:
    """Return the address of this page as one comes back to it."""
    kept = without_done()
    return f"{flask.request.path}?{urlencode(kept)}" if kept else flask.request.path


def local_path(address: str) -> str:
    """Return an address that is a path of ours; the start page for any other."""
    return address if re.fullmatch(r"/(?![/\\])[!-~]*", address) else "/"


def way_to_sign_in(back: str) -> str:
    """Return the address where one signs in, and from there goes back to a page."""
    return f"/auth/login?{urlencode({'next': back})}"


def way_to_step_up(back: str) -> str:
    """Return the address where one signs in more strongly, and from there goes back to a page."""
    return f"/auth/step-up?{urlencode({'acr_values': ASSURANCE[-1], 'next': back})}"


def _session() -> dict[str, str]:
    for name in SESSION_COOKIES:
        if value := flask.request.cookies.get(name):
            return {"Cookie": f"{name}={value}"}
    return {}
