"""What identity does when services tell it something, when a time has come, and by itself."""

from ila_identity.consumers import access_log, erasures
from ila_identity.consumers.earlier_support import SupportsJob
from ila_identity.consumers.employers import EmployersJob
from ila_identity.consumers.exports import ExportsJob
from ila_identity.consumers.institutions import InstitutionsJob, SeedsJob
from ila_identity.consumers.register_facts import FactsJob
from ila_identity.consumers.timers import TIMERS

HANDLERS = access_log.HANDLERS | erasures.HANDLERS

__all__ = [
    "HANDLERS",
    "TIMERS",
    "EmployersJob",
    "ExportsJob",
    "FactsJob",
    "InstitutionsJob",
    "SeedsJob",
    "SupportsJob",
]
