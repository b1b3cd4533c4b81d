"""Browser sign-in: to the e-identity and back, the session, and its end."""

from datetime import UTC, datetime
from urllib.parse import urlencode

import flask
from ila_kit.clock import as_instant
from ila_kit.errors import Denied, DomainError, Missing
from ila_kit.web.identity import ASSURANCE
from ila_kit.web.problems import Invalid
from werkzeug.wrappers import Response

from ila_gateway.answers import refusal, wants_page
from ila_gateway.browsers import browser_name
from ila_gateway.callers import VISITOR, is_local_path, reaches
from ila_gateway.guard import ServiceBusy
from ila_gateway.openid import ProviderUnavailable, SignInExpired, Wish
from ila_gateway.people import SignIn, SignInRefused, Standing
from ila_gateway.session import Seen
from ila_gateway.upstream import ServiceDown, ServiceTimeout
from ila_gateway.web.context import note_failure, parts, signed_in

auth = flask.Blueprint("auth", __name__, url_prefix="/auth")
_CARRIED_SECONDS = 600
# Pages of the portal: where a logout ends, and the failures of a sign-in that it explains.
_SIGNED_OUT = "/signed-out"
_EXPLAINED = frozenset(
    {
        "sign-in-unavailable", "sessions-unavailable", "sign-in-expired", "sign-in-cancelled",
        "sign-in-refused", "too-many-failures", "assurance-not-reached", "other-person-signed-in",
    }
)  # fmt: skip


class AssuranceNotReached(Denied):
    """The person signed in, but not as strongly as the act needs; the session stays as it was."""

    code = "assurance-not-reached"


class OtherPerson(Denied):
    """Somebody else signed in where the person of the session was to; the session stays as it was."""

    code = "other-person-signed-in"


@auth.get("/login")
def login() -> Response:
    """Send a browser to the e-identity; it comes back to `next`."""
    return _to_provider(Wish(_next_path(), " ".join(_acr_values())))


@auth.get("/step-up")
def step_up() -> Response:
    """Have the person of this browser sign in more strongly; who already did goes on to `next` at once."""
    asked = _acr_values() or [ASSURANCE[-1]]
    needed = min(asked, key=ASSURANCE.index)
    caller = parts().callers.of(flask.request.environ)
    person = caller.subject if caller.by_cookie else None
    if person and reaches(caller.acr, needed):
        return flask.redirect(_next_path(), 303)
    return _to_provider(Wish(_next_path(), " ".join(asked), needed, person))


@auth.get("/callback")
def callback() -> Response:
    """Take the e-identity's answer, and give the browser a session under a new secret."""
    carried = flask.request.cookies.get(_carried_cookie())
    who, wish = _who_came_back(carried)
    if wish.needed and not reaches(who.acr, wish.needed):
        raise AssuranceNotReached(needed=wish.needed)
    standing = _noted(who)
    if wish.person not in (None, standing.person):
        raise OtherPerson
    response = flask.redirect(wish.next_path, 303)
    _set_cookie(response, parts().settings.session_cookie, _session_after(wish, who, standing))
    _clear_cookie(response, _carried_cookie())
    return response


@auth.post("/logout")
def logout() -> Response:
    """End the session of this browser and every token made in it; with `everywhere`, all of the person's."""
    caller = parts().callers.of(flask.request.environ)
    everywhere = flask.request.values.get("everywhere") == "true"
    if caller is not VISITOR and caller.session:
        parts().callers.check_write(flask.request.environ, caller)
        if everywhere:
            parts().sessions.end_all(caller.subject, "logout_everywhere")
        parts().sessions.end(caller.session, "logout")
    return _signed_out(flask.redirect(f"{_SIGNED_OUT}?everywhere=true" if everywhere else _SIGNED_OUT, 303))


@auth.get("/me")
def me() -> flask.Response:
    """Tell a page or a script who is signed in, and what its writes must prove."""
    caller = signed_in()
    session = parts().sessions.by_id(caller.session or "")
    names = {"given_name": session.given_name, "family_name": session.family_name} if session else {}
    told = {
        "person_id": caller.subject,
        "roles": list(caller.roles),
        "acr": caller.acr,
        "session_id": caller.session,
        "csrf_token": caller.csrf,
    }
    return flask.jsonify(told | names)


@auth.get("/sessions")
def sessions() -> flask.Response:
    """List the living sessions of the caller."""
    caller = signed_in()
    found = parts().sessions.of_person(caller.subject)
    return flask.jsonify(items=[_shown(seen, caller.session) for seen in found], next=None)


@auth.delete("/sessions")
def end_sessions() -> Response:
    """End every session of the caller, this one too: logout everywhere."""
    parts().sessions.end_all(signed_in().subject, "logout_everywhere")
    return _signed_out(flask.Response(status=204))


