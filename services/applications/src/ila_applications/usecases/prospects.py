"""What somebody would get before applying: the rules of a call, over the facts of today. Nothing is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ila_kit.clock import riga_date

from ila_applications.domain.eligibility import (
    FAILED,
    PASSED,
    PROVISIONAL,
    UNKNOWN,
    Check,
    PersonFacts,
    judge,
    verdict,
)
from ila_applications.domain.errors import UnknownProgramme
from ila_applications.ports import Unit

OUTCOMES = {
    PASSED: "eligible",
    PROVISIONAL: "provisional",
    UNKNOWN: "needs_evidence",
    FAILED: "ineligible",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """How the rules would judge a person who applied today, and when applying is possible.

    `barred`: the institution lets nobody new in at present.
    """

    programme_id: UUID
    outcome: str
    as_of: date
    checks: list[Check]
    opens_at: datetime
    closes_at: datetime
    open: bool
    barred: bool
    by_draw: bool


def prospect(unit: Unit, programme_id: UUID, facts: PersonFacts | None) -> Prospect:
    """Return what somebody would get who applied now. Raises UnknownProgramme.

    Source: BR-502, BR-504.
    """
    offering = unit.offerings.get(programme_id)
    if offering is None or offering.call is None or offering.closed_at is not None:
        raise UnknownProgramme()
    today = riga_date(unit.now)
    checks = judge(offering.call, facts, today)
    return Prospect(
        programme_id=programme_id,
        outcome=OUTCOMES[verdict(checks, facts)],
        as_of=today,
        checks=checks,
        opens_at=offering.opens_at,
        closes_at=offering.closes_at,
        open=offering.opens_at <= unit.now < offering.closes_at,
        barred=offering.barred,
        by_draw=offering.by_draw,
    )
