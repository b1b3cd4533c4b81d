"""What the gateway has to tell the others, kept in the shared store until the broker has it.

An event is added in one step with the change it tells of. A crash between sending and forgetting
sends it again under the same id; the readers' inboxes absorb that.
"""

from typing import Any

import orjson
import redis
from ila_kit.context import current
from ila_kit.events import Envelope, Event
from ila_kit.ids import uuid7

from ila_gateway.store import instant, reached

SOURCE = "gateway"
_WAITING = "o:events"
_LEADER = "l:relay"
_LEAD_SECONDS = 10


def tell(commands: Any, event: Event, now: float) -> None:
    """Add an event to the commands that make the change."""
    envelope = Envelope(
        id=uuid7(),
        source=SOURCE,
        type=event.type,
        subject=event.subject,
        time=instant(now),
        sequence=1,
        data=event.as_data(),
        traceparent=current().traceparent,
    )
    commands.xadd(_WAITING, {"event": orjson.dumps(envelope.as_json())})


class Outbox:
    """The events that wait, oldest first."""

    def __init__(self, client: redis.Redis):
        self._client: Any = client

    def waiting(self, limit: int) -> dict[str, Envelope]:
        """Return the oldest events, by the places they are forgotten by."""
        with reached():
            rows = self._client.xrange(_WAITING, count=limit)
        return {place: Envelope.parse(orjson.loads(fields["event"])) for place, fields in rows}

    def forget(self, places: list[str]) -> None:
        """Forget events that the broker has."""
        with reached():
            self._client.xdel(_WAITING, *places)

    def lead(self, who: str) -> bool:
        """Tell whether `who` sends now; whoever began goes on while asking every few seconds."""
        with reached():
            holder = self._client.set(_LEADER, who, nx=True, get=True, ex=_LEAD_SECONDS)
            if holder == who:
                self._client.expire(_LEADER, _LEAD_SECONDS)
        return holder in (None, who)

    def step_back(self, who: str) -> None:
        """Let another send from now on."""
        with reached():
            if self._client.get(_LEADER) == who:
                self._client.delete(_LEADER)
