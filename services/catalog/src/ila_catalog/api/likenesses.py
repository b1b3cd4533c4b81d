"""Which offers are alike, for those who evaluate them and for their institution."""

from typing import Any
from uuid import UUID

from ila_kit.web.resource import Access, Call, Resource
from ila_kit.web.schemas import Schema, fields

from ila_catalog.api import schemas
from ila_catalog.api.offers import COMMISSION, INSTITUTION, PATH
from ila_catalog.domain.likeness import (
    CAP_HOURS,
    CLONE,
    DESCRIPTION,
    OUTCOME,
    SAME_CONTENT,
    SAME_TITLE,
    SPLIT,
    TITLE,
)
from ila_catalog.usecases.likeness import show_likenesses

likenesses = Resource(
    "likenesses", __name__, url_prefix=PATH, description="Content offered twice, or cut into pieces"
)
READERS = Access(own=INSTITUTION | COMMISSION, any={"auditor", "call_manager", "contract_officer"})
_THRESHOLDS = {
    "same_content_percent": SAME_CONTENT,
    "same_title_percent": SAME_TITLE,
    "cap_hours": CAP_HOURS,
}


class AlikeSchema(Schema):
    """Two texts that are alike; `title`: of two parts that are paid each by its own hours."""

    place = fields.OneOf([TITLE, OUTCOME, DESCRIPTION], required=True)
    mine = schemas.text()
    other = schemas.text()
    percent = fields.WholeNumber(min=1, max=100, required=True)


class LikenessSchema(Schema):
    """Another offer of the institution that is like this one; itself when its own parts are alike.

    `clone`: the same content; `split`: one content in pieces that together are longer than what a cap
    pays. `hours` are those of all the pieces that hang together, in every offer.
    """

    offer_id = fields.Id(required=True)
    programme_title_lv = schemas.text()
    programme_title_en = schemas.text()
    kind = fields.OneOf([CLONE, SPLIT], required=True)
    percent = fields.WholeNumber(min=1, max=100, required=True)
    hours = fields.List(schemas.number(1), required=True)
    total_hours = schemas.number(1)
    alike = fields.List(fields.Nested(AlikeSchema), required=True)


class ThresholdsSchema(Schema):
    """From where on a likeness is shown."""

    same_content_percent = schemas.number(1)
    same_title_percent = schemas.number(1)
    cap_hours = schemas.number(1)


class LikenessesSchema(Schema):
    """What an offer is like; `compared_at` is null until it was looked at after its submission."""

    compared_at = fields.Instant(required=True, allow_none=True)
    thresholds = fields.Nested(ThresholdsSchema, required=True)
    items = fields.List(fields.Nested(LikenessSchema), required=True)


@likenesses.operation("GET", "/<uuid:offer_id>/likenesses", READERS, answer=(200, LikenessesSchema))
def get_likenesses(call: Call, offer_id: UUID) -> dict[str, Any]:
    """Show which offers of the same institution in the same call an offer is like; it decides nothing."""
    shown = show_likenesses(call.unit, offer_id, call.scope)
    return {"compared_at": shown.compared_at, "thresholds": _THRESHOLDS, "items": list(shown.rows)}
