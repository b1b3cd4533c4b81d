"""The running suite, as a person or a machine client of it sees it."""

import json
import os
import time
import tomllib
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import requests
from ila_local.errors import CannotRun
from ila_local.processes import PERSONAS
from ila_local.sign_in import access_token

URL = os.environ.get("ILA_URL", "http://127.0.0.1:8080")
APPLICATIONS = "/api/applications/v1/applications"
CATALOG = "/api/catalog/v1/public"
FUNDING = "/api/funding/v1"
PASSING = (502, 503, 504)  # what a client sends again, under the same key


class NotInTime(AssertionError):
    """Something that should come by itself did not."""


@dataclass
class Caller:
    """Somebody who calls the platform through its front door; a visitor without a token.

    With `patience` (seconds) a request that finds nobody there is sent again, as a good client does.
    """

    token: str | None = None
    session: requests.Session = field(default_factory=requests.Session)
    patience: float = 0

    def get(self, path: str, **headers: str) -> requests.Response:
        """GET a path."""
        return self._send("GET", path, headers)

    def post(self, path: str, body: Any = None, key: str | None = None, **headers: str) -> requests.Response:
        """POST JSON under an idempotency key, a new one unless it is given."""
        keyed = {"Idempotency-Key": key or str(uuid.uuid4())} | headers
        return self._send("POST", path, keyed, json={} if body is None else body)

    def put(self, path: str, body: Any, **headers: str) -> requests.Response:
        """PUT JSON, under a new idempotency key: it may be sent twice."""
        return self._send("PUT", path, {"Idempotency-Key": str(uuid.uuid4())} | headers, json=body)

    def upload(
        self,
        path: str,
        form: Any,
        key: str | None = None,
        version: str = "",
        **files: tuple[str, bytes, str],
    ) -> requests.Response:
        """POST a form with files: each is its name, its bytes and its media type.

        With a `version` (the tag that was read) PUT it in the place of what is there.
        """
        headers = {"If-Match": version} if version else {"Idempotency-Key": key or str(uuid.uuid4())}
        method = "PUT" if version else "POST"
        return self._send(method, path, headers, data={"form": json.dumps(form)}, files=files)

    def delete(self, path: str, **headers: str) -> requests.Response:
        """DELETE a path."""
        return self._send("DELETE", path, headers)

    def _send(self, method: str, path: str, headers: dict[str, str], **what: Any) -> requests.Response:
        deadline, sent = time.monotonic() + self.patience, self._headers(headers)
        while True:
            try:
                answer = self.session.request(method, URL + path, headers=sent, timeout=30, **what)
                passing = answer.status_code in PASSING or "request-in-progress" in answer.text[:500]
                if not passing or time.monotonic() > deadline:
                    return answer
            except requests.RequestException:
                if time.monotonic() > deadline:
                    raise
            time.sleep(0.1)

    def read(self, path: str) -> Any:
        """Return the JSON of a path that must be there."""
        answer = self.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        mine = {name.replace("_", "-"): value for name, value in more.items()}
        return mine | ({"Authorization": f"Bearer {self.token}"} if self.token else {})


@cache
def persona(name: str) -> Caller:
    """Return a persona, signed in by the real flow."""
    return signed_in(name)


def signed_in(name: str, patience: float = 0) -> Caller:
    """Return a persona in a new session: with the roles held now."""
    deadline = time.monotonic() + patience
    while True:
        try:
            return Caller(access_token(URL, name), patience=patience)
        except CannotRun:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


@cache
def personas() -> dict[str, dict[str, Any]]:
    """Return what is written of each persona, by name."""
    return {one["name"]: one for one in tomllib.loads(PERSONAS.read_text())["persona"]}


def data_dir() -> Path:
    """Return where the running suite keeps its data."""
    return Path(os.environ["ILA_DATA_DIR"])


def run_state() -> list[dict[str, Any]]:
    """Return role, process id and port of everything that runs."""
    rows: list[dict[str, Any]] = json.loads((data_dir() / "run.json").read_text())
    return rows


def visitor() -> Caller:
    """Return somebody who has not signed in."""
    return Caller()


def programme(kind: str) -> dict[str, Any]:
    """Return call 1's demonstration programme of a kind, as everybody sees it."""
    listed = visitor().read(f"{CATALOG}/programmes?kind={kind}")["items"]
    found = next(one for one in listed if one["call_code"] == "call-1")
    shown: dict[str, Any] = visitor().read(f"{CATALOG}/programmes/{found['id']}")
    return shown


def draft(learner: Caller, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return a new draft application; a programme published a moment ago reaches applications by event."""

    def begin() -> requests.Response:
        return learner.post(APPLICATIONS, {"programme_id": wanted["id"]})

    answer = eventually(begin, lambda seen: "unknown-programme" not in seen.text)
    assert answer.status_code == 201, answer.text
    drafted: dict[str, Any] = answer.json()
    return drafted


def submit(
    learner: Caller, application: str, wanted: dict[str, Any], key: str | None = None
) -> requests.Response:
    """Submit an application: the learner's own act, bound to the programme as it was shown."""
    body = {"confirmed": True, "programme_version": wanted["version"]}
    return learner.post(f"{APPLICATIONS}/{application}/submission", body, key)


def withdraw(learner: Caller, application: str) -> requests.Response:
    """Withdraw an application."""
    return learner.post(f"{APPLICATIONS}/{application}/withdrawal")


def state(learner: Caller, application: str) -> str:
    """Return the state of an application."""
    return learner.read(f"{APPLICATIONS}/{application}")["state"]


def eventually(what: Callable[[], Any], wanted: Any, seconds: float = 30) -> Any:
    """Return once `what()` is as wanted: a value, or one that a function accepts. Raises NotInTime."""
    deadline = time.monotonic() + seconds
    while True:
        seen = what()
        if wanted(seen) if callable(wanted) else seen == wanted:
            return seen
        if time.monotonic() > deadline:
            raise NotInTime(f"still {seen!r} after {seconds:.0f} s")
        time.sleep(0.05)


def euros(money: dict[str, str]) -> Decimal:
    """Return the amount of a money object."""
    assert money["currency"] == "EUR"
    return Decimal(money["amount"])


def clear(learner: Caller) -> None:
    """Withdraw whatever this learner has open, so that a journey may be made again."""
    over = {"withdrawn", "expired", "ineligible", "ineligible_final", "not_completed", "completed"}
    for one in learner.read(f"{APPLICATIONS}?limit=200")["items"]:
        if one["state"] not in over:
            withdraw(learner, one["id"])
