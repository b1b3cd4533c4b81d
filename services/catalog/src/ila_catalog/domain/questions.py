"""Questions about a call, and their answers for everybody; who asked is told to nobody."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self
from uuid import UUID

from ila_kit.ids import uuid7

from ila_catalog.domain.calls import Call
from ila_catalog.domain.states import ASKED, QUESTION

MOST_OPEN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAnswer:
    """One version of an answer; a later one corrects it and says why."""

    answer_version: int
    text_lv: str
    text_en: str | None
    reason: str | None
    answered_by: str
    answered_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question about a call. `published_text` is what everybody reads: without what names a person."""

    id: UUID
    call_id: UUID
    text: str
    published_text: str | None
    state: str
    asked_by: str
    due_at: datetime
    answers: list[CallAnswer]
    answered_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    def answered(self, answer: CallAnswer, published_text: str | None, roles: Iterable[str]) -> Self:
        """Return the question with an answer, or with a further version of it.

        Raises WrongState or NotYourStep.
        """
        return replace(
            self.step("answer", roles, answer.answered_at),
            answers=[*self.answers, answer],
            answered_at=answer.answered_at,
            published_text=published_text or self.published_text or self.text,
        )

    def step(self, action: str, roles: Iterable[str], at: datetime) -> Self:
        """Return the question after an action. Raises WrongState or NotYourStep."""
        state = QUESTION.next_state(self.state, action, roles, self)
        return replace(self, state=state, version=self.version + 1, updated_at=at)


def asked(call: Call, text: str, person: str, at: datetime) -> Question:
    """Return a new question. Raises QuestionsClosed.

    It is to be answered in two days, and before the offers close.
    """
    call.must_take_questions(at)
    return Question(
        id=uuid7(),
        call_id=call.id,
        text=text,
        published_text=None,
        state=QUESTION.start,
        asked_by=person,
        due_at=min(at + QUESTION.timers[ASKED].after, call.offers.closes_at),
        answers=[],
        answered_at=None,
        version=1,
        created_at=at,
        updated_at=at,
    )
