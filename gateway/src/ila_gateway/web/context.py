"""What the gateway's own views need, and how they get it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

import flask
from ila_kit.web.problems import BadRequest

from ila_gateway.brakes import Brakes
from ila_gateway.callers import Callers
from ila_gateway.decisions import admitted
from ila_gateway.merged import MergedDocument
from ila_gateway.oauth import Server
from ila_gateway.openid import OpenIdClient
from ila_gateway.people import People
from ila_gateway.rates import Limits
from ila_gateway.registers.desk import Desk
from ila_gateway.sessions import SessionStore
from ila_gateway.settings import Settings
from ila_gateway.tokens import Caller, Keys

NAME = "ila_gateway"


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything the views work with."""

    settings: Settings
    keys: Keys
    sessions: SessionStore
    callers: Callers
    people: People
    openid: OpenIdClient
    limits: Limits
    brakes: Brakes
    server: Server
    document: MergedDocument
    desk: Desk
    neighbours: dict[str, Callable[[], bool]]


def parts() -> Parts:
    """Return the parts of the running application."""
    return cast(Parts, flask.current_app.extensions[NAME])


def signed_in() -> Caller:
    """Return the person who asks, whom the routes table let in. Raises a 401 problem for a machine."""
    caller = admitted(flask.request.environ)
    if caller.session is None:
        raise BadRequest("unauthenticated", 401)
    return caller


def note_failure(account: str = "") -> None:
    """Count a failed attempt of the caller's address, and of the account whose name was given.

    Raises TooManyFailures.
    """
    parts().brakes.failed(account, flask.request.environ.get("REMOTE_ADDR", ""))
