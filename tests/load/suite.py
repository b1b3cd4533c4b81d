"""The running suite as the load sees it: its processes, its people, and what they do."""

import json
import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from socket import socket

import requests
from clients import exchange, request
from ila_local.sign_in import access_token
from joserfc import jwt
from joserfc.jwk import ECKey

SUITE, DATA = os.environ.get("ILA_URL", ""), Path(os.environ.get("ILA_DATA_DIR", ".local"))
API = "/api/applications/v1/applications"
Client = Callable[[int, socket], Iterator[int]]


def processes() -> dict[str, dict]:
    """Return the running suite's processes by role."""
    return {one["role"]: one for one in json.loads((DATA / "run.json").read_text())}


class Person:
    """One learner with a draft to read, as the gateway and as the service know them."""

    def __init__(self, persona: str, programme: dict):
        self.token = access_token(SUITE, persona)
        self.programme = programme
        me = requests.get(f"{SUITE}/api/identity/v1/persons/me", headers=self.headers(), timeout=10).json()
        self.id = me["id"]
        self.draft = self.post(API, {"programme_id": programme["id"]})["id"]

    def headers(self) -> dict[str, str]:
        """Return the headers of a call through the gateway."""
        return {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid.uuid4())}

    def post(self, path: str, body: dict) -> dict:
        """POST through the gateway."""
        answer = requests.post(SUITE + path, json=body, headers=self.headers(), timeout=10)
        answer.raise_for_status()
        return answer.json()

    def begin_anew(self) -> None:
        """Withdraw what an earlier round left half done, and begin a new draft."""
        requests.post(f"{SUITE}{API}/{self.draft}/withdrawal", json={}, headers=self.headers(), timeout=10)
        self.draft = self.post(API, {"programme_id": self.programme["id"]})["id"]

    def identity_token(self) -> str:
        """Return an identity token as the gateway makes it, to call the service directly."""
        key = ECKey.import_key((DATA / "keys" / "gateway-signing.pem").read_text())
        now = int(time.time())
        roles = [{"role": "learner", "organisation": None}]
        claims = {"iss": "ila-gateway", "aud": "applications", "sub": self.id, "roles": roles, "acr": "high"}
        return jwt.encode(
            {"alg": "ES256", "kid": key.thumbprint()}, claims | {"iat": now, "exp": now + 60}, key
        )


def reads(url: str, people: list[Person], direct: bool) -> Client:
    """Return clients that read their own application."""

    def client(number: int, sock: socket) -> Iterator[int]:
        person = people[number % len(people)]
        token = person.identity_token() if direct else person.token
        data = request("GET", url, f"{API}/{person.draft}", token)
        while True:
            yield exchange(sock, data)[0]

    return client


def writes(url: str, people: list[Person], direct: bool) -> Client:
    """Return clients that apply, submit and withdraw, over and over."""
    for person in people:
        person.begin_anew()

    def client(number: int, sock: socket) -> Iterator[int]:
        person = people[number]
        token = person.identity_token() if direct else person.token
        programme = person.programme
        confirmed = {"confirmed": True, "programme_version": programme["version"]}
        draft = person.draft
        while True:
            for path, body in ((f"{API}/{draft}/submission", confirmed), (f"{API}/{draft}/withdrawal", {})):
                yield _post(sock, url, path, token, body)[0]
            status, answer = _post(sock, url, API, token, {"programme_id": programme["id"]})
            draft = person.draft = json.loads(answer)["id"]
            yield status

    return client


def _post(sock: socket, url: str, path: str, token: str, body: dict) -> tuple[int, bytes]:
    return exchange(sock, request("POST", url, path, token, json.dumps(body).encode(), str(uuid.uuid4())))


@contextmanager
def workers_stopped() -> Iterator[None]:
    """Stop the background workers for the length of the block."""
    pids = [one["pid"] for role, one in processes().items() if role.endswith("-worker")]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
