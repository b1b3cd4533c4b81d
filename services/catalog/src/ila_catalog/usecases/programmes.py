"""What an institution does with a programme: draft it, change it, complete it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.errors import DomainError, Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.digcomp import Aim
from ila_catalog.domain.places import Place
from ila_catalog.domain.programmes import LearningOutcome, Part, Programme, Territory
from ila_catalog.domain.states import COMPLETE, DRAFT
from ila_catalog.ports import Unit
from ila_catalog.usecases.registers import want_checks
from ila_catalog.usecases.requirements import call_for_offers, own_provider, place_of, programme_faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What an institution writes about a programme; texts may be empty until it is completed."""

    kind: str
    title_lv: str
    title_en: str
    description_lv: str
    description_en: str
    parts: Sequence[Part]
    continuing_programme: str | None
    qualification: str | None
    licence_number: str | None
    digcomp: Sequence[Aim]
    learning_outcomes: Sequence[LearningOutcome]
    learning_need_id: UUID | None
    place_id: UUID | None
    mode: str
    language: str
    places: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftProgramme:
    """A new programme of an institution for a call."""

    organisation_id: UUID
    call_id: UUID
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProgramme:
    """What an institution writes into its programme. `version` is the one that was read."""

    programme_id: UUID
    version: int
    content: Content


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeView:
    """A programme, what still keeps it from being offered, and what registers have said of it."""

    programme: Programme
    problems: Sequence[DomainError]
    registers: Sequence[dict[str, Any]]


def draft_programme(unit: Unit, command: DraftProgramme, scope: Scope) -> Programme:
    """Store the draft of a programme. Raises Missing, UnknownProvider or OffersClosed."""
    provider = own_provider(unit, command.organisation_id, scope)
    call = call_for_offers(unit, command.call_id)
    call.must_take_drafts(unit.now)
    place = place_of(unit, command.content.place_id, provider.id)
    programme = Programme(
        id=uuid7(),
        call_id=call.id,
        provider=provider,
        funding_source=call.data.funding_source,
        demonstration=False,
        state=DRAFT,
        family=call.data.family_of(command.content.kind),
        **_written(command.content, place),
    )
    unit.programmes.add(programme)
    _note(unit, programme, "programme_drafted")
    return programme


def change_programme(unit: Unit, command: ChangeProgramme, scope: Scope) -> Programme:
    """Save what an institution writes; a complete programme is a draft again.

    Raises Missing, Stale, OffersClosed, or WrongState once an offer binds it.
    """
    was = _own(unit, command.programme_id, scope)
    if was.version != command.version:
        raise Stale()
    call = call_for_offers(unit, was.call_id)
    call.must_take_drafts(unit.now)
    family = call.data.family_of(command.content.kind)
    same = was.step("reopen", unit.actor.role_names) if was.state != DRAFT else was
    place = place_of(unit, command.content.place_id, was.provider.id)
    written = _written(command.content, place)
    programme = replace(same, version=was.version + 1, family=family, **written)
    unit.programmes.save(programme)
    _note(unit, programme, "programme_changed")
    return programme


def complete_programme(unit: Unit, programme_id: UUID, scope: Scope) -> Programme:
    """Declare a programme ready to be offered; its place is the one the register confirmed.

    Raises Missing, WrongState, OffersClosed, or the first rule it does not meet (BR-201 to BR-208).
    """
    was = _own(unit, programme_id, scope)
    call = call_for_offers(unit, was.call_id)
    call.must_take_drafts(unit.now)
    complete = was.step("complete", unit.actor.role_names)
    for fault in programme_faults(unit, call, was):
        raise fault
    located = replace(complete, **_where(place_of(unit, was.place_id, was.provider.id)))
    unit.programmes.save(located)
    _note(unit, located, "programme_completed")
    return located


def list_programmes(unit: Unit, request: PageRequest, scope: Scope) -> Page:
    """Return a page of the programmes in scope, in any state, newest first."""
    return unit.programmes.own_page(request, scope)


def show_own_programme(unit: Unit, programme_id: UUID, scope: Scope) -> ProgrammeView:
    """Return a programme in scope, in any state. Raises Missing."""
    programme = unit.programmes.get(programme_id)
    if programme is None or not scope.covers(organisation=programme.provider.id):
        raise Missing()
    return view(unit, programme)


def view(unit: Unit, programme: Programme) -> ProgrammeView:
    """Return a programme as its institution sees it."""
    call = unit.calls.get(programme.call_id)
    open_ = call is not None and programme.state in (DRAFT, COMPLETE)
    problems = programme_faults(unit, call, programme) if call is not None and open_ else []
    facts = unit.facts.of(programme.provider.id)
    told = [fact.provenance() | {"fault": fact.fault} for _, fact in sorted(facts.items())]
    return ProgrammeView(programme=programme, problems=problems, registers=told)


def _own(unit: Unit, programme_id: UUID, scope: Scope) -> Programme:
    """Return a programme in scope, locked. Raises Missing."""
    programme = unit.programmes.get(programme_id, lock=True)
    if programme is None or not scope.covers(organisation=programme.provider.id):
        raise Missing()
    return programme


def _written(content: Content, place: Place | None) -> dict[str, Any]:
    shallow = {name: getattr(content, name) for name in Content.__dataclass_fields__}
    lists = {name: list(shallow[name]) for name in ("parts", "digcomp", "learning_outcomes")}
    return shallow | lists | _where(place)


def _where(place: Place | None) -> dict[str, Any]:
    address = (place.address if place else None) or ""
    code, name = (place.territory or "", place.territory_name or "") if place else ("", "")
    return {"address": address, "territory": Territory(code=code, name=name)}


def _note(unit: Unit, programme: Programme, action: str) -> None:
    """Put a step into the audit trail, and have the registers asked about what it claims.

    A family without licences has its institution asked about once the programme is complete.
    """
    unit.audit(action, "programme", programme.id, version=programme.version, state=programme.state)
    if programme.licence_number or programme.state != DRAFT:
        want_checks(unit, programme.provider.id)
