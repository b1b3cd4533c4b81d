"""The rule table of a call: each rule says which fact it used, whence, and what it concludes.

Source: BR-501, BR-502, BR-504.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ila_applications.domain.offerings import Call

PASSED, FAILED, UNKNOWN = "passed", "failed", "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What a register or the e-identity says about a person; never what a personal code seems to say."""

    person_id: UUID
    birth_date: date
    source: str
    observed_at: datetime
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The outcome of one rule. `limit` is what the call asks, `value` what the person has."""

    rule: str
    fact: str
    verdict: str
    as_of: date
    limit: int | None = None
    value: int | None = None
    source: str | None = None
    observed_at: datetime | None = None
    legal_basis: str | None = None


Rule = Callable[[Call, PersonFacts | None, date], Check]


def age_on(birth_date: date, day: date) -> int:
    """Return a person's full years on a day; one born on 29 February ages on 1 March of common years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def minimum_age(call: Call, facts: PersonFacts | None, day: date) -> Check:
    """Judge whether a person has reached the call's age on the day of application.

    Source: BR-501; the target group of call 1 is adults from 18 (01-mission section 1).
    """
    if facts is None:
        return Check(rule="minimum_age", fact="age", verdict=UNKNOWN, as_of=day, limit=call.minimum_age)
    age = age_on(facts.birth_date, day)
    return Check(
        rule="minimum_age",
        fact="age",
        verdict=PASSED if age >= call.minimum_age else FAILED,
        as_of=day,
        limit=call.minimum_age,
        value=age,
        source=facts.source,
        observed_at=facts.observed_at,
        legal_basis=facts.legal_basis,
    )


ACTIVE: tuple[Rule, ...] = (minimum_age,)
REFUSALS = {"minimum_age": "too-young"}


def judge(call: Call, facts: PersonFacts | None, day: date) -> list[Check]:
    """Return the outcome of every rule that is active in a call."""
    return [rule(call, facts, day) for rule in ACTIVE]


def verdict(checks: list[Check]) -> str:
    """Return `failed` when a rule says no, `unknown` when one cannot say, else `passed`."""
    verdicts = {check.verdict for check in checks}
    return next((one for one in (FAILED, UNKNOWN) if one in verdicts), PASSED)
