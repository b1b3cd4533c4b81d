"""What identity tells: at which institutions nobody enrols for now, and who is to be erased."""

from ila_kit.events import Envelope

from ila_applications.events.consumed import PersonErasureRequested, ProviderReinstated, ProviderSuspended
from ila_applications.ports import Unit
from ila_applications.usecases.erasures import erase_person
from ila_applications.usecases.offerings import note_standing

NEW_ENROLMENTS = "new_enrolments"


def keep_suspension(unit: Unit, envelope: Envelope) -> None:
    """Let nobody new in at an institution that is barred from it; other scopes are others' to mind."""
    told = ProviderSuspended.read(envelope.data)
    note_standing(unit, told.organisation_id, told.bars(NEW_ENROLMENTS), envelope.sequence)


def keep_reinstatement(unit: Unit, envelope: Envelope) -> None:
    """Let people in at an institution again."""
    told = ProviderReinstated.read(envelope.data)
    note_standing(unit, told.organisation_id, False, envelope.sequence)


def erase_on_request(unit: Unit, envelope: Envelope) -> None:
    """Erase what is kept here of a person."""
    erase_person(unit, PersonErasureRequested.read(envelope.data).person_id)


HANDLERS = {
    "identity.person_erasure_requested.v1": erase_on_request,
    "identity.provider_suspended.v1": keep_suspension,
    "identity.provider_reinstated.v1": keep_reinstatement,
}
