"""Earlier support: told to the service that holds money, asked of the register behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ila_kit.looks import note_look
from ila_kit.registers import RegisterAnswer

from ila_identity.domain.earlier_support import REGISTER, SupportAnswer, SupportQuestion, support_answer
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.register_facts import ASKED, KNOWN, UNAVAILABLE
from ila_identity.events.published import PersonalDataViewed
from ila_identity.ports import Unit

PURPOSE = "no double funding of learners (BR-713)"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskSupport:
    """About whom is asked; an answer that was given before `since` does not count."""

    person_id: UUID
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """What is known of a person. `state`: `register` (it told), `asked` or `unavailable` (it did not yet)."""

    person_id: UUID
    state: str
    answer_id: UUID | None = None
    observed_at: datetime | None = None
    legal_basis: str | None = None
    supports: Sequence[dict[str, Any]] = ()


@dataclass(frozen=True, slots=True)
class Supports:
    """What is known of those who are known, and the ids nobody is known by."""

    answers: list[Support]
    missing: list[UUID]


def supports_of(unit: Unit, questions: Sequence[AskSupport], purpose: str) -> Supports:
    """Return what the register told of persons since the times asked for; have it asked where it did not.

    A person asked about twice is answered once, by the later time. Each person whose supports are told
    leaves an entry that somebody looked.

    Source: BR-713.
    """
    since: dict[UUID, datetime] = {}
    for one in questions:
        since[one.person_id] = max(one.since, since.get(one.person_id, one.since))
    known = unit.persons.many(list(since))
    newest = unit.earlier_support.newest(list(known))
    told = {one: answer for one, answer in newest.items() if answer.observed_at >= since[one]}
    open_ones = [one for one in known if one not in told]
    tries = unit.earlier_support.want(open_ones, unit.now)
    note_look(unit, PersonalDataViewed, list(told), [REGISTER], purpose)
    answers = [
        _told(told[one]) if one in told else _not_told(one, tries[one]) for one in since if one in known
    ]
    return Supports(answers, [one for one in since if one not in known])


def _told(answer: SupportAnswer) -> Support:
    return Support(
        person_id=answer.person_id,
        state=KNOWN,
        answer_id=answer.id,
        observed_at=answer.observed_at,
        legal_basis=answer.legal_basis,
        supports=answer.supports,
    )


def _not_told(person_id: UUID, tries: int) -> Support:
    return Support(person_id=person_id, state=UNAVAILABLE if tries else ASKED)


def keep_supports(
    unit: Unit,
    questions: Sequence[tuple[SupportQuestion, Sequence[PersonalCode]]],
    told: Mapping[str, RegisterAnswer],
) -> int:
    """Store what the register told of persons; ask again later where it told nothing.

    `told` is by the digits of the code. Whose data were erased meanwhile is passed over. Returns how many
    were answered.
    """
    asked = unit.earlier_support.lock([question.person_id for question, _ in questions])
    settled, answers = [], []
    for question, codes in questions:
        if question.person_id not in asked:
            continue
        answer = support_answer(question.person_id, codes, told)
        settled.append(question.answered() if answer else question.failed(unit.now))
        if answer:
            answers.append(answer)
            unit.audit(
                "register_answered",
                "person",
                question.person_id,
                register=REGISTER,
                found=bool(answer.supports),
                answer_id=str(answer.id),
            )
    unit.earlier_support.save(settled, answers)
    return len(answers)
