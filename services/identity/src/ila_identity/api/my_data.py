"""A person's own data over HTTP: who looked at it."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.web.resource import Access, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_identity.usecases.access_log import own_access_log

my_data = Resource(
    "my-data", __name__, url_prefix="/api/identity/v1/persons/me", description="What happens to my data"
)
OWNER = Access(own={"learner"})
SERVICES = ["identity", "applications", "funding"]


class AccessQuery(ListQuery):
    """Filters of the looks."""

    sort = fields.OneOf(["viewed_at", "-viewed_at"])
    service = fields.OneOf(SERVICES)


class PlaceSchema(Schema):
    """An organisation in which the viewer holds a role."""

    id = fields.Id(required=True)
    title = fields.String(required=True, allow_none=True)


class AccessSchema(Schema):
    """Somebody looked at my data.

    `viewer` is the id of a person, or the name of a machine (`svc:…`), which may act for a person.
    """

    look_id = fields.Id(required=True)
    service = fields.String(required=True)
    viewed_at = fields.Instant(required=True)
    viewer = fields.String(required=True)
    viewer_roles = fields.List(fields.String(), required=True)
    organisations = fields.List(fields.Nested(PlaceSchema), required=True)
    acting_for = fields.String(required=True, allow_none=True)
    purpose = fields.String(required=True)
    what = fields.List(fields.String(), required=True)


@my_data.operation(
    "GET", "/access-log", OWNER, query=AccessQuery, answer=(200, list_of(AccessSchema)), refusals=[Missing]
)
def get_access_log(call: Call) -> dict[str, Any]:
    """List who looked at my data, when, why and at what, newest first."""
    page, titles = own_access_log(call.unit, owner(call), page_request(call.query))
    named = ("look_id", "service", "viewed_at", "viewer", "viewer_roles", "acting_for", "purpose", "what")
    rows = [
        {name: getattr(one, name) for name in named}
        | {"organisations": [{"id": place, "title": titles.get(place)} for place in one.organisation_ids]}
        for one in page.items
    ]
    return {"items": rows, "next": page.next}


def owner(call: Call) -> UUID:
    """Return the person who asks, or for whom a machine asks. Raises Missing."""
    if call.scope.person is None:
        raise Missing()
    return call.scope.person
