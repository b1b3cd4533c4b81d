"""What applications tells: how many places of a programme its groups take."""

from ila_kit.events import Envelope

from ila_catalog.events.consumed import GroupCancelled, GroupPlacesChanged
from ila_catalog.ports import Unit
from ila_catalog.usecases.programme_news import note_members


def keep_members(unit: Unit, envelope: Envelope) -> None:
    """Count the places that a group's members take."""
    told = GroupPlacesChanged.read(envelope.data)
    note_members(unit, told.programme_id, told.group_id, told.members, told.version)


def free_members(unit: Unit, envelope: Envelope) -> None:
    """Count no place of a group that was given up; who moved to another one is told of there."""
    told = GroupCancelled.read(envelope.data)
    note_members(unit, told.programme_id, told.group_id, 0, told.version)


HANDLERS = {
    "applications.group_places_changed.v1": keep_members,
    "applications.group_cancelled.v1": free_members,
}
