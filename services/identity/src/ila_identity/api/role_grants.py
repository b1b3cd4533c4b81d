"""Role grants over HTTP."""

from typing import Any

from ila_kit.web.resource import Access, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

role_grants = Resource(
    "role-grants",
    __name__,
    url_prefix="/api/identity/v1/role-grants",
    description="Who holds which role",
)


class RoleGrantQuery(ListQuery):
    """Filters of the list."""

    person_id = fields.Id()
    role = fields.Text(max=50)
    organisation_id = fields.Id()


class RoleGrantSchema(Schema):
    """A role given to a person."""

    id = fields.Id(required=True)
    person_id = fields.Id(required=True)
    role = fields.String(required=True)
    organisation_id = fields.Id(required=True, allow_none=True)
    granted_at = fields.Instant(required=True)
    granted_by = fields.String(required=True)
    reason = fields.String(required=True)


@role_grants.operation(
    "GET",
    "",
    Access(any={"platform_admin", "auditor"}),
    query=RoleGrantQuery,
    answer=(200, list_of(RoleGrantSchema)),
)
def get_role_grants(call: Call) -> dict[str, Any]:
    """List role grants, newest first."""
    page = call.unit.roles.page(page_request(call.query))
    return {"items": page.rows, "next": page.next}
