"""What services tell of the parts of a person that they erased."""

from collections.abc import Callable

from ila_kit.events import Envelope

from ila_identity.events.consumed import PersonErased
from ila_identity.ports import Unit
from ila_identity.usecases.erasures import note_answer


def erase_after_all(unit: Unit, envelope: Envelope) -> None:
    """Note a service's answer; after the last one the person is erased here too."""
    note_answer(unit, PersonErased.read(envelope.data).person_id, envelope.source)


HANDLERS: dict[str, Callable[[Unit, Envelope], None]] = {
    "applications.person_erased.v1": erase_after_all,
    "funding.person_erased.v1": erase_after_all,
}
