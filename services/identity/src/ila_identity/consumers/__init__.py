"""What identity does by itself; events of other services that it acts on: none yet."""

from collections.abc import Callable

from ila_kit.events import Envelope

from ila_identity.consumers.institutions import InstitutionsJob, SeedsJob
from ila_identity.consumers.register_facts import FactsJob
from ila_identity.consumers.timers import TIMERS
from ila_identity.ports import Unit

HANDLERS: dict[str, Callable[[Unit, Envelope], None]] = {}

__all__ = ["HANDLERS", "TIMERS", "FactsJob", "InstitutionsJob", "SeedsJob"]
