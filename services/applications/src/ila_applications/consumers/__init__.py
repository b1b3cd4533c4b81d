"""What applications does when others tell it something, when a time has come, and by itself."""

from ila_applications.consumers import catalog, funding, groups, identity
from ila_applications.consumers.eligibility import RECHECK, FactsJob
from ila_applications.consumers.letters import LettersJob
from ila_applications.consumers.timers import TIMERS

HANDLERS = catalog.HANDLERS | funding.HANDLERS | groups.HANDLERS | identity.HANDLERS

__all__ = ["HANDLERS", "RECHECK", "TIMERS", "FactsJob", "LettersJob"]
