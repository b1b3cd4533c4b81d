"""The provider over HTTP: discovery, keys, sign-in, tokens, userinfo, sign-out."""

import base64
import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from ila_stubs.eidentity.authorisation import PARAMETERS, Destination, check_request, granted_acr
from ila_stubs.eidentity.clients import Client
from ila_stubs.eidentity.errors import ProtocolError
from ila_stubs.eidentity.grants import TOKEN_SECONDS, Grant
from ila_stubs.eidentity.provider import Provider
from ila_stubs.eidentity.tokens import person_claims
from ila_stubs.personas import ACR_LEVELS, Persona

Given = MultiDict[str, str]

CLAIMS = [
    "sub",
    "name",
    "given_name",
    "family_name",
    "birthdate",
    "personal_code",
    "acr",
    "auth_time",
    "persona",
]

endpoints = Blueprint("eidentity", __name__)


def provider() -> Provider:
    """Return the provider of the running application."""
    found: Provider = current_app.extensions["provider"]
    return found


@endpoints.get("/.well-known/openid-configuration", endpoint="discovery")
def discovery() -> Response:
    """Tell clients what is offered, and where."""
    issuer = provider().issuer
    return jsonify(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/authorize",
        token_endpoint=f"{issuer}/token",
        userinfo_endpoint=f"{issuer}/userinfo",
        jwks_uri=f"{issuer}/jwks",
        end_session_endpoint=f"{issuer}/end_session",
        response_types_supported=["code"],
        response_modes_supported=["query"],
        grant_types_supported=["authorization_code"],
        scopes_supported=["openid", "profile"],
        subject_types_supported=["pairwise"],
        id_token_signing_alg_values_supported=["ES256"],
        token_endpoint_auth_methods_supported=["private_key_jwt"],
        token_endpoint_auth_signing_alg_values_supported=["ES256"],
        code_challenge_methods_supported=["S256"],
        acr_values_supported=list(reversed(ACR_LEVELS)),
        prompt_values_supported=["none", "login", "select_account"],
        claims_supported=CLAIMS,
        authorization_response_iss_parameter_supported=True,
        request_uri_parameter_supported=False,
        ui_locales_supported=["lv"],
    )


@endpoints.get("/jwks", endpoint="jwks")
def jwks() -> Response:
    """Show the keys that verify id tokens."""
    return jsonify(provider().id_tokens.jwks())


@endpoints.route("/authorize", methods=["GET", "POST"], endpoint="authorize")
def authorize() -> AnyResponse:
    """Ask who signs in (GET), or sign in whom the page was told (POST)."""
    chosen = request.method == "POST"
    given = request.form if chosen else request.args
    destination = Destination.read(given, provider().clients)
    try:
        check_request(given)
        return _take_choice(destination, given) if chosen else _ask_who(destination, given)
    except ProtocolError as fault:
        return _send_back(destination, error=fault.error, error_description=fault.description)


def _ask_who(destination: Destination, given: Given) -> AnyResponse:
    """Show the page; with `login_hint`, take the hint for the answer."""
    prompts = given.get("prompt", "").split()
    hint = given.get("login_hint", "")
    if hint and not {"login", "select_account"} & set(prompts):
        return _sign_in(destination, given, hint)
    if "none" in prompts:
        raise ProtocolError("login_required", "Nobody is signed in.")
    return _page(destination, given)


def _take_choice(destination: Destination, given: Given) -> AnyResponse:
    if "cancel" in given:
        raise ProtocolError("access_denied", "The person turned back.")
    return _sign_in(destination, given, given.get("persona", ""))


def _sign_in(destination: Destination, given: Given, name: str) -> AnyResponse:
    persona = provider().people.find(name)
    if persona is None:
        return _page(destination, given, unknown=name)
    code = provider().grants.issue_code(_grant(destination, given, persona))
    return _send_back(destination, code=code)


