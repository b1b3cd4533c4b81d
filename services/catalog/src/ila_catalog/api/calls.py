"""Calls over HTTP: what everybody may read, and what officers see."""

from typing import Any
from uuid import UUID

from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import list_of

from ila_catalog.api.call_schemas import (
    CallQuery,
    CallSummarySchema,
    OfficerCallSchema,
    OfficerCallSummarySchema,
    PublicCallQuery,
    PublicCallSchema,
)
from ila_catalog.api.shapes import call_content, call_summary, moment_tag, officer_call, officer_fields
from ila_catalog.usecases.catalogue import list_calls, list_public_calls, show_call, show_public_call

PUBLIC = Access(public=True)
OFFICERS = Access(any={"call_manager", "auditor"})

public_calls = Resource(
    "public-calls", __name__, url_prefix="/api/catalog/v1/public/calls", description="Calls, for everybody"
)
calls = Resource(
    "calls", __name__, url_prefix="/api/catalog/v1/calls", description="Calls, for the agency's officers"
)


@public_calls.operation("GET", "", PUBLIC, query=PublicCallQuery, answer=(200, list_of(CallSummarySchema)))
def get_public_calls(call: Call) -> Answer:
    """List published calls, the one whose applications open last first."""
    page = list_public_calls(call.unit, page_request(call.query))
    items = [call_summary(row["call"], call.unit.now) for row in page.rows]
    return Answer({"items": items, "next": page.next}, tagged=True)


@public_calls.operation("GET", "/<uuid:call_id>", PUBLIC, answer=(200, PublicCallSchema))
def get_public_call(call: Call, call_id: UUID) -> Answer:
    """Show a call: schedule, kinds, quotas, requirements, needs, documents, parameters."""
    found, now = show_public_call(call.unit, call_id), call.unit.now
    shown = call_summary(found, now) | call_content(found, call.deps.areas)
    return Answer(shown, headers={"ETag": moment_tag(found, now)})


@calls.operation("GET", "", OFFICERS, query=CallQuery, answer=(200, list_of(OfficerCallSummarySchema)))
def get_calls(call: Call) -> dict[str, Any]:
    """List all calls in any state."""
    page = list_calls(call.unit, page_request(call.query))
    found = [row["call"] for row in page.rows]
    items = [call_summary(one, call.unit.now) | officer_fields(one) for one in found]
    return {"items": items, "next": page.next}


@calls.operation("GET", "/<uuid:call_id>", OFFICERS, answer=(200, OfficerCallSchema))
def get_call(call: Call, call_id: UUID) -> Answer:
    """Show a call in any state; its version is the ETag."""
    found = show_call(call.unit, call_id)
    return Answer(officer_call(found, call.deps.areas, call.actor), version=found.version)
