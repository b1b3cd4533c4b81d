"""Organisations over HTTP."""

from typing import Any
from uuid import UUID

from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_identity.domain.organisations import KINDS, ORGANISATION, Organisation
from ila_identity.domain.roles import AGENCY, IN_ORGANISATION
from ila_identity.domain.sanctions import ALL, BARS
from ila_identity.usecases.organisations import list_organisations, show_organisation

PREFIX = "/api/identity/v1/organisations"
organisations = Resource(
    "organisations", __name__, url_prefix=PREFIX, description="Institutions and employers on the platform"
)
READERS = Access(own=IN_ORGANISATION, any=AGENCY)
STATES = sorted(ORGANISATION.states)


class OrganisationQuery(ListQuery):
    """Filters of the list."""

    kind = fields.OneOf(list(KINDS))
    state = fields.OneOf(STATES)
    viis_number = fields.Text(max=10)
    territory = fields.Text(max=20)
    barred = fields.OneOf(sorted(BARS[ALL]))
    q = fields.Text(max=100, metadata={"description": "part of the title, or a number of either register"})


class OrganisationSchema(Schema):
    """An institution or an employer; `approved_at` is null while a seeded one was not told of yet.

    An employer has the number of its legal person, and no VIIS number, type or territory.
    `barred` is what its sanctions in force let it do nothing of; `reason` is why the state is what it is.
    """

    id = fields.Id(required=True)
    kind = fields.OneOf(list(KINDS), required=True)
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
    barred = fields.List(fields.OneOf(sorted(BARS[ALL])), required=True)
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
    return answer_of(show_organisation(call.unit, organisation_id, call.scope))


def answer_of(organisation: Organisation) -> Answer:
    """Show an organisation where it lives, with its version."""
    return Answer(organisation, location=f"{PREFIX}/{organisation.id}", version=organisation.version)