def _grant(destination: Destination, given: Given, persona: Persona) -> Grant:
    return Grant(
        client_id=destination.client.client_id,
        redirect_uri=destination.redirect_uri,
        challenge=given["code_challenge"],
        scope="openid profile",
        nonce=given.get("nonce"),
        persona=persona,
        acr=granted_acr(persona, given.get("acr_values", "")),
        auth_time=int(provider().now()),
    )


def _page(destination: Destination, given: Given, unknown: str = "") -> Response:
    page = render_template(
        "authorize.html",
        client=destination.client.client_id,
        people=provider().people.listed,
        asked={name: given[name] for name in PARAMETERS if name in given},
        unknown=unknown,
    )
    return Response(page, status=400 if unknown else 200)


def _send_back(destination: Destination, **answer: str) -> AnyResponse:
    return redirect(destination.url(provider().issuer, **answer), 303)


@endpoints.post("/token", endpoint="token")
def exchange() -> Response:
    """Exchange a code for an id token and an access token."""
    client = provider().authentication.client(request.form)
    if request.form.get("grant_type") != "authorization_code":
        raise ProtocolError("unsupported_grant_type", "Only authorization_code is offered.")
    found = provider().grants.spend_code(request.form.get("code", ""))
    if found is None:
        raise ProtocolError("invalid_grant", "The code is unknown, expired or used.")
    grant, access_token = found
    _check_exchange(grant, client)
    persona = _described(grant)
    return jsonify(
        access_token=access_token,
        token_type="Bearer",  # noqa: S106 -- the name of a kind, not a secret
        expires_in=TOKEN_SECONDS,
        scope=grant.scope,
        id_token=provider().id_tokens.sign(grant, persona, access_token),
    )


def _check_exchange(grant: Grant, client: Client) -> None:
    """Pass the client that started the sign-in. Raises ProtocolError; the code is spent either way."""
    verifier = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
    if grant.client_id != client.client_id:
        raise ProtocolError("invalid_grant", "The code was given to another client.")
    if grant.redirect_uri != request.form.get("redirect_uri"):
        raise ProtocolError("invalid_grant", "redirect_uri is not the one of the sign-in.")
    if not hmac.compare_digest(challenge.encode(), grant.challenge.encode()):
        raise ProtocolError("invalid_grant", "code_verifier does not fit the challenge.")


@endpoints.route("/userinfo", methods=["GET", "POST"], endpoint="userinfo")
def userinfo() -> Response:
    """Describe the person an access token was given for."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    grant = provider().grants.of_token(token) if scheme.lower() == "bearer" else None
    if grant is None:
        answer = jsonify(error="invalid_token")
        answer.status_code = 401
        answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
        return answer
    return jsonify(person_claims(grant.client_id, _described(grant)))


def _described(grant: Grant) -> Persona:
    """Return the person to speak of: the one who signed in, or on order somebody else."""
    wrong = provider().faults.wrong_person_at(_endpoint())
    return provider().people.somebody_else(grant.persona) if wrong else grant.persona


def _endpoint() -> str:
    return (request.endpoint or "").removeprefix("eidentity.")


@endpoints.route("/end_session", methods=["GET", "POST"], endpoint="end_session")
def end_session() -> AnyResponse:
    """Send the person back to the client; the provider itself keeps no session."""
    given: Any = request.values
    client_id = given.get("client_id") or provider().id_tokens.audience(given.get("id_token_hint", ""))
    client = provider().clients.get(client_id or "")
    target = given.get("post_logout_redirect_uri", "")
    if client is None or target not in client.post_logout_redirect_uris:
        return Response(render_template("signed_out.html"))
    return _send_away(target, given.get("state"))


def _send_away(target: str, state: str | None) -> AnyResponse:
    return redirect(f"{target}?{urlencode({'state': state})}" if state else target, 303)


@endpoints.before_request
def misbehave() -> Response | None:
    """Answer brokenly where that was ordered."""
    return provider().faults.spoiled_answer(_endpoint())
