"""Routes that every service has: its audit trail, and what operations must see."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ila_kit.bus.inbox import redeliver_within
from ila_kit.errors import Missing
from ila_kit.events import to_json
from ila_kit.store.audit import verify
from ila_kit.store.listing import Listing
from ila_kit.store.operations import outbox_state, stuck
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
    updated=audit_entry.c.at,
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
    _PARKED,
    id=inbox.c.id,
    sorts={"id": inbox.c.id},
    default="id",
    filters={"type": inbox.c.type},
    updated=inbox.c.received_at,
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


class FaultSchema(Schema):
    """One break of the audit chain."""

    sequence = fields.WholeNumber(min=0, max=2**53, required=True)
    entry_id = fields.String(required=True, allow_none=True)
    kind = fields.OneOf(["altered", "missing", "unlinked", "backdated"], required=True)


class VerificationSchema(Schema):
    """What a look at the whole audit chain found."""

    intact = fields.Flag(required=True)
    entries = fields.WholeNumber(min=0, max=2**53, required=True)
    unsealed = fields.WholeNumber(min=0, max=2**53, required=True)
    head = fields.String(required=True)
    fault_count = fields.WholeNumber(min=0, max=2**53, required=True)
    faults = fields.List(fields.Nested(FaultSchema), required=True)


class RedeliverySchema(Schema):
    """The event that is worked off again."""

    id = fields.Id(required=True)


class StuckSchema(Schema):
    """Something that does not go on by itself, and why."""

    place = fields.OneOf(["inbox", "timer", "outbox"], required=True)
    id = fields.String(required=True)
    what = fields.String(required=True)
    tries = fields.WholeNumber(min=0, max=2**31, required=True)
    next_at = fields.Instant(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class StuckListSchema(Schema):
    """All that is stuck, at most 200 of each place."""

    items = fields.List(fields.Nested(StuckSchema), required=True)


class OutboxSchema(Schema):
    """How far sending is."""

    waiting = fields.WholeNumber(min=0, max=2**53, required=True)
    oldest_waiting = fields.Instant(required=True, allow_none=True)
    last_sent_at = fields.Instant(required=True, allow_none=True)


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

    # Not a reading unit: the chain is streamed, and a cursor of the server needs a transaction.
    @trail.operation(
        "GET", "/verification", Access(any={"auditor"}), answer=(200, VerificationSchema), reads=False
    )
    def get_verification(call: Call) -> dict[str, Any]:
        """Check the whole chain: names each entry that was changed, removed, inserted or moved."""
        found = verify(call.unit.connection)
        shown: dict[str, Any] = to_json(found)
        return shown | {"intact": found.intact}

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

    @desk.operation(
        "POST",
        "/dead-letters/<uuid:event_id>/redelivery",
        OPERATORS,
        answer=(202, RedeliverySchema),
        idempotent=True,
    )
    def post_redelivery(call: Call, event_id: UUID) -> dict[str, Any]:
        """Have a parked event worked off again."""
        if not redeliver_within(call.unit.connection, [event_id]):
            raise Missing()
        call.unit.audit("dead_letter_redelivered", "event", event_id)
        return {"id": event_id}

    @desk.operation("GET", "/stuck", OPERATORS, answer=(200, StuckListSchema))
    def get_stuck(call: Call) -> dict[str, Any]:
        """List what does not go on by itself: failing events and timers, events that were not sent."""
        return {"items": stuck(call.unit.connection, call.unit.now)}

    @desk.operation("GET", "/outbox", OPERATORS, answer=(200, OutboxSchema))
    def get_outbox(call: Call) -> dict[str, Any]:
        """Tell how many events wait to be sent, and since when."""
        return outbox_state(call.unit.connection)

    return desk
