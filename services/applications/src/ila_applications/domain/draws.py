"""The draw of a call: a committed seed and a public value decide the order, and anyone can recompute it.

Source: BR-505 (draw), BR-709 (money for winners only); recipe in docs/draw.md.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ila_kit.actor import Actor
from ila_kit.states import SYSTEM, StateMachine, Step

from ila_applications.domain.errors import EnteredByYou, NoPublicValue, PublicValueDiffers
from ila_applications.domain.offerings import Call, Stratum

RECIPE = "ila-draw-2"
SECRET_BYTES = 32
COMMITTED, PINNED, CONFIRMED, DRAWN = "committed", "pinned", "confirmed", "drawn"
DRAW_OFFICER = "draw_officer"
# How long the pin waits for checks that the machine has not ended [default].
PATIENCE = timedelta(hours=24)
AGAIN = timedelta(minutes=1)
# When the missing public value becomes an alarm, and how often it is raised again [default].
VALUE_TIME = timedelta(days=7)
VALUE_REMINDER = timedelta(days=1)

_BY_SYSTEM, _BY_OFFICER = frozenset({SYSTEM}), frozenset({DRAW_OFFICER})
DRAW = StateMachine(
    "draw",
    COMMITTED,
    [
        Step(COMMITTED, "pin", PINNED, _BY_SYSTEM),
        Step(PINNED, "enter_value", PINNED, _BY_OFFICER),
        Step(PINNED, "confirm_value", CONFIRMED, _BY_OFFICER),
        Step(CONFIRMED, "draw", DRAWN, _BY_SYSTEM),
    ],
)


@dataclass(frozen=True, slots=True)
class Secret:
    """What only the platform knows: the seed until the draw, the key of the pseudonyms for good."""

    seed: bytes = field(repr=False)
    pseudonym_key: bytes = field(repr=False)

    @classmethod
    def new(cls) -> "Secret":
        """Return a secret of fresh chance."""
        return cls(secrets.token_bytes(SECRET_BYTES), secrets.token_bytes(SECRET_BYTES))

    @property
    def key_sha256(self) -> str:
        """The SHA-256 of the key of the pseudonyms in hexadecimal; the key itself would name people."""
        return hashlib.sha256(self.pseudonym_key).hexdigest()

    @property
    def commitment(self) -> str:
        """The SHA-256 of seed and hashed key in hexadecimal, published before: neither is chosen after."""
        return hashlib.sha256(self.seed + bytes.fromhex(self.key_sha256)).hexdigest()

    def pseudonym(self, application_id: UUID) -> str:
        """Return the name under which an entry is published: 32 hexadecimal digits only its owner is told."""
        return hmac.digest(self.pseudonym_key, application_id.bytes, "sha256").hex()[:32]

    def lot_key(self, public_value: str) -> bytes:
        """Return the key of the lots: of the seed, and of what nobody knew when it was committed."""
        return hashlib.sha256(self.seed + public_value.encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """The draw of a call; what a later state decides is None until then.

    `source_lv` and `source_en` name the public value before anybody knows it. `strata` and `places`
    (by programme) are pinned with the entries, `entries_sha256` is the hash of all three. `seed` and
    `key_sha256` (hexadecimal) are revealed when it is `drawn`.
    """

    call_id: UUID
    state: str
    version: int
    commitment: str
    committed_at: datetime
    source_lv: str = ""
    source_en: str = ""
    pinned_at: datetime | None = None
    entries_sha256: str | None = None
    strata: tuple[Stratum, ...] = ()
    places: Mapping[UUID, int] = field(default_factory=dict)
    public_value: str | None = None
    entered_by: str | None = None
    entered_at: datetime | None = None
    confirmed_by: str | None = None
    confirmed_at: datetime | None = None
    drawn_at: datetime | None = None
    seed: str | None = None
    key_sha256: str | None = None
    list_sha256: str | None = None

    @property
    def drawn(self) -> bool:
        """Whether the lots have been drawn."""
        return self.state == DRAWN

    def step(self, action: str, roles: Iterable[str], **changes: Any) -> "Draw":
        """Return the draw after a step. Raises WrongState or NotYourStep."""
        state = DRAW.next_state(self.state, action, roles)
        return replace(self, state=state, version=self.version + 1, **changes)

    def with_value(self, value: str, officer: Actor, now: datetime) -> "Draw":
        """Return the draw with a public value that somebody else is to confirm; until then it may change."""
        entered: dict[str, Any] = {"public_value": value, "entered_by": officer.id, "entered_at": now}
        return self.step("enter_value", officer.role_names, **entered)

    def confirmed(self, value: str, officer: Actor, now: datetime) -> "Draw":
        """Return the draw with its public value for good.

        Raises WrongState, NotYourStep, NoPublicValue, EnteredByYou or PublicValueDiffers.
        """
        confirmed = self.step("confirm_value", officer.role_names, confirmed_by=officer.id, confirmed_at=now)
        if self.public_value is None:
            raise NoPublicValue()
        if self.entered_by == officer.id:
            raise EnteredByYou()
        if self.public_value != value:
            raise PublicValueDiffers(errors={"/value": ["not what the other officer entered"]})
        return confirmed


def commit(call: Call, secret: Secret, now: datetime) -> Draw:
    """Return the draw of a call with its secret committed and the source of its public value named."""
    return Draw(
        call_id=call.id,
        state=DRAW.start,
        version=1,
        commitment=secret.commitment,
        committed_at=now,
        source_lv=call.draw_source_lv,
        source_en=call.draw_source_en,
    )
