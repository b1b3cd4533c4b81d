"""One file per service listened to; each maps event types to what is done about them.

Nothing is listened to yet: approved providers and enrolled learners come with offers and places.
"""

from collections.abc import Callable

from ila_kit.events import Envelope

from ila_catalog.ports import Unit

HANDLERS: dict[str, Callable[[Unit, Envelope], None]] = {}
