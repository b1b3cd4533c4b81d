"""Files of offers and programmes: added to a draft, taken off it, handed out."""

from dataclasses import dataclass
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import WrongState
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.calls import Call
from ila_catalog.domain.desk_errors import FileKindNotTaken
from ila_catalog.domain.offers import Attachment
from ila_catalog.domain.states import COMPLETE, DRAFT
from ila_catalog.ports import Unit
from ila_catalog.usecases.requirements import call_for_offers

OFFER, PROGRAMME = "offer", "programme"
_OPEN_STATES = {OFFER: (DRAFT,), PROGRAMME: (DRAFT, COMPLETE)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a file belongs to: an offer or a programme."""

    kind: str
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Attach:
    """A file for a draft; its bytes are kept already, under their SHA-256."""

    subject: Subject
    kind: str
    name: str
    media_type: str
    size: int
    sha256: str


def attach(unit: Unit, command: Attach, scope: Scope) -> Attachment:
    """Add a file to a draft. Raises Missing, WrongState, OffersClosed or FileKindNotTaken."""
    call = _must_be_open(unit, command.subject, scope)
    taken = call.data.papers(command.subject.kind)
    if command.kind not in taken:
        raise FileKindNotTaken(taken=", ".join(taken))
    attachment = Attachment(
        id=uuid7(),
        subject_kind=command.subject.kind,
        subject_id=command.subject.id,
        kind=command.kind,
        name=command.name,
        media_type=command.media_type,
        size=command.size,
        sha256=command.sha256,
        created_by=unit.actor.id,
        created_at=unit.now,
    )
    unit.attachments.add(attachment)
    unit.audit(
        "attachment_added",
        command.subject.kind,
        command.subject.id,
        attachment_id=attachment.id,
        kind=attachment.kind,
        sha256=attachment.sha256,
    )
    return attachment


def detach(unit: Unit, subject: Subject, attachment_id: UUID, scope: Scope) -> None:
    """Take a file off a draft; submitted versions keep it. Raises Missing, WrongState or OffersClosed."""
    _must_be_open(unit, subject, scope)
    if not unit.attachments.remove(subject.id, attachment_id):
        raise Missing()
    unit.audit("attachment_removed", subject.kind, subject.id, attachment_id=attachment_id)


def list_attachments(unit: Unit, subject: Subject, request: PageRequest, scope: Scope) -> Page:
    """Return a page of the files of an offer or programme in scope. Raises Missing."""
    _seen(unit, subject, scope)
    return unit.attachments.page(request, subject.id)


def take_attachment(unit: Unit, subject: Subject, attachment_id: UUID, scope: Scope) -> Attachment:
    """Return what is known of a file of an offer or programme in scope. Raises Missing."""
    _seen(unit, subject, scope)
    found = unit.attachments.get(subject.id, attachment_id)
    if found is None:
        raise Missing()
    return found


def _seen(unit: Unit, subject: Subject, scope: Scope, lock: bool = False) -> tuple[str, UUID]:
    """Return state and call of a subject in scope. Raises Missing."""
    if subject.kind == OFFER:
        offer = unit.offers.get(subject.id, scope, lock=lock)
        return offer.state, offer.call_id
    programme = unit.programmes.get(subject.id, lock=lock)
    if programme is None or not scope.covers(organisation=programme.provider.id):
        raise Missing()
    return programme.state, programme.call_id


def _must_be_open(unit: Unit, subject: Subject, scope: Scope) -> Call:
    """Return the call of a draft that may still change. Raises Missing, WrongState or OffersClosed."""
    _, call_id = _seen(unit, subject, scope)
    call = call_for_offers(unit, call_id)
    call.must_take_drafts(unit.now)
    state, _ = _seen(unit, subject, scope, lock=True)
    if state not in _OPEN_STATES[subject.kind]:
        raise WrongState(thing=subject.kind, state=state, action="attach")
    return call
