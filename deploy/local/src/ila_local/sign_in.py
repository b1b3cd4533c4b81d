"""Signs a persona in at the running suite, over HTTP, the way a browser does."""

import base64
import hashlib
import secrets
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests

from ila_local.errors import CannotRun

CLIENT_ID = "ila-cli"
REDIRECT_URI = "http://127.0.0.1:8976/callback"
_MOST_REDIRECTS = 15
_SECONDS = 60


def access_token(gateway_url: str, persona: str) -> str:
    """Return an access token of this persona, by the whole code flow. Raises CannotRun when it breaks off."""
    with _session() as session:
        return token_in(session, gateway_url, persona)


def token_in(session: requests.Session, gateway_url: str, persona: str) -> str:
    """Return an access token of the session in a browser, where the persona signs in unless that is done."""
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(16)
    asked = {
        "response_type": "code",
        "client_id": CLIENT_ID,
        "redirect_uri": REDIRECT_URI,
        "code_challenge": _challenge(verifier),
        "code_challenge_method": "S256",
        "state": state,
    }
    address, _ = _sign_in(session, f"{gateway_url}/oauth/authorize?{urlencode(asked)}", persona)
    answer = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    if answer.get("state") != state or "code" not in answer:
        raise CannotRun(f"The gateway gives no code for {persona}: {answer.get('error', 'it says nothing')}.")
    return _exchange(session, gateway_url, answer["code"], verifier)


def browser(gateway_url: str, persona: str) -> requests.Session:
    """Return a session whose cookies are signed in as this persona. Raises CannotRun when that breaks off."""
    session = _session()
    _, page = _sign_in(session, f"{gateway_url}/auth/login", persona)
    if page is None or not page.url.startswith(gateway_url):
        raise CannotRun(f"{persona} does not come back to the gateway.")
    return session


def _session() -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # a proxy of the environment has no business between us and this machine
    return session


def _sign_in(session: requests.Session, url: str, persona: str) -> tuple[str, requests.Response | None]:
    """Open an address and choose the persona where asked; return where it ends, and the page there.

    There is no page at the script's own address: nobody listens there, the address is the answer.
    """
    address, page = _follow(session, _send(session, "GET", url))
    if page is None or not (form := _Form.of(page)):
        return address, page
    fields = form.fields | {"persona": persona}
    target = urljoin(page.url, form.action)
    return _follow(session, _send(session, "POST", target, fields))


def _follow(session: requests.Session, response: requests.Response) -> tuple[str, requests.Response | None]:
    for _ in range(_MOST_REDIRECTS):
        if not response.is_redirect:
            _check(response)
            return response.url, response
        address = urljoin(response.url, response.headers["Location"])
        if address.startswith(REDIRECT_URI):
            return address, None
        response = _send(session, "GET", address)
    raise CannotRun(f"More than {_MOST_REDIRECTS} redirects: {_where(response)}.")


def _exchange(session: requests.Session, gateway_url: str, code: str, verifier: str) -> str:
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT_URI,
        "client_id": CLIENT_ID,
        "code_verifier": verifier,
    }
    response = _send(session, "POST", f"{gateway_url}/oauth/token", body)
    _check(response)
    return str(response.json()["access_token"])


def _send(
    session: requests.Session, method: str, url: str, form: dict[str, str] | None = None
) -> requests.Response:
    try:
        return session.request(method, url, data=form, timeout=_SECONDS, allow_redirects=False)
    except requests.RequestException as fault:
        place = url.partition("?")[0]
        raise CannotRun(f"{place} does not answer ({type(fault).__name__}): does the suite run?") from None


def _check(response: requests.Response) -> None:
    if not response.ok:
        raise CannotRun(f"{_where(response)} answers {response.status_code}: {response.text[:300]}")


def _where(response: requests.Response) -> str:
    """Return the address without its query, which may hold a code."""
    return response.url.partition("?")[0]


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class _Form(HTMLParser):
    """The form of the e-identity's page: where it goes, and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.asks_persona = False

    @classmethod
    def of(cls, page: requests.Response) -> "_Form | None":
        """Return the form that asks who signs in; None on any other page."""
        form = cls()
        form.feed(page.text)
        return form if form.asks_persona else None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take note of the form, its hidden fields and its buttons."""
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        elif tag == "input" and given.get("type") == "hidden":
            self.fields[given.get("name", "")] = given.get("value", "")
        elif tag == "button" and given.get("name") == "persona":
            self.asks_persona = True
