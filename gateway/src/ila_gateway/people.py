"""The identity service, asked directly: who signs in, and which roles they hold now."""

from dataclasses import asdict, dataclass
from typing import Any

import orjson
from ila_kit.errors import Denied

from ila_gateway.identity import AUDIENCE, Identity
from ila_gateway.upstream import ServiceDown

Roles = list[dict[str, str | None]]
_SIGN_IN_SECONDS = 10
# Somebody's request waits for it, and can go on with the roles there are.
_STANDING_SECONDS = 2


class SignInRefused(Denied):
    """This person may not sign in."""

    code = "sign-in-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Who the OpenID provider says signed in. The personal code goes to identity and nowhere else."""

    issuer: str
    subject: str
    personal_code: str
    given_name: str
    family_name: str
    birth_date: str
    acr: str
    email: str | None = None
    persona: str | None = None

    def __repr__(self) -> str:
        """Show nothing of the person: this may stand in a trace."""
        return "SignIn(…)"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the identity service says about a person now."""

    person: str
    roles: Roles
    disabled: bool = False


class People:
    """The identity service as the gateway needs it.

    Every call raises ServiceDown, ServiceBusy or ServiceTimeout.
    """

    def __init__(self, identity: Identity):
        self._identity = identity

    def sign_in(self, who: SignIn) -> Standing:
        """Note a sign-in; return the person and the roles. Raises SignInRefused."""
        body = {name: value for name, value in asdict(who).items() if value is not None}
        status, found = self._identity.call("POST", "/sign-ins", orjson.dumps(body), _SIGN_IN_SECONDS)
        if status in (403, 404, 409, 422):
            raise SignInRefused
        if status not in (200, 201):
            raise ServiceDown(service=AUDIENCE)
        return _standing(found)

    def standing(self, person: str) -> Standing:
        """Return the roles of a person; somebody who is no longer known is disabled."""
        status, found = self._identity.call("GET", f"/persons/{person}/roles", seconds=_STANDING_SECONDS)
        if status == 404:
            return Standing(person, [], disabled=True)
        if status != 200:
            raise ServiceDown(service=AUDIENCE)
        return _standing(found)


def _standing(found: Any) -> Standing:
    try:
        roles = [
            {"role": str(one["role"]), "organisation": one.get("organisation")} for one in found["roles"]
        ]
        return Standing(str(found["person_id"]), roles, bool(found.get("disabled", False)))
    except (KeyError, TypeError, AttributeError) as fault:
        raise ServiceDown(service=AUDIENCE) from fault
