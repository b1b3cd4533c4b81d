"""Messages to learners over HTTP."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields

from ila_applications.api.account import owner_of
from ila_applications.api.schemas import happened
from ila_applications.domain.messages import LETTER, Message
from ila_applications.usecases.messages import list_messages, read_all, read_message

messages = Resource(
    "messages",
    __name__,
    url_prefix="/api/applications/v1/messages",
    description="What learners are told",
)
OWNER = Access(own={"learner"})


class LetterSchema(Schema):
    """How far the letter of a message has come: its state, the last try, and why it failed."""

    state = fields.OneOf(sorted(LETTER.states), required=True)
    at = fields.Instant(required=True, allow_none=True)
    tries = fields.WholeNumber(min=0, max=1_000, required=True)
    reason = fields.String(required=True, allow_none=True)


class MessageSchema(Schema):
    """What a person is told of one of their applications."""

    id = fields.Id(required=True)
    application_id = fields.Id(required=True)
    title_lv = fields.String(required=True)
    title_en = fields.String(required=True)
    at = fields.Instant(required=True)
    action = fields.String(required=True)
    text_lv = fields.String(required=True)
    text_en = fields.String(required=True)
    read_at = fields.Instant(required=True, allow_none=True)
    letter = fields.Nested(LetterSchema, required=True)


class MessagesSchema(Schema):
    """A page of messages, and how many of all are unread."""

    items = fields.List(fields.Nested(MessageSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    unread = fields.WholeNumber(min=0, max=2**31, required=True)


class ReadSchema(Schema):
    """How many messages were unread."""

    read = fields.WholeNumber(min=0, max=2**31, required=True)


@messages.operation("GET", "", OWNER, query=ListQuery, answer=(200, MessagesSchema), refusals=[Missing])
def get_messages(call: Call) -> dict[str, Any]:
    """List what the person who asks was told, newest first."""
    page = list_messages(call.unit, owner_of(call), page_request(call.query))
    return {"items": [shown_message(one) for one in page.messages], "next": page.next, "unread": page.unread}


@messages.operation(
    "POST", "/<uuid:message_id>/read", OWNER, answer=(200, MessageSchema), idempotent=True, refusals=[Missing]
)
def post_read(call: Call, message_id: UUID) -> Answer:
    """Note that a message was read; the first time counts."""
    return Answer(shown_message(read_message(call.unit, message_id, owner_of(call))))


@messages.operation("POST", "/read", OWNER, answer=(200, ReadSchema), idempotent=True, refusals=[Missing])
def post_read_all(call: Call) -> dict[str, Any]:
    """Note that everything was read."""
    return {"read": read_all(call.unit, owner_of(call))}


def shown_message(one: Message) -> dict[str, Any]:
    """Return a message as JSON shows it."""
    programme = one.case.offering.programme
    return {
        "id": one.id,
        "application_id": one.case.application.id,
        "title_lv": programme.title_lv,
        "title_en": programme.title_en,
        "at": one.happening.at,
        "action": one.happening.action,
        "read_at": one.read_at,
        "letter": one.letter,
        **happened(one.happening),
    }
