"""Documents of a call: each version stays, a new one is told to everybody."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ila_kit.clock import riga_date
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import WrongState
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.calls import Document
from ila_catalog.domain.desk_errors import DocumentDatedLater
from ila_catalog.domain.states import ARCHIVED, CALL
from ila_catalog.ports import Unit
from ila_catalog.usecases.calls import announce_change
from ila_catalog.usecases.catalogue import show_public_call


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """A file that is kept already, under its SHA-256."""

    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddDocument:
    """A document of a call, or its next version: a file, or an address elsewhere."""

    call_id: UUID
    kind: str
    number: str | None
    title_lv: str
    title_en: str
    dated: date
    source: str
    url: str | None = None
    file: KeptFile | None = None


def add_document(unit: Unit, command: AddDocument) -> Document:
    """Add a document as the next version of its kind and number; the versions before stay.

    A published call is told anew. Raises Missing, WrongState or DocumentDatedLater.
    """
    call = unit.calls.get(command.call_id, lock=True)
    if call is None:
        raise Missing()
    if call.state == ARCHIVED:
        raise WrongState(thing=CALL.name, state=call.state, action="document")
    if command.dated > riga_date(unit.now):
        raise DocumentDatedLater(today=str(riga_date(unit.now)))
    file = command.file
    series = [one for one in call.data.documents if one.series == (command.kind, command.number)]
    document = Document(
        id=uuid7(),
        kind=command.kind,
        number=command.number,
        title_lv=command.title_lv,
        title_en=command.title_en,
        document_version=max((one.document_version for one in series), default=0) + 1,
        dated=command.dated,
        url=command.url,
        source=command.source,
        file_name=file.name if file else None,
        media_type=file.media_type if file else None,
        size=file.size if file else None,
        sha256=file.sha256 if file else None,
        added_at=unit.now,
        added_by=unit.actor.id,
    )
    announce_change(
        unit,
        call.changed(documents=[*call.data.documents, document]),
        "call_document_added",
        document_id=document.id,
        kind=document.kind,
        document_version=document.document_version,
        sha256=document.sha256,
    )
    return document


def list_documents(unit: Unit, call_id: UUID, request: PageRequest) -> Page:
    """Return a page of the documents of a call in all versions, the latest date first. Raises Missing."""
    if unit.calls.get(call_id) is None:
        raise Missing()
    return unit.documents.page(request, call_id)


def list_public_documents(unit: Unit, call_id: UUID, request: PageRequest) -> Page:
    """Return a page of the documents of a call that was published. Raises Missing."""
    show_public_call(unit, call_id)
    return unit.documents.page(request, call_id)


def take_document(unit: Unit, call_id: UUID, document_id: UUID) -> tuple[str, str, str]:
    """Return SHA-256, name and media type of a document's file, of a published call. Raises Missing."""
    documents = show_public_call(unit, call_id).data.documents
    found = next((one.file for one in documents if one.id == document_id), None)
    if found is None:
        raise Missing()
    return found
