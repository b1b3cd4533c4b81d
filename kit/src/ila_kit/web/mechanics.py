"""Routes that every service has: its audit trail, and what operations must see."""

from typing import Any

import sqlalchemy as sa

from ila_kit.store.listing import Listing
from ila_kit.store.tables import audit_entry, inbox
from ila_kit.web.resource import Access, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

OPERATORS = Access(any={"platform_admin", "auditor"})
ENTRIES = Listing(
    audit_entry,
    id=audit_entry.c.id,
    sorts={"at": audit_entry.c.id},
    default="-at",
    filters={"subject_id": audit_entry.c.subject_id, "actor": audit_entry.c.actor},
)
_PARKED = sa.select(
    inbox.c.id,
    inbox.c.type,
    inbox.c.received_at,
    inbox.c.tries,
    inbox.c.reason,
    inbox.c.body["subject"].astext.label("subject"),
).where(inbox.c.state == "parked")
PARKED = Listing(
    _PARKED, id=inbox.c.id, sorts={"id": inbox.c.id}, default="id", filters={"type": inbox.c.type}
)


class EntryQuery(ListQuery):
    """Filters of the audit trail."""

    subject_id = fields.Text(max=200)
    actor = fields.Text(max=200)


class EntrySchema(Schema):
    """Who did what to what, and when."""

    id = fields.Id(required=True)
    at = fields.Instant(required=True)
    actor = fields.String(required=True)
    roles = fields.List(fields.String(), required=True)
    acting_for = fields.String(required=True, allow_none=True)
    action = fields.String(required=True)
    subject_kind = fields.String(required=True)
    subject_id = fields.String(required=True)
    details = fields.Dict(required=True)
    request_id = fields.String(required=True)


class DeadLetterQuery(ListQuery):
    """Filters of the dead letters."""

    type = fields.Text(max=200)


class DeadLetterSchema(Schema):
    """A received event that could not be worked off, and why."""

    id = fields.Id(required=True)
    type = fields.String(required=True)
    subject = fields.String(required=True, allow_none=True)
    received_at = fields.Instant(required=True)
    tries = fields.WholeNumber(min=0, max=1_000, required=True)
    reason = fields.String(required=True, allow_none=True)


def audit(service: str) -> Resource:
    """Return the routes of a service's audit trail."""
    trail = Resource(
        "audit-events", __name__, url_prefix=f"/api/{service}/v1/audit-events", description="Audit trail"
    )

    @trail.operation("GET", "", Access(any={"auditor"}), query=EntryQuery, answer=(200, list_of(EntrySchema)))
    def get_audit_events(call: Call) -> dict[str, Any]:
        """List who did what, newest first."""
        page = ENTRIES.page(call.unit.connection, page_request(call.query))
        return {"items": page.rows, "next": page.next}

    return trail


def operations(service: str) -> Resource:
    """Return the routes by which operations see what is stuck, and set it going again."""
    desk = Resource(
        "operations", __name__, url_prefix=f"/api/{service}/v1/operations", description="What is stuck"
    )

    @desk.operation(
        "GET", "/dead-letters", OPERATORS, query=DeadLetterQuery, answer=(200, list_of(DeadLetterSchema))
    )
    def get_dead_letters(call: Call) -> dict[str, Any]:
        """List received events that were parked, with the reason."""
        page = PARKED.page(call.unit.connection, page_request(call.query))
        return {"items": page.rows, "next": page.next}

    return desk
