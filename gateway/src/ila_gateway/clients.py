"""Clients of the token endpoint: machines from a file, and our own command line for people."""

import ipaddress
import json
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749 import ClientMixin
from joserfc.jwk import KeySet

CLI = "ila-cli"


@dataclass(frozen=True)
class Machine(ClientMixin):  # type: ignore[misc]
    """A machine: shows itself by a key, gets no scope but the granted ones."""

    client_id: str
    scopes: frozenset[str]
    keys: KeySet = field(compare=False)

    def get_client_id(self) -> str:
        """Return the id."""
        return self.client_id

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scopes asked for, all granted ones when none is named; None when one is not granted."""
        asked = frozenset((scope or "").split()) or self.scopes
        return " ".join(sorted(asked)) if asked <= self.scopes else None

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Take nothing but the signature of a registered key."""
        return method == "private_key_jwt"

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Send a machine nowhere: it has no browser."""
        return False

    def get_default_redirect_uri(self) -> str | None:
        """Send a machine nowhere: it has no browser."""
        return None

    def check_grant_type(self, grant_type: str) -> bool:
        """Let a machine speak for itself only."""
        return grant_type == "client_credentials"


@dataclass(frozen=True)
class CommandLine(ClientMixin):  # type: ignore[misc]
    """The public client of people's own scripts; it can keep no secret, so it proves itself by PKCE."""

    client_id: str = CLI

    def get_client_id(self) -> str:
        """Return the id."""
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        """Name none: a script says where it listens."""
        return None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Take no scope: a script may do what its person may."""
        return None if scope else ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Take loopback addresses, on any port (RFC 8252, 7.3)."""
        try:
            parts = urlsplit(redirect_uri)
            loopback = ipaddress.ip_address(parts.hostname or "").is_loopback
            bare = parts.username is None and not parts.fragment and parts.port is not None
        except ValueError:
            return False
        return parts.scheme == "http" and loopback and bare

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Take a client that proves nothing; the code's challenge does."""
        return method == "none"

    def check_response_type(self, response_type: str) -> bool:
        """Take the code flow only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Take codes only."""
        return grant_type == "authorization_code"


class Clients:
    """Every client there is, by its id."""

    def __init__(self, machines: list[Machine]):
        self._all: dict[str, Machine | CommandLine] = {one.client_id: one for one in machines}
        self._all[CLI] = CommandLine()

    @classmethod
    def load(cls, path: Path) -> "Clients":
        """Read the machines from a JSON list. Raises ValueError or KeyError for a malformed one."""
        rows = json.loads(path.read_text("utf-8"))
        keys = KeySet.import_key_set
        return cls([Machine(row["client_id"], frozenset(row["scopes"]), keys(row["jwks"])) for row in rows])

    def find(self, client_id: str) -> Machine | CommandLine | None:
        """Return a client; None for an unknown id."""
        return self._all.get(client_id)
