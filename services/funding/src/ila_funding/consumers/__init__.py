"""What this service does when others tell it something, and when a time has come."""

from ila_funding.consumers import applications, catalog, identity
from ila_funding.consumers.timers import TIMERS

HANDLERS = catalog.HANDLERS | applications.HANDLERS | identity.HANDLERS
BATCHES = applications.BATCHES

__all__ = ["BATCHES", "HANDLERS", "TIMERS"]
