"""Why a request is refused, in terms that know nothing of HTTP.

A subclass carries a stable `code`; its texts in Latvian and English stand in the package's
`texts/problems.toml` under that code, where `{name}` is filled from the facts given here.
"""

from typing import Any, ClassVar


class DomainError(Exception):
    """A request that a rule refuses; programs test `code`, people read its texts."""

    code: ClassVar[str] = "refused"

    def __init__(self, **facts: Any) -> None:
        super().__init__(f"{self.code} {facts}" if facts else self.code)
        self.facts = facts


class Missing(DomainError):
    """There is no such thing, or it is not the caller's to see."""

    code = "not-found"


class Denied(DomainError):
    """The caller is known and may not do this."""

    code = "forbidden"


class Conflict(DomainError):
    """The thing is in a state that does not allow this."""

    code = "conflict"


class Stale(DomainError):
    """The thing has changed since the caller read it."""

    code = "stale"


class Refusal(DomainError):
    """The request is well formed, and a rule says no."""

    code = "refused"


class Unavailable(DomainError):
    """A neighbour that is needed does not answer now; trying later may help."""

    code = "neighbour-unavailable"
