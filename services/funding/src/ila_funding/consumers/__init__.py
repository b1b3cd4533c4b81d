"""What this service does when others tell it something, and when a time has come."""

from ila_funding.consumers import applications, catalog
from ila_funding.consumers.timers import TIMERS

HANDLERS = catalog.HANDLERS | applications.HANDLERS

__all__ = ["HANDLERS", "TIMERS"]
