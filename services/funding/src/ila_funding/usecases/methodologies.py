"""Methodologies: drafted and submitted by one person, approved or returned by another (BR-707)."""

from dataclasses import dataclass
from uuid import UUID

from ila_kit.errors import Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM

from ila_funding.domain.methodology_record import (
    METHODOLOGY_STATES,
    NOT_APPROVED,
    MethodologyContent,
    MethodologyRecord,
    next_known_from,
    refuse_ambiguous,
    refuse_editor,
)
from ila_funding.events.published import MethodologyApproved
from ila_funding.ports import Unit

METHODOLOGY_DUE = "methodology-due"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMethodology:
    """What a draft says from now on; `revision` is the one that the caller read."""

    methodology_id: UUID
    revision: int
    content: MethodologyContent


def draft_methodology(unit: Unit, content: MethodologyContent) -> MethodologyRecord:
    """Return a new draft. Its content is sound (`faults`). Raises VersionTaken."""
    record = MethodologyRecord(
        id=uuid7(),
        content=content,
        edited_by=(unit.actor.id,),
        created_at=unit.now,
        updated_at=unit.now,
    )
    unit.methodologies.add(record)
    unit.audit("draft_methodology", "methodology", record.id, version=content.version)
    return record


def change_methodology(unit: Unit, command: ChangeMethodology) -> MethodologyRecord:
    """Change a draft; who does so will not approve it. Raises Missing, Stale, WrongState, VersionTaken."""
    record = _known(unit, command.methodology_id)
    if record.revision != command.revision:
        raise Stale()
    return _step(unit, record, "edit", content=command.content, edited_by=record.with_editor(unit.actor.id))


def submit_methodology(unit: Unit, methodology_id: UUID) -> MethodologyRecord:
    """Give a draft to another person to approve. Raises Missing, WrongState, AmbiguousMethodology."""
    record = _known(unit, methodology_id)
    METHODOLOGY_STATES.next_state(record.state, "submit", unit.actor.role_names)
    refuse_ambiguous(record.content, unit.methodologies.lock_approvals(), unit.now)
    mine = {"edited_by": record.with_editor(unit.actor.id), "submitted_by": unit.actor.id}
    return _step(unit, record, "submit", **mine, returned_by=None, reason=None)


def approve_methodology(unit: Unit, methodology_id: UUID) -> MethodologyRecord:
    """Bring a methodology into force, as another person than all who had a hand in it.

    It is known from this instant on, never from an earlier one; what was decided and pinned before stays.
    Raises Missing, WrongState, NotYourStep, SamePerson, AmbiguousMethodology.

    Source: BR-707.
    """
    record = _known(unit, methodology_id)
    METHODOLOGY_STATES.next_state(record.state, "approve", unit.actor.role_names)
    refuse_editor(record, unit.actor.id)
    versions = unit.methodologies.lock_approvals()
    refuse_ambiguous(record.content, versions, unit.now)
    known_from = next_known_from(versions, unit.now)
    approved = _step(unit, record, "approve", known_from=known_from, approved_by=unit.actor.id)
    content = approved.content
    event = MethodologyApproved(
        methodology_id=record.id,
        methodology_version=content.version,
        title=content.title,
        document=content.document,
        valid_from=content.valid_from,
        known_from=known_from,
        corrects=content.corrects,
        kinds=[kind.code for kind in content.kinds],
        version=approved.revision,
    )
    unit.publish(event, approved.revision)
    return approved


def return_methodology(unit: Unit, methodology_id: UUID, reason: str) -> MethodologyRecord:
    """Give a methodology back to be changed, with a reason. Raises Missing, WrongState, NotYourStep."""
    record = _known(unit, methodology_id)
    return _step(unit, record, "return", returned_by=unit.actor.id, reason=reason)


def methodology_due(unit: Unit, methodology_id: UUID) -> None:
    """Give a methodology back that nobody approved in time; nothing when it moved on."""
    record = unit.methodologies.lock(methodology_id)
    if record is None or record.due_at is None or record.due_at > unit.now:
        return
    lapsed = record.after("lapse", (SYSTEM,), unit.now, reason=NOT_APPROVED)
    unit.methodologies.save(lapsed)
    unit.audit("lapse_methodology", "methodology", record.id)


def _known(unit: Unit, methodology_id: UUID) -> MethodologyRecord:
    record = unit.methodologies.lock(methodology_id)
    if record is None:
        raise Missing()
    return record


def _step(unit: Unit, record: MethodologyRecord, action: str, **changes: object) -> MethodologyRecord:
    after = record.after(action, unit.actor.role_names, unit.now, **changes)
    unit.methodologies.save(after)
    if after.due_at is None:
        unit.clear_timer(record.id, METHODOLOGY_DUE)
    else:
        unit.set_timer(record.id, METHODOLOGY_DUE, after.due_at)
    unit.audit(f"{action}_methodology", "methodology", record.id, version=after.content.version)
    return after
