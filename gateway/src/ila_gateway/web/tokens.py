"""The OAuth addresses: tokens for scripts and machines, and the published keys."""

from urllib.parse import urlencode

import flask
from authlib.oauth2 import OAuth2Error
from joserfc.util import json_b64decode
from werkzeug.wrappers import Response

from ila_gateway.oauth import metadata
from ila_gateway.web.context import note_failure, parts

oauth = flask.Blueprint("oauth", __name__)
_PUBLIC_SECONDS = 300
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
    return _braked(parts().server.create_token_response())


@oauth.post("/oauth/introspect")
def introspect() -> Response:
    """Tell a machine what a token stands for."""
    return _braked(parts().server.create_endpoint_response("introspection"))


@oauth.get("/.well-known/oauth-authorization-server")
def server_metadata() -> flask.Response:
    """Describe this server to clients (RFC 8414)."""
    return _public(flask.jsonify(metadata(parts().settings.public_url)))


@oauth.get("/.well-known/jwks.json")
def keys() -> flask.Response:
    """Publish the keys that verify identity tokens."""
    return _public(flask.jsonify(parts().keys.published()))


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
    except (ValueError, LookupError, TypeError):
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
