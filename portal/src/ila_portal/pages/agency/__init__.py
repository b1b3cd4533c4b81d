"""The desk of the agency: queues and decisions from the registration of an institution to the payment."""

from ila_portal.pages.agency import calls, institutions, learners, money, oversight
from ila_portal.pages.agency.desk import agency

__all__ = ["agency", "calls", "institutions", "learners", "money", "oversight"]
