"""Questions about a call over HTTP: asked by members of institutions, answered for everybody."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Stale
from ila_kit.events import to_json
from ila_kit.states import NotYourStep, WrongState
from ila_kit.web.resource import Access, Answer, Call, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_catalog.api import schemas
from ila_catalog.api.call_changes import MANAGERS
from ila_catalog.api.calls import PUBLIC, calls, public_calls
from ila_catalog.domain.desk_errors import CorrectionUnexplained, QuestionsClosed, TooManyQuestions
from ila_catalog.domain.questions import CallAnswer, Question
from ila_catalog.domain.states import EDITORS, QUESTION, SIGNATORIES
from ila_catalog.usecases.questions import (
    AnswerQuestion,
    answer_question,
    ask_question,
    list_public_questions,
    list_questions,
)

# Who prepares or signs offers. Learners do not ask here: the catalogue keeps nothing of them.
ASKERS = EDITORS | SIGNATORIES
READERS = Access(own=ASKERS, any={"call_manager"})


class PublicQuestionQuery(ListQuery):
    """The latest answer comes first."""

    sort = schemas.sort("answered_at")


class QuestionQuery(ListQuery):
    """Filters of questions."""

    sort = schemas.sort("created_at")
    state = fields.OneOf(sorted(QUESTION.states))
    answered = fields.OneOf(["true", "false"])


class NewQuestionSchema(Schema):
    """A question about a call."""

    text = fields.Text(min=5, max=2_000, required=True)


class NewAnswerSchema(Schema):
    """An answer for everybody, or a correction with its reason.

    `published_text` is the question as everybody reads it, where it names what is nobody's business.
    """

    text_lv = fields.Text(max=5_000, required=True)
    text_en = fields.Text(max=5_000, load_default=None, allow_none=True)
    published_text = fields.Text(max=2_000, load_default=None, allow_none=True)
    reason = fields.Text(max=500, load_default=None, allow_none=True)


class AnswerSchema(Schema):
    """One version of an answer; `reason` says why it corrects the one before."""

    answer_version = schemas.number(1)
    text_lv = schemas.text()
    text_en = schemas.text(allow_none=True)
    reason = schemas.text(allow_none=True)
    answered_at = fields.Instant(required=True)


class PublicQuestionSchema(Schema):
    """A question that was answered, as everybody reads it; `earlier` are the versions before."""

    id = fields.Id(required=True)
    question = schemas.text()
    answer = fields.Nested(AnswerSchema, required=True)
    earlier = fields.List(fields.Nested(AnswerSchema), required=True)


class QuestionSchema(Schema):
    """A question as its asker and the agency see it; nobody is told who asked."""

    id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    text = schemas.text()
    published_text = schemas.text(allow_none=True)
    state = fields.OneOf(sorted(QUESTION.states), required=True)
    due_at = fields.Instant(required=True)
    answers = fields.List(fields.Nested(AnswerSchema), required=True)
    answered_at = fields.Instant(required=True, allow_none=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)
    version = schemas.number(1)


@calls.operation(
    "GET", "/<uuid:call_id>/questions", READERS, query=QuestionQuery, answer=(200, list_of(QuestionSchema))
)
def get_questions(call: Call, call_id: UUID) -> dict[str, Any]:
    """List the questions about a call, newest first: all for call managers, one's own for others."""
    person = None if call.scope.everything else _person(call)
    page = list_questions(call.unit, call_id, page_request(call.query), person)
    return {"items": [_shown(row["question"]) for row in page.rows], "next": page.next}


@calls.operation(
    "POST",
    "/<uuid:call_id>/questions",
    Access(own=ASKERS),
    body=NewQuestionSchema,
    answer=(201, QuestionSchema),
    idempotent=True,
    refusals=[QuestionsClosed, TooManyQuestions],
)
def post_question(call: Call, call_id: UUID) -> Answer:
    """Ask a question about a published call, until its questions close."""
    asked = ask_question(call.unit, call_id, call.body["text"], _person(call))
    return Answer(_shown(asked), version=asked.version)


@calls.operation(
    "POST",
    "/<uuid:call_id>/questions/<uuid:question_id>/answer",
    MANAGERS,
    body=NewAnswerSchema,
    answer=(201, QuestionSchema),
    idempotent=True,
    refusals=[WrongState, NotYourStep, Stale, CorrectionUnexplained],
)
def post_answer(call: Call, call_id: UUID, question_id: UUID) -> Answer:
    """Answer a question for everybody, or correct the answer; the earlier version stays readable."""
    command = AnswerQuestion(call_id=call_id, question_id=question_id, **call.body)
    answered = answer_question(call.unit, command)
    return Answer(_shown(answered), version=answered.version)


@public_calls.operation(
    "GET",
    "/<uuid:call_id>/questions",
    PUBLIC,
    query=PublicQuestionQuery,
    answer=(200, list_of(PublicQuestionSchema)),
)
def get_public_questions(call: Call, call_id: UUID) -> dict[str, Any]:
    """List what was asked about a call and answered for everybody; never who asked."""
    page = list_public_questions(call.unit, call_id, page_request(call.query))
    return {"items": [_public(row["question"]) for row in page.rows], "next": page.next}


def _person(call: Call) -> str:
    """Return who asks: the caller, or the person a machine acts for."""
    return str(call.scope.person or call.actor.acting_for or call.actor.id)


def _shown(question: Question) -> dict[str, Any]:
    shown: dict[str, Any] = to_json(question)
    answers = [_answer(one) for one in question.answers]
    return {name: value for name, value in shown.items() if name != "asked_by"} | {"answers": answers}


def _public(question: Question) -> dict[str, Any]:
    *earlier, last = [_answer(one) for one in question.answers]
    asked = question.published_text or question.text
    return {"id": question.id, "question": asked, "answer": last, "earlier": earlier}


def _answer(answer: CallAnswer) -> dict[str, Any]:
    shown: dict[str, Any] = to_json(answer)
    return {name: value for name, value in shown.items() if name != "answered_by"}
