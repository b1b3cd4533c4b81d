"""The rule table of a call: each rule says which fact it used, whence, and what it concludes.

Source: BR-501, BR-502, BR-503, BR-504.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from ila_applications.domain.offerings import Call

PASSED, FAILED, UNKNOWN = "passed", "failed", "unknown"
PROVISIONAL = "provisional"
REGISTER, ASKED, UNAVAILABLE = "register", "asked", "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """What a register or the e-identity says about a person; never what a personal code seems to say.

    `state`: `register` when the population register told; `asked` when its answer is on the way,
    `unavailable` when it did not answer: then the birth date is that of the e-identity, and
    `alive` is None.
    """

    person_id: UUID
    birth_date: date
    source: str
    state: str
    alive: bool | None
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


def living(call: Call, facts: PersonFacts | None, day: date) -> Check:
    """Judge whether the population register knows a person as living; only it can say."""
    check = Check(rule="living", fact="life_status", verdict=UNKNOWN, as_of=day)
    if facts is None or facts.alive is None:
        return check
    return replace(
        check,
        verdict=PASSED if facts.alive else FAILED,
        source=facts.source,
        observed_at=facts.observed_at,
        legal_basis=facts.legal_basis,
    )


ACTIVE: tuple[Rule, ...] = (minimum_age, living)
REFUSALS = {"minimum_age": "too-young", "living": "person-deceased"}


def judge(call: Call, facts: PersonFacts | None, day: date) -> list[Check]:
    """Return the outcome of every rule that is active in a call."""
    return [rule(call, facts, day) for rule in ACTIVE]


def verdict(checks: list[Check], facts: PersonFacts | None) -> str:
    """Return what the checks and the state of the facts come to.

    `failed` when a rule says no, by whichever source; else `provisional` while the register is not
    heard of; else `unknown` when a rule lacks a fact; else `passed`.

    Source: BR-503.
    """
    verdicts = {check.verdict for check in checks}
    if FAILED in verdicts:
        return FAILED
    if facts is not None and facts.state != REGISTER:
        return PROVISIONAL
    return UNKNOWN if UNKNOWN in verdicts else PASSED


def refusal(checks: list[Check]) -> dict[str, str]:
    """Return code, rule and fact of the first rule that said no."""
    failed = next(check for check in checks if check.verdict == FAILED)
    return {"code": REFUSALS[failed.rule], "rule": failed.rule, "fact": failed.fact}
