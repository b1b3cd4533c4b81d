"""Idempotency keys: a repeated request gets the stored answer and does nothing."""

import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from ila_kit.errors import Conflict, Refusal
from ila_kit.store.unit import StoredAnswer

_CLAIM = """
SELECT pg_try_advisory_xact_lock(hashtextextended(current_schema() || %s || ' ' || %s, 1)),
       fingerprint, status, headers, body
FROM (SELECT 1) AS one LEFT JOIN idempotency_key ON caller = %s AND key = %s
"""


class KeyReused(Refusal):
    """The key belongs to another request of this caller."""

    code = "idempotency-key-reused"


class InProgress(Conflict):
    """The same request is still running."""

    code = "request-in-progress"


@dataclass(frozen=True, slots=True)
class Claim:
    """An idempotency key of a caller, for one exact request."""

    caller: str
    key: str
    fingerprint: bytes

    @classmethod
    def of(cls, caller: str, key: str, method: str, path: str, body: bytes) -> "Claim":
        """Make the claim of a request: the fingerprint covers method, path and body."""
        return cls(caller, key, hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).digest())

    def take(self, connection: sa.Connection) -> StoredAnswer | None:
        """Take the key for this transaction; give the stored answer when the work is done already.

        Raises KeyReused for another request, InProgress while a twin is running.
        """
        names = (self.caller, self.key)
        row = connection.exec_driver_sql(_CLAIM, names + names).one()
        if row.fingerprint is None:
            if not row[0]:
                raise InProgress()
            return None
        if bytes(row.fingerprint) != self.fingerprint:
            raise KeyReused()
        return StoredAnswer(*names, self.fingerprint, row.status, row.headers, bytes(row.body))

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> StoredAnswer:
        """Return what is to be stored for this request's twins."""
        return StoredAnswer(self.caller, self.key, self.fingerprint, status, headers, body)