@auth.delete("/sessions/<uuid:session_id>")
def end_session(session_id: object) -> flask.Response:
    """End one of the caller's sessions."""
    caller = signed_in()
    if str(session_id) not in {seen.session.id for seen in parts().sessions.of_person(caller.subject)}:
        raise Missing
    parts().sessions.end(str(session_id), "revoked")
    return flask.Response(status=204)


@auth.errorhandler(DomainError)
def explain(error: DomainError) -> Response:
    """Lead a browser whose sign-in failed to the portal's page about it: in its language, with the way on.

    Programs, and browsers while the portal is away, get the refusal itself.
    """
    environ = flask.request.environ
    if error.code in _EXPLAINED and wants_page(environ, flask.request.path) and _portal_is_there():
        return flask.redirect(f"/sign-in/{error.code}?{urlencode({'next': _wanted_path()})}", 303)
    answer = refusal(environ, flask.request.path, error)
    return flask.Response(answer.body, answer.status, answer.headers)


def _portal_is_there() -> bool:
    return parts().neighbours["portal"]()


def _wanted_path() -> str:
    """Return where the sign-in was to lead, as far as this browser still knows."""
    if "next" in flask.request.args:
        return _next_path()
    try:
        return parts().openid.wish(flask.request.cookies.get(_carried_cookie())).next_path
    except SignInExpired:
        return "/"


def _next_path() -> str:
    wanted = flask.request.args.get("next", "/")
    return wanted if is_local_path(wanted) else "/"


def _acr_values() -> list[str]:
    """Return the assurances a page asks for, the best first. Raises Invalid for one that is none."""
    asked = flask.request.args.get("acr_values", "").split()
    if not set(asked) <= set(ASSURANCE):
        raise Invalid(errors={"/acr_values": [f"Only {', '.join(ASSURANCE)}."]})
    return asked


def _to_provider(wish: Wish) -> Response:
    hint = None if parts().settings.production else flask.request.args.get("login_hint")
    begun = parts().openid.begin(wish, hint)
    response = flask.redirect(begun.address, 303)
    _set_cookie(response, _carried_cookie(), begun.carried, max_age=_CARRIED_SECONDS)
    return response


def _session_after(wish: Wish, who: SignIn, standing: Standing) -> str:
    """Return the secret of the session after a sign-in: the one there was, raised, or a new one."""
    before = parts().callers.of(flask.request.environ)
    parts().callers.forget(flask.request.cookies.get(parts().settings.session_cookie, ""))
    if before.session and wish.person and before.subject == wish.person:
        raised = parts().sessions.step_up(before.session, who.acr, standing.roles)
        if raised:
            return raised
    if before.session:
        parts().sessions.end(before.session, "replaced")
    browser = browser_name(flask.request.headers.get("User-Agent", ""))
    secret, _ = parts().sessions.begin(
        standing.person, who.given_name, who.family_name, standing.roles, who.acr, browser
    )
    return secret


def _signed_out(response: Response) -> Response:
    """Return an answer that takes the session from the browser."""
    name = parts().settings.session_cookie
    parts().callers.forget(flask.request.cookies.get(name, ""))
    _clear_cookie(response, name)
    return response


def _who_came_back(carried: str | None) -> tuple[SignIn, Wish]:
    """Return who signed in; an answer that does not hold counts as a failure."""
    try:
        return parts().openid.finish(carried, flask.request.args.to_dict())
    except SignInExpired:
        note_failure()
        raise


def _noted(who: SignIn) -> Standing:
    """Have the identity service note the sign-in. Raises ProviderUnavailable when it does not answer."""
    try:
        return parts().people.sign_in(who)
    except SignInRefused:
        note_failure(f"{who.issuer} {who.subject}")
        raise
    except (ServiceDown, ServiceBusy, ServiceTimeout) as fault:
        raise ProviderUnavailable from fault


def _shown(seen: Seen, current: str | None) -> dict[str, object]:
    session = seen.session
    return {
        "id": session.id,
        "created_at": _instant(session.created_at),
        "last_seen_at": _instant(seen.last_seen_at),
        "ends_at": _instant(session.ends_at),
        "acr": session.acr,
        "browser": session.browser or None,
        "current": session.id == current,
    }


def _instant(seconds: float) -> str:
    return as_instant(datetime.fromtimestamp(seconds, UTC))


def _carried_cookie() -> str:
    return "__Host-ila_sign_in" if parts().settings.secure else "ila_sign_in"


def _set_cookie(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    secure = parts().settings.secure
    response.set_cookie(name, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="Lax")


def _clear_cookie(response: Response, name: str) -> None:
    secure = parts().settings.secure
    response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")
