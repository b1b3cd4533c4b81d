"""What somebody must look after around registrations, over HTTP."""

from collections.abc import Iterable
from typing import Any

from ila_kit.web.schemas import Schema, fields

from ila_identity.domain.registrations import Registration

DUE_SOON, OVERDUE, TRUSTED_LIST = "registration_due_soon", "registration_overdue", "trusted_list"
ALARMS = [DUE_SOON, OVERDUE, TRUSTED_LIST]


class AlarmSchema(Schema):
    """Something that somebody must look after: a registration that is due soon or late, or a trusted list
    that does not count (`sentence` says why).
    """

    kind = fields.OneOf(ALARMS, required=True)
    registration_id = fields.Id(required=True, allow_none=True)
    due_at = fields.Instant(required=True, allow_none=True)
    sentence = fields.String(required=True, allow_none=True)


def shown_alarms(late: Iterable[Registration], lists: Iterable[str]) -> list[dict[str, Any]]:
    """Return registrations due soon or late, and sentences on trusted lists, as alarms."""
    registrations = [
        {
            "kind": OVERDUE if one.overdue else DUE_SOON,
            "registration_id": one.id,
            "due_at": one.due_at,
            "sentence": None,
        }
        for one in late
    ]
    nothing = {"kind": TRUSTED_LIST, "registration_id": None, "due_at": None}
    return [*registrations, *(nothing | {"sentence": sentence} for sentence in lists)]
