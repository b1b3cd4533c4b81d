"""The desk of the agency: queues and decisions from the registration of an institution to the payment."""

from ila_portal.pages.agency import (
    agreements,
    calls,
    draws,
    evaluation,
    holds,
    institutions,
    learners,
    limits,
    methodologies,
    money,
    oversight,
    periods,
    roles,
    top_ups,
)
from ila_portal.pages.agency.desk import agency

__all__ = [
    "agency",
    "agreements",
    "calls",
    "draws",
    "evaluation",
    "holds",
    "institutions",
    "learners",
    "limits",
    "methodologies",
    "money",
    "oversight",
    "periods",
    "roles",
    "top_ups",
]
