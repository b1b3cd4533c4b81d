"""Facts about persons: told to services from our own tables, asked of the register behind them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from ila_kit.looks import note_look
from ila_kit.registers import RegisterAnswer

from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.persons import SOURCE, Person
from ila_identity.domain.register_facts import ASKED, KNOWN, REGISTER, RegisterFact, usable
from ila_identity.events.published import PersonalDataViewed
from ila_identity.ports import Unit

PURPOSE = "facts of learners (BR-501, BR-502)"
REGISTER_SOURCE = "population-register"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A birth date, whence it comes, when it was told, and on what ground it is handed on.

    `state` is `register` (the register told it and it is relied on), `asked` (it is being asked)
    or `unavailable` (it did not answer, or knows no such person); in the last two the birth date is
    that of the e-identity, and nobody knows whether the person is alive.
    """

    person_id: UUID
    birth_date: date
    source: str
    state: str
    alive: bool | None
    observed_at: datetime
    legal_basis: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts found, and the ids nobody is known by."""

    facts: list[Fact]
    missing: list[UUID]


def facts_of(unit: Unit, person_ids: Sequence[UUID], purpose: str, legal_basis: str) -> Facts:
    """Return what is known of persons now, have the register asked where that is missing or old.

    Each person found leaves an entry that somebody looked. An id asked for twice is answered once;
    unknown ids are listed as missing.

    Source: BR-501, BR-502, BR-503.
    """
    asked_for = list(dict.fromkeys(person_ids))
    persons = unit.persons.many(asked_for)
    known = [persons[person_id] for person_id in asked_for if person_id in persons]
    told = unit.register_facts.many([person.id for person in known])
    facts = [_fact(person, told.get(person.id), unit.now, legal_basis) for person in known]
    unit.register_facts.want([fact.person_id for fact in facts if fact.state == ASKED], unit.now)
    note_look(unit, PersonalDataViewed, [fact.person_id for fact in facts], ["birth_date", "alive"], purpose)
    return Facts(facts, [person_id for person_id in asked_for if person_id not in persons])


def _fact(person: Person, told: RegisterFact | None, now: datetime, legal_basis: str) -> Fact:
    state = told.state(now) if told else ASKED
    by_register = told if state == KNOWN else None
    return Fact(
        person_id=person.id,
        birth_date=(by_register and by_register.birth_date) or person.description.birth_date,
        source=REGISTER_SOURCE if by_register else SOURCE,
        state=state,
        alive=by_register.alive if by_register else None,
        observed_at=(by_register and by_register.observed_at) or person.observed_at,
        legal_basis=legal_basis,
    )


def keep_answers(
    unit: Unit,
    questions: Sequence[tuple[RegisterFact, PersonalCode]],
    answers: Mapping[str, RegisterAnswer],
    validity: timedelta,
) -> int:
    """Store what the register told; ask again later where it told nothing, or told of somebody else.

    `answers` are by the digits of the code; a question without one counts as not answered. Returns
    how many were answered.
    """
    persons = unit.persons.many([fact.person_id for fact, _ in questions])
    kept = []
    for fact, code in questions:
        answer = answers.get(code.digits)
        if answer and usable(answer, persons[fact.person_id].description):
            kept.append(fact.answered(answer, unit.now, validity))
            unit.audit("register_answered", "person", fact.person_id, register=REGISTER, found=answer.found)
        else:
            kept.append(_failed(unit, fact, answer))
    unit.register_facts.save(kept)
    return sum(not fact.wanted for fact in kept)


def _failed(unit: Unit, fact: RegisterFact, answer: RegisterAnswer | None) -> RegisterFact:
    if answer and answer.known:
        unit.audit("register_answer_refused", "person", fact.person_id, register=REGISTER)
    return fact.failed(unit.now)
