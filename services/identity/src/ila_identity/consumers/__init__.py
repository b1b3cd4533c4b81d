"""Events of other services that identity acts on, one file per service listened to: none yet."""

from collections.abc import Callable

from ila_kit.events import Envelope

from ila_identity.ports import Unit

HANDLERS: dict[str, Callable[[Unit, Envelope], None]] = {}
