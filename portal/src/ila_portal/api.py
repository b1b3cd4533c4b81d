"""The one client of the gateway: a pool of kept connections, time limits, and plain outcomes."""

import json
import re
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError, NewConnectionError, ProtocolError
from urllib3.filepost import encode_multipart_formdata

JSON = "application/json"
# Name, content and media type of a file that goes along with a form.
File = tuple[str, bytes, str]
# A double click sends twins: the second waits until the first is done, then gets its answer.
TWIN_WAITS = (0.1, 0.2, 0.4, 0.8, 1.6)


class Unavailable(Exception):
    """The gateway or a service behind it did not answer as it should.

    `code` tells how, and `wait` after how many seconds to ask again, where the answer says so.
    """

    def __init__(self, fault: str, code: str = "", wait: int | None = None):
        super().__init__(fault)
        self.code, self.wait = code, wait


class SignedOut(Exception):
    """Nobody is signed in, or not any more."""


class NotThere(Exception):
    """There is no such thing, or not for this visitor."""


class Refused(Exception):
    """A service said no; `problem` is its RFC 9457 document, `wait` the seconds after which to ask again."""

    def __init__(self, status: int, problem: Mapping[str, Any], wait: int | None = None):
        super().__init__(problem.get("code"))
        self.status, self.problem, self.wait = status, problem, wait

    @property
    def code(self) -> str:
        """The stable code of the refusal."""
        return str(self.problem.get("code", ""))


@dataclass(frozen=True, slots=True)
class Caller:
    """The API as one visitor may use it. `headers` go with every call."""

    gateway: "Gateway"
    headers: Mapping[str, str]

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON at a path. Raises Unavailable, SignedOut, NotThere or Refused."""
        given = {name: value for name, value in query.items() if value not in (None, "")}
        return self.gateway.call("GET", f"{path}?{urlencode(given)}" if given else path, self.headers)

    def ask(self, path: str, body: Mapping[str, Any]) -> Any:
        """Return the answer to a public question that changes nothing. Raises as `get` does.

        It goes without the session: the gateway takes a POST with a cookie for a write, and wants its token.
        """
        public = {name: value for name, value in self.headers.items() if name != "Cookie"}
        return self.gateway.call("POST", path, public, body)

    def act(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        key: str,
        csrf: str,
        method: str = "POST",
        version: int | None = None,
        files: Mapping[str, File] | None = None,
    ) -> Any:
        """Change something once per key, however often it is sent. Raises as `get` does.

        `csrf` is the token of the visitor's session, `version` the one the visitor looked at. With `files`
        the body goes as the part `form` beside them.
        """
        headers = {**self.headers, "Idempotency-Key": key, "X-CSRF-Token": csrf}
        if version is not None:
            headers["If-Match"] = f'"{version}"'
        for wait in TWIN_WAITS:
            try:
                return self.gateway.call(method, path, headers, body, files)
            except Refused as refusal:
                if refusal.code != "request-in-progress":
                    raise
                time.sleep(wait)
        raise Unavailable("a twin of this request did not end")

    def get_together(self, first: str, *others: str) -> list[Any]:
        """Return the JSON at several paths, asked at the same time. Raises as `get` does."""
        beside = [self.gateway.threads.submit(self.get, path) for path in others]
        return [self.get(first), *(answer.result() for answer in beside)]


class Gateway:
    """Connections to the gateway; safe to share between threads, opened at the first call."""

    def __init__(self, url: str, connect_seconds: float, answer_seconds: float, connections: int):
        self._pool = urllib3.connectionpool.connection_from_url(
            url.rstrip("/"),
            maxsize=connections,
            timeout=urllib3.Timeout(connect=connect_seconds, read=answer_seconds),
            retries=False,
        )
        self.threads = ThreadPoolExecutor(connections, thread_name_prefix="beside")

    def call(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Mapping[str, Any] | None = None,
        files: Mapping[str, File] | None = None,
    ) -> Any:
        """Return the JSON of a successful answer; None when it has no body. Raises as the outcome is."""
        content, kind = _encoded(body, files)
        sent = {**headers, "Accept": JSON} | ({"Content-Type": kind} if content else {})
        try:
            reply = self._send(method, path, sent, content)
        except HTTPError as fault:
            raise Unavailable(type(fault).__name__) from None
        return _outcome(reply)

    def close(self) -> None:
        """Give the connections and threads back."""
        self.threads.shutdown()
        self._pool.close()

    def _send(
        self, method: str, path: str, headers: Mapping[str, str], content: bytes | None
    ) -> urllib3.BaseHTTPResponse:
        """Send once more when a kept connection turns out to be closed; all our writes carry a key."""
        try:
            return self._pool.urlopen(method, path, content, headers, redirect=False)
        except (ProtocolError, NewConnectionError):
            return self._pool.urlopen(method, path, content, headers, redirect=False)


def _encoded(body: Mapping[str, Any] | None, files: Mapping[str, File] | None) -> tuple[bytes | None, str]:
    """Return the bytes of a request and their media type."""
    if body is None:
        return None, ""
    text = json.dumps(body, ensure_ascii=False)
    if not files:
        return text.encode(), JSON
    return encode_multipart_formdata({"form": text, **files})


def _outcome(reply: urllib3.BaseHTTPResponse) -> Any:
    if reply.status == 401:
        raise SignedOut
    if reply.status == 404:
        raise NotThere
    if reply.status >= 500 or 300 <= reply.status < 400:
        raise Unavailable(f"answer {reply.status}", str(_problem(reply).get("code", "")), _wait(reply))
    if reply.status >= 400:
        raise Refused(reply.status, _problem(reply), _wait(reply))
    try:
        return json.loads(reply.data) if reply.data else None
    except ValueError:
        raise Unavailable("answer is no JSON") from None


def _problem(reply: urllib3.BaseHTTPResponse) -> Mapping[str, Any]:
    """Return the problem document of a refusal; an empty one when it has none."""
    try:
        found = json.loads(reply.data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _wait(reply: urllib3.BaseHTTPResponse) -> int | None:
    """Return the seconds that an answer asks to wait; None when it does not say, or no number."""
    given = reply.headers.get("Retry-After", "")
    return int(given) if re.fullmatch(r"[0-9]{1,4}", given) else None
