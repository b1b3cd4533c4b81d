"""Organisations over HTTP."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_identity.api.schemas import ReasonSchema
from ila_identity.domain.organisations import ORGANISATION, Organisation
from ila_identity.domain.roles import AGENCY, PROVIDER
from ila_identity.usecases.organisations import (
    Sanction,
    close_organisation,
    list_organisations,
    reinstate_organisation,
    show_organisation,
    suspend_organisation,
)

PREFIX = "/api/identity/v1/organisations"
organisations = Resource(
    "organisations", __name__, url_prefix=PREFIX, description="Institutions on the platform"
)
READERS = Access(own=PROVIDER, any=AGENCY)
OFFICERS = Access(any={"sanction_officer"}, acr="high")
STATES = sorted(ORGANISATION.states)


class OrganisationQuery(ListQuery):
    """Filters of the list."""

    state = fields.OneOf(STATES)
    viis_number = fields.Text(max=10)


class OrganisationSchema(Schema):
    """An institution; `approved_at` is null while a seeded one was not told of yet."""

    id = fields.Id(required=True)
    title = fields.String(required=True)
    viis_number = fields.String(required=True, allow_none=True)
    legal_person_number = fields.String(required=True, allow_none=True)
    institution_type = fields.String(required=True)
    seat = fields.String(required=True)
    territory = fields.String(required=True)
    territory_title = fields.String(required=True)
    registration_id = fields.Id(required=True, allow_none=True)
    state = fields.OneOf(STATES, required=True)
    reason = fields.String(required=True, allow_none=True)
    approved_at = fields.Instant(required=True, allow_none=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)


@organisations.operation(
    "GET", "", READERS, query=OrganisationQuery, answer=(200, list_of(OrganisationSchema))
)
def get_organisations(call: Call) -> dict[str, Any]:
    """List organisations by title: one's own, or all for the agency."""
    page = list_organisations(call.unit, page_request(call.query), call.scope)
    return {"items": page.items, "next": page.next}


@organisations.operation("GET", "/<uuid:organisation_id>", READERS, answer=(200, OrganisationSchema))
def get_organisation(call: Call, organisation_id: UUID) -> Answer:
    """Show an organisation."""
    return _answer(show_organisation(call.unit, organisation_id, call.scope))


def _sanction(action: str, summary: str, use_case: Callable[[Any, Sanction], Organisation]) -> None:
    """Register the route of one sanction."""

    def view(call: Call, organisation_id: UUID) -> Answer:
        command = Sanction(organisation_id=organisation_id, reason=call.body["reason"])
        return _answer(use_case(call.unit, command))

    view.__doc__, view.__name__ = summary, f"post_{action}"
    organisations.operation(
        "POST",
        f"/<uuid:organisation_id>/{action}",
        OFFICERS,
        body=ReasonSchema,
        answer=(200, OrganisationSchema),
        idempotent=True,
        refusals=[WrongState],
    )(view)


_sanction("suspension", "Let an organisation do nothing new.", suspend_organisation)
_sanction("reinstatement", "Let a suspended organisation work again.", reinstate_organisation)
_sanction("closure", "End an organisation, its memberships and roles for good.", close_organisation)


def _answer(organisation: Organisation) -> Answer:
    return Answer(organisation, location=f"{PREFIX}/{organisation.id}", version=organisation.version)
