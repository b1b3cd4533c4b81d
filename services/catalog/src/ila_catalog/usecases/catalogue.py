"""Read the catalogue: what visitors see, and what officers see."""

from dataclasses import dataclass
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.calls import Call
from ila_catalog.domain.catalogue_index import CatalogueIndex
from ila_catalog.domain.listed import Match
from ila_catalog.domain.search import ProgrammeSearch
from ila_catalog.domain.states import ARCHIVED, CLOSED, PUBLISHED
from ila_catalog.ports import Row, Unit

# A closed call stays readable: people look up what they applied under.
PUBLIC_STATES = (PUBLISHED, CLOSED, ARCHIVED)


@dataclass(frozen=True, slots=True)
class Found:
    """A page of programmes, and what the search tells beside it."""

    rows: list[Row]
    match: Match


def list_public_calls(unit: Unit, request: PageRequest) -> Page:
    """Return a page of the calls that were ever published."""
    return unit.calls.page(request, PUBLIC_STATES)


def show_public_call(unit: Unit, call_id: UUID) -> Call:
    """Return a call that was published. Raises Missing, the same for a draft as for no call at all."""
    return _found(unit.calls.get(call_id, PUBLIC_STATES))


def list_calls(unit: Unit, request: PageRequest) -> Page:
    """Return a page of all calls, drafts too."""
    return unit.calls.page(request)


def show_call(unit: Unit, call_id: UUID) -> Call:
    """Return a call in any state. Raises Missing."""
    return _found(unit.calls.get(call_id))


def find_programmes(unit: Unit, catalogue: CatalogueIndex, search: ProgrammeSearch) -> Found:
    """Return a page of the published programmes that match: two queries, whatever is asked.

    The index of this process is first brought up to what is committed. Raises BadList.
    """
    with catalogue.lock:
        catalogue.follow(unit.public_programmes.changes(catalogue.seen))
        match = catalogue.find(search)
    return Found(rows=unit.public_programmes.rows(match.ids), match=match)


def show_programme(unit: Unit, programme_id: UUID) -> Row:
    """Return a published programme in full. Raises Missing."""
    row = unit.programmes.public(programme_id)
    if row is None:
        raise Missing()
    return row


def list_providers(unit: Unit, request: PageRequest) -> Page:
    """Return a page of the institutions that have published programmes."""
    return unit.providers.public_page(request)


def _found(call: Call | None) -> Call:
    if call is None:
        raise Missing()
    return call
