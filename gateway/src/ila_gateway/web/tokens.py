"""The OAuth addresses: tokens for scripts and machines, and the published keys."""

from collections.abc import Callable
from urllib.parse import urlencode

import flask
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError
from joserfc.util import json_b64decode
from werkzeug.wrappers import Response

from ila_gateway import did
from ila_gateway.oauth import metadata
from ila_gateway.web.context import note_failure, parts

oauth = flask.Blueprint("oauth", __name__)
_PUBLIC_SECONDS = 300
_FORM = "application/x-www-form-urlencoded"
_GUESSES = frozenset({"invalid_client", "invalid_grant"})


@oauth.get("/oauth/authorize")
def authorize() -> Response:
    """Give our own command line a code; a browser without a session signs in first.

    There is no question to the person: the only client is our own, and it runs on the person's computer.
    """
    server = parts().server
    caller = parts().callers.of(flask.request.environ)
    session = parts().sessions.by_id(caller.session) if caller.by_cookie and caller.session else None
    try:
        grant = server.get_consent_grant(end_user=session)
    except OAuth2Error as error:
        refused: Response = server.handle_error_response(None, error)
        return refused
    if session is None:
        return flask.redirect(f"/auth/login?{urlencode(_way_back())}", 303)
    response: Response = server.create_authorization_response(grant_user=session, grant=grant)
    return response


@oauth.post("/oauth/token")
def token() -> Response:
    """Exchange a code, or the assertion of a machine, for an access token."""
    return _answered(parts().server.create_token_response)


@oauth.post("/oauth/introspect")
def introspect() -> Response:
    """Tell a machine what a token stands for."""
    return _answered(lambda: parts().server.create_endpoint_response("introspection"))


@oauth.post("/oauth/revoke")
def revoke() -> Response:
    """End a token before its time, for the client it was given to."""
    return _answered(lambda: parts().server.create_endpoint_response("revocation"))


@oauth.get("/.well-known/oauth-authorization-server")
def server_metadata() -> flask.Response:
    """Describe this server to clients (RFC 8414)."""
    return _public(flask.jsonify(metadata(parts().settings.public_url)))


@oauth.get("/.well-known/jwks.json")
def keys() -> flask.Response:
    """Publish the keys that verify identity tokens."""
    return _public(flask.jsonify(parts().keys.published()))


@oauth.get("/.well-known/did.json")
def did_document() -> flask.Response:
    """Describe the issuer and its keys as a DID document (did:web)."""
    told = flask.jsonify(did.document(parts().settings.public_url, parts().keys.published()["keys"]))
    told.mimetype = did.MEDIA_TYPE
    return _public(told)


def _answered(answer: Callable[[], Response]) -> Response:
    """Return the answer to a form that can be read in one way only."""
    try:
        _check_form()
    except OAuth2Error as error:
        refused: Response = parts().server.handle_error_response(None, error)
        return refused
    return _braked(answer())


def _check_form() -> None:
    """Pass a form that says each thing once, of one client. Raises InvalidRequestError."""
    form, assertion = flask.request.form, flask.request.form.get("client_assertion")
    ways = ("Authorization" in flask.request.headers, assertion is not None, "client_secret" in form)
    faults = {
        "The body is a form: application/x-www-form-urlencoded.": flask.request.mimetype != _FORM,
        "Parameters belong into the body.": bool(flask.request.args),
        "A parameter is there twice.": any(len(values) > 1 for _, values in form.lists()),
        "A client shows itself in one way.": sum(ways) > 1,
        "client_id and client_assertion name two clients.": assertion is not None
        and form.get("client_id") not in (None, _claimed(assertion)),
    }
    for fault, found in faults.items():
        if found:
            raise InvalidRequestError(fault)


def _braked(response: Response) -> Response:
    """Return an answer, unless it is one failure too many of this client or address: TooManyFailures."""
    if response.status_code in (400, 401) and response.get_json()["error"] in _GUESSES:
        form = flask.request.form
        note_failure(form.get("client_id") or _claimed(form.get("client_assertion", "")))
    return response


def _claimed(assertion: str) -> str:
    """Return whose name an assertion that does not hold gives; nothing is believed of it."""
    try:
        return str(json_b64decode(assertion.split(".")[1].encode())["sub"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""


def _way_back() -> dict[str, str]:
    """Return the parameters that lead through sign-in and back here."""
    asked = {"next": f"/oauth/authorize?{flask.request.query_string.decode('latin-1')}"}
    hint = flask.request.args.get("login_hint")
    return asked | ({"login_hint": hint} if hint else {})


def _public(response: flask.Response) -> flask.Response:
    response.cache_control.public = True
    response.cache_control.max_age = _PUBLIC_SECONDS
    return response
