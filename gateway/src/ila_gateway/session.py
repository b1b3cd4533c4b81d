"""One session of a person, and how it is written down."""

from dataclasses import asdict, dataclass

import orjson


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person's sign-in. Instants are seconds since 1970; there is no personal code in it.

    `roles_changed`: the roles are other than when the secret was made. `browser` is what its person knows
    it by: the kind of browser and system, no more. `heard` is the last change of the person that was known
    when the roles were read.
    """

    id: str
    person: str
    given_name: str
    family_name: str
    roles: list[dict[str, str | None]]
    acr: str
    csrf: str
    created_at: float
    ends_at: float
    roles_at: float
    roles_changed: bool = False
    browser: str = ""
    heard: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A session in the list its person sees, with the instant of its last request."""

    session: Session
    last_seen_at: float


def name_of(session_id: str, person: str) -> str:
    """Return what a session is called where the store may have nothing else of it any more."""
    return f"{session_id} {person}"


def packed(session: Session) -> bytes:
    """Return a session as the store keeps it."""
    return orjson.dumps(asdict(session))


def unpacked(kept: str | bytes) -> Session:
    """Return a session from what the store kept."""
    return Session(**orjson.loads(kept))
