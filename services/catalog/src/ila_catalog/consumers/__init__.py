"""What the catalogue does when others tell it something, when a time has come, and by itself."""

from ila_catalog.consumers import applications, funding, identity
from ila_catalog.consumers.registers import RegisterJob
from ila_catalog.consumers.timers import TIMERS

HANDLERS = identity.HANDLERS | funding.HANDLERS | applications.HANDLERS

__all__ = ["HANDLERS", "TIMERS", "RegisterJob"]
