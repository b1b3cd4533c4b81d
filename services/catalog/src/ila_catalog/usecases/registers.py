"""What is done with the answers of registers; they are asked by the door between two units of work."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from ila_kit.registers import RegisterAnswer

from ila_catalog.domain.facts import ADDRESSES, Question, RegisterFact, is_stale, pause_after
from ila_catalog.domain.places import judged
from ila_catalog.domain.requirements import REGISTERS
from ila_catalog.ports import Unit

PURPOSES = {
    "viis_institutions": "whether the institution meets the call (BR-204)",
    "viis_addresses": "whether a place is an address of the institution (BR-303)",
    "programme_licences": "whether the licence meets the call (BR-201)",
}
LEGAL_BASIS = "GDPR art. 6(1)(e); regulations of the call, requirements for institutions and programmes"
PLACE_DUE = "place_due"


def want_checks(unit: Unit, provider_id: UUID) -> None:
    """Have the registers asked about an institution and its licences, unless they have told lately."""
    known = unit.facts.of(provider_id)
    wanted = [register for register in REGISTERS if is_stale(known.get(register), unit.now)]
    if wanted:
        unit.facts.want(provider_id, wanted)


def record_answers(
    unit: Unit, questions: Sequence[Question], answers: Mapping[str, RegisterAnswer], asked_at: datetime
) -> None:
    """Keep what a register said about institutions, and decide what waited for it.

    A register that is away changes nothing but the time at which it is asked again.
    """
    for question in questions:
        answer = answers.get(question.viis_number)
        if answer is None or not answer.known:
            _postpone(unit, question, (answer.fault if answer else None) or "no answer")
            continue
        fact = _fact(question, answer, unit.now)
        unit.facts.record(fact, asked_at)
        if question.register == ADDRESSES:
            _match_places(unit, fact, asked_at)


def postpone_questions(unit: Unit, questions: Sequence[Question], fault: str) -> None:
    """Ask again later: nobody answered at all."""
    for question in questions:
        _postpone(unit, question, fault)


def _postpone(unit: Unit, question: Question, fault: str) -> None:
    unit.facts.postpone(question, unit.now + pause_after(question.tries), fault)


def _match_places(unit: Unit, fact: RegisterFact, asked_at: datetime) -> None:
    for place in unit.places.entered(fact.provider_id, asked_at):
        decided = judged(place, fact, unit.actor.role_names, unit.now)
        unit.places.save(decided)
        unit.clear_timer(place.id, PLACE_DUE)
        unit.audit(f"place_{decided.state}", "place", place.id, hash=fact.hash, observed_at=fact.observed_at)


def _fact(question: Question, answer: RegisterAnswer, now: datetime) -> RegisterFact:
    return RegisterFact(
        provider_id=question.provider_id,
        register=question.register,
        found=answer.found,
        answer=answer.answer,
        observed_at=answer.observed_at or now,
        legal_basis=answer.legal_basis,
        hash=answer.hash,
        snapshot=answer.snapshot,
    )
