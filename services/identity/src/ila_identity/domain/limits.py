"""Times and numbers that a decision of the agency may change."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`cooling`: from the confirmation of another bank account until it is paid to (BR-714).
    `fact_validity`: how long what a register told of a person is relied on.
    `reply_days`: working days in which an organisation may reply to a sanction.
    """

    cooling: timedelta = timedelta(hours=72)
    fact_validity: timedelta = timedelta(hours=24)
    reply_days: int = 10
