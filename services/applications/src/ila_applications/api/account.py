"""The learner's account over HTTP, as far as applications knows it; the balance is funding's."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.web.resource import Access, Call, Resource
from ila_kit.web.schemas import Schema, fields

from ila_applications.api.schemas import ApplicationSchema, NextSchema, shown, shown_next
from ila_applications.api.texts import both, who_acts
from ila_applications.domain.applications import Case
from ila_applications.usecases.views import open_applications, view

account = Resource(
    "account",
    __name__,
    url_prefix="/api/applications/v1/account",
    description="One's own account at a glance",
)


class NextStepSchema(NextSchema):
    """The most pressing next step, and the application it is about; null when there is none yet."""

    application_id = fields.Id(required=True, allow_none=True)


class AccountSchema(Schema):
    """What is open for a person, the most pressing first."""

    person_id = fields.Id(required=True)
    open_applications = fields.List(fields.Nested(ApplicationSchema), required=True)
    next_step = fields.Nested(NextStepSchema, required=True)


@account.operation("GET", "", Access(own={"learner"}), answer=(200, AccountSchema), refusals=[Missing])
def get_account(call: Call) -> dict[str, Any]:
    """Show what is open for the person who asks, and what to do next."""
    person = owner_of(call)
    cases = open_applications(call.unit, person)
    return {
        "person_id": person,
        "open_applications": [shown(view(case, call.actor)) for case in cases],
        "next_step": _next_step(cases),
    }


def owner_of(call: Call) -> UUID:
    """Return the person who asks for what is their own. Raises Missing for who is no person."""
    if call.scope.person is None:
        raise Missing()
    return call.scope.person


def _next_step(cases: list[Case]) -> dict[str, Any]:
    if cases:
        return {"application_id": cases[0].application.id} | shown_next(cases[0])
    return {
        "application_id": None,
        "state": "none",
        "who": who_acts("none"),
        "by": None,
        **both("timeline", "next", "none", {}),
    }
