"""Bring a call from its file into the catalogue, and tell whoever listens."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from ila_catalog.domain.agreement_text import AgreementTemplates
from ila_catalog.domain.agreements import Agreement
from ila_catalog.domain.calls import Call, CallData, Document, scheduled
from ila_catalog.domain.desk_errors import NeedInUse
from ila_catalog.domain.errors import DemonstrationLoaded, EditionNotRaised, FaultyData
from ila_catalog.domain.phases import APPLICATIONS, contains_day, phase_named, shift_to_open, shifted
from ila_catalog.domain.programmes import Programme, moved, published
from ila_catalog.domain.states import APPROVED, CALL, DRAFT, PUBLISHED
from ila_catalog.events.published import CallPublished, ProgrammePublished
from ila_catalog.ports import Unit
from ila_catalog.usecases.calls import CALL_PHASES
from ila_catalog.usecases.demonstration import demonstrate_agreements


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadCall:
    """A call to load.

    With `open_on` the schedule is moved so that people can apply on that Latvian day, and
    `programmes` are loaded with it, under agreements written from `templates`: that is
    demonstration data.
    """

    data: CallData
    open_on: date | None = None
    programmes: tuple[Programme, ...] = ()
    templates: AgreementTemplates | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The call as it is stored now, and how much was stored and announced."""

    call: Call
    call_changed: bool
    programmes_changed: int


def load_call(unit: Unit, command: LoadCall) -> Loaded:
    """Store a call and its demonstration programmes and publish what is new; twice changes nothing.

    Raises EditionNotRaised when the content changed under the same edition, and DemonstrationLoaded
    when the true schedule would replace a moved one.
    """
    unit.calls.lock()
    stored = unit.calls.get(command.data.id)
    days = _shift(command, stored)
    if stored is None:
        call = _publish_call(unit, command.data, days)
    elif _is_the_same(stored, command.data, days):
        call = stored
    else:
        call = _revise_call(unit, stored, command.data, days)
    changed = call is not stored
    wanted = [moved(programme, days) for programme in command.programmes]
    agreements = demonstrate_agreements(unit, call, wanted, command.templates) if command.templates else {}
    programmes = _load_programmes(unit, call, wanted, agreements, changed)
    return Loaded(call=call, call_changed=changed, programmes_changed=programmes)


def _shift(command: LoadCall, stored: Call | None) -> int:
    """Return by how many days the schedule stands off its plan; a shift that still serves is kept."""
    if command.open_on is None:
        if stored is not None and stored.shifted_by_days:
            raise DemonstrationLoaded(code=stored.data.code, shifted_by_days=stored.shifted_by_days)
        return 0
    applications = phase_named(command.data.phases, APPLICATIONS)
    if stored is not None and contains_day(shifted(applications, stored.shifted_by_days), command.open_on):
        return stored.shifted_by_days
    return shift_to_open(applications, command.open_on)


def _is_the_same(stored: Call, data: CallData, days: int) -> bool:
    return stored.data.content_hash == data.content_hash and stored.shifted_by_days == days


def _publish_call(unit: Unit, data: CallData, days: int) -> Call:
    state = CALL.next_state(DRAFT, "publish", unit.actor.role_names)
    call = Call(
        data=scheduled(data, days), state=state, version=1, shifted_by_days=days, published_at=unit.now
    )
    unit.calls.add(call)
    _announce(unit, call, "call_published")
    return call


def _revise_call(unit: Unit, stored: Call, data: CallData, days: int) -> Call:
    """Store and announce the next version. Raises EditionNotRaised, NeedInUse or FaultyData."""
    if stored.data.content_hash != data.content_hash and data.edition <= stored.data.edition:
        raise EditionNotRaised(code=data.code, edition=data.edition, stored_edition=stored.data.edition)
    merged = _with_what_was_added(unit, stored.data, scheduled(data, days))
    call = replace(stored, data=merged, version=stored.version + 1, shifted_by_days=days)
    unit.calls.save(call)
    _announce(unit, call, "call_changed")
    return call


def _with_what_was_added(unit: Unit, stored: CallData, data: CallData) -> CallData:
    """Return the content of a file beside what was added to its call on the platform.

    Needs that the council approved here stay, and every version of a document that was ever shown. A need
    that the file no longer has must not be one that programmes rest on. Raises NeedInUse or FaultyData.
    """
    _keep_versions(stored.documents, data.documents)
    needs, documents = {one.id for one in data.learning_needs}, {one.id for one in data.documents}
    gone = [one for one in stored.learning_needs if one.id not in needs]
    for need in gone:
        if not need.entered and (used := unit.needs.programmes_of(need.id)):
            raise NeedInUse(programmes=used)
    return replace(
        data,
        learning_needs=[*data.learning_needs, *(one for one in gone if one.entered)],
        documents=[*data.documents, *(one for one in stored.documents if one.id not in documents)],
    )


def _keep_versions(shown: Iterable[Document], wanted: Iterable[Document]) -> None:
    """Raise FaultyData when a file gives another version the id of one that was shown."""
    before = {one.id: one for one in shown}
    faults = [
        f"documents: {one.id} is version {before[one.id].document_version}; another version needs its own id"
        for one in wanted
        if one.id in before and one.version_shown != before[one.id].version_shown
    ]
    if faults:
        raise FaultyData(faults)


def _announce(unit: Unit, call: Call, action: str) -> None:
    unit.audit(
        action,
        "call",
        call.id,
        edition=call.data.edition,
        version=call.version,
        shifted_by_days=call.shifted_by_days,
    )
    if call.state == PUBLISHED:
        unit.publish(CallPublished.of(call), sequence=call.version)
        unit.set_timer(call.id, CALL_PHASES, unit.now)


def _load_programmes(
    unit: Unit,
    call: Call,
    wanted: Iterable[Programme],
    agreements: Mapping[UUID | None, Agreement],
    call_changed: bool,
) -> int:
    """Store what is new among the wanted; when the call changed, announce all its programmes again.

    Programmes tell when one can apply, so a new schedule of the call is a new version of each.
    """
    stored = {programme.id: programme for programme in unit.programmes.of_call(call.id)}
    changed = 0
    for programme in wanted:
        before = stored.pop(programme.id, None)
        if before is None:
            _publish_programme(unit, call, agreements[programme.agreement_id], programme)
        elif call_changed or _content(before) != _content(programme):
            unit.providers.put(programme.provider)
            _renew_programme(unit, call, before, programme)
        else:
            continue
        changed += 1
    others = [programme for programme in stored.values() if call_changed and programme.state == PUBLISHED]
    for programme in others:
        _renew_programme(unit, call, programme, programme)
    return changed + len(others)


def _content(programme: Programme) -> Programme:
    """Return a programme without what storing adds to it."""
    return replace(programme, state=APPROVED, version=1, published_at=None)


def _publish_programme(unit: Unit, call: Call, agreement: Agreement, programme: Programme) -> None:
    new = published(programme, call, agreement, unit.actor.role_names, unit.now)
    unit.programmes.add(new)
    unit.audit("programme_published", "programme", new.id, call_id=call.id, version=new.version)
    unit.publish(ProgrammePublished.of(new, call), sequence=new.version)


def _renew_programme(unit: Unit, call: Call, before: Programme, content: Programme) -> None:
    """Store and announce the next version of a programme; its state stays."""
    new = replace(content, state=before.state, version=before.version + 1, published_at=before.published_at)
    unit.programmes.save(new)
    unit.audit("programme_changed", "programme", new.id, call_id=call.id, version=new.version)
    if new.state == PUBLISHED:
        unit.publish(ProgrammePublished.of(new, call), sequence=new.version)
