"""What services tell of looks at people's data."""

from collections.abc import Callable

from ila_kit.events import Envelope

from ila_identity.domain.access_log import Access
from ila_identity.events.consumed import PersonalDataViewed
from ila_identity.ports import Unit
from ila_identity.usecases.access_log import keep_accesses


def note_access(unit: Unit, envelope: Envelope) -> None:
    """Keep a look for each person it was at."""
    told = PersonalDataViewed.read(envelope.data)
    keep_accesses(
        unit,
        [
            Access(
                look_id=told.look_id,
                person_id=person_id,
                service=envelope.source,
                viewed_at=told.viewed_at,
                viewer=told.viewer,
                viewer_roles=tuple(told.viewer_roles),
                organisation_ids=tuple(told.organisation_ids),
                acting_for=told.acting_for,
                purpose=told.purpose,
                what=tuple(told.what),
            )
            for person_id in told.person_ids
        ],
    )


HANDLERS: dict[str, Callable[[Unit, Envelope], None]] = {
    "identity.personal_data_viewed.v1": note_access,
    "applications.personal_data_viewed.v1": note_access,
    "funding.personal_data_viewed.v1": note_access,
}
