"""Who looked at whose data: noted in the audit trail of the service, and told to where people see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from ila_kit.events import Event
from ila_kit.ids import uuid7
from ila_kit.ports import UnitOfWork

VIEWED = "personal_data_viewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Look(Event):
    """Somebody looked at data of persons; each service publishes it as a type of its own.

    `viewer` is the id of a person or the name of a machine client, `viewer_roles` what they hold,
    `organisation_ids` where they hold it, `what` the names of what was shown: never the data itself.
    """

    subject_field: ClassVar[str] = "look_id"

    look_id: UUID
    person_ids: list[UUID]
    viewer: str
    viewer_roles: list[str]
    organisation_ids: list[UUID]
    acting_for: str | None
    what: list[str]
    purpose: str
    viewed_at: datetime


def note_look(
    unit: UnitOfWork,
    kind: type[Look],
    person_ids: Sequence[UUID],
    what: Sequence[str],
    purpose: str,
    **details: Any,
) -> None:
    """Note that the caller was shown data of these persons; a look at one's own data is none.

    One entry of the audit trail for each person, one event for all.
    """
    who = unit.actor
    own = {who.id, who.acting_for}
    others = [one for one in dict.fromkeys(person_ids) if str(one) not in own]
    for person_id in others:
        unit.audit(VIEWED, "person", person_id, what=list(what), purpose=purpose, **details)
    if others:
        look = kind(
            look_id=uuid7(),
            person_ids=others,
            viewer=who.id,
            viewer_roles=sorted(who.role_names),
            organisation_ids=sorted({role.organisation for role in who.roles if role.organisation}),
            acting_for=who.acting_for,
            what=list(what),
            purpose=purpose,
            viewed_at=unit.now,
        )
        unit.publish(look)
