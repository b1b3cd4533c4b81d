"""Questions about a call: asked by one, answered for all."""

import logging
from dataclasses import dataclass
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.desk_errors import CorrectionUnexplained, TooManyQuestions
from ila_catalog.domain.questions import MOST_OPEN, CallAnswer, Question, asked
from ila_catalog.domain.states import ASKED
from ila_catalog.ports import Unit
from ila_catalog.usecases.catalogue import PUBLIC_STATES, show_public_call
from ila_catalog.usecases.requirements import call_for_offers

log = logging.getLogger(__name__)
QUESTION_DUE = "question_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerQuestion:
    """An answer, or a correction of it with its reason; `published_text` is the question as all read it."""

    call_id: UUID
    question_id: UUID
    text_lv: str
    text_en: str | None
    published_text: str | None
    reason: str | None


def ask_question(unit: Unit, call_id: UUID, text: str, person: str) -> Question:
    """Store a question about a published call. Raises Missing, QuestionsClosed or TooManyQuestions."""
    question = asked(call_for_offers(unit, call_id), text, person, unit.now)
    if unit.questions.open_ones(call_id, person) >= MOST_OPEN:
        raise TooManyQuestions(most=MOST_OPEN)
    unit.questions.add(question)
    unit.set_timer(question.id, QUESTION_DUE, question.due_at)
    unit.audit("question_asked", "call", call_id, question_id=question.id)
    return question


def answer_question(unit: Unit, command: AnswerQuestion) -> Question:
    """Answer a question for everybody, or correct the answer: the earlier version stays readable.

    Raises Missing, Stale, WrongState or CorrectionUnexplained.
    """
    if unit.calls.get(command.call_id) is None:
        raise Missing()
    was = unit.questions.get(command.call_id, command.question_id)
    if was is None:
        raise Missing()
    if was.answers and not command.reason:
        raise CorrectionUnexplained()
    answer = CallAnswer(
        answer_version=len(was.answers) + 1,
        text_lv=command.text_lv,
        text_en=command.text_en,
        reason=command.reason if was.answers else None,
        answered_by=unit.actor.id,
        answered_at=unit.now,
    )
    answered = was.answered(answer, command.published_text, unit.actor.role_names)
    unit.questions.save(answered)
    unit.clear_timer(was.id, QUESTION_DUE)
    unit.audit(
        "question_answered",
        "call",
        was.call_id,
        question_id=was.id,
        answer_version=answer.answer_version,
        reason=answer.reason,
    )
    return answered


def remind_of_question(unit: Unit, question_id: UUID) -> None:
    """Mark a question that waits too long, and raise the alarm."""
    was = unit.questions.find(question_id)
    if was is None or was.state != ASKED:
        return
    unit.questions.save(was.step("remind", unit.actor.role_names, unit.now))
    unit.audit("question_overdue", "call", was.call_id, question_id=was.id)
    log.error("ALARM a question waits for its answer", extra={"question": str(was.id)})


def list_questions(unit: Unit, call_id: UUID, request: PageRequest, person: str | None) -> Page:
    """Return a page of the questions about a call, newest first: all, or a person's. Raises Missing."""
    if unit.calls.get(call_id, None if person is None else PUBLIC_STATES) is None:
        raise Missing()
    return unit.questions.page(request, call_id, person)


def list_public_questions(unit: Unit, call_id: UUID, request: PageRequest) -> Page:
    """Return a page of what was asked and answered, the latest answer first. Raises Missing."""
    show_public_call(unit, call_id)
    return unit.questions.public_page(request, call_id)
