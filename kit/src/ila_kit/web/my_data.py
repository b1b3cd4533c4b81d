"""Routes by which a person gets everything that a service keeps about them."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.looks import Look, note_look
from ila_kit.web.resource import Access, Call, Resource
from ila_kit.web.schemas import Schema, fields

SCOPE = "persons.data"
PURPOSE = "an export that the person asked for"


class PersonalDataSchema(Schema):
    """What one service keeps about a person: the name of each part -> its rows."""

    service = fields.String(required=True)
    person_id = fields.Id(required=True)
    collected_at = fields.Instant(required=True)
    parts = fields.Dict(required=True)


def my_data(service: str, look: type[Look]) -> Resource:
    """Return the routes of a service whose units have `personal_data` (`PersonalRows`)."""
    desk = Resource(
        "personal-data",
        __name__,
        url_prefix=f"/api/{service}/v1/persons",
        description="What is kept about a person",
    )

    def shown(call: Call, person_id: UUID) -> dict[str, Any]:
        parts = call.unit.personal_data.of(person_id)
        return {"service": service, "person_id": person_id, "collected_at": call.unit.now, "parts": parts}

    @desk.operation(
        "GET", "/me/data", Access(own={"learner"}), answer=(200, PersonalDataSchema), refusals=[Missing]
    )
    def get_my_data(call: Call) -> dict[str, Any]:
        """Show everything that is kept here about the person who asks."""
        if call.scope.person is None:
            raise Missing()
        return shown(call, call.scope.person)

    @desk.operation("GET", "/<uuid:person_id>/data", Access(any={SCOPE}), answer=(200, PersonalDataSchema))
    def get_data(call: Call, person_id: UUID) -> dict[str, Any]:
        """Tell the machine that makes exports everything that is kept here about a person; it is noted."""
        note_look(call.unit, look, [person_id], ["everything"], PURPOSE)
        return shown(call, person_id)

    return desk
