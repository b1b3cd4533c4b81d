"""Evidence by hand: files that people give for facts that no register told; kept with their hash."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.ids import uuid7
from ila_kit.states import WrongState

from ila_applications.domain.applications import Case, Evidence, Statement
from ila_applications.domain.errors import TooMuchEvidence
from ila_applications.domain.states import LEARNER
from ila_applications.ports import Unit
from ila_applications.usecases.keeping import keep
from ila_applications.usecases.views import note_look

MOST_FILES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveEvidence:
    """A file that a person gives, kept already under its SHA-256, and what they say about it."""

    application_id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    note: str | None


def give_evidence(unit: Unit, command: GiveEvidence, scope: Scope) -> Evidence:
    """Keep a file with its hash; an application that waits for evidence gives the officer time anew.

    Raises Missing, TooMuchEvidence, or WrongState when evidence cannot change anything.
    """
    case = unit.applications.get(command.application_id, scope, lock=True)
    application = case.application
    if application.state not in ("needs_evidence", "contested") and not application.provisional:
        raise WrongState(thing="application", state=application.state, action="give_evidence")
    if len(unit.evidence.of(application.id)) >= MOST_FILES:
        raise TooMuchEvidence(most=MOST_FILES)
    evidence = _evidence(unit, command)
    unit.evidence.add(evidence)
    said = Statement(kind="evidence", outcome=None, text=command.note or "", by=LEARNER, at=unit.now)
    details = {"evidence": str(evidence.id), "sha256": evidence.sha256}
    changes = {"statements": case.with_statement(said), "due_at": _due(unit, case)}
    keep(unit, [case.step("give_evidence", (LEARNER,), unit.now, details=details, **changes)[1]])
    return evidence


def list_evidence(unit: Unit, application_id: UUID, scope: Scope) -> list[Evidence]:
    """Return what was given for an application in scope, oldest first; a look is noted. Raises Missing."""
    case = unit.applications.get(application_id, scope)
    note_look(unit, case, "evidence")
    return unit.evidence.of(case.application.id)


def read_evidence(unit: Unit, application_id: UUID, evidence_id: UUID, scope: Scope) -> Evidence:
    """Return what is known of a file; a look by anybody but its owner is noted. Raises Missing."""
    case = unit.applications.get(application_id, scope)
    evidence = unit.evidence.get(application_id, evidence_id)
    note_look(unit, case, "evidence")
    return evidence


def _due(unit: Unit, case: Case) -> datetime | None:
    application, call = case.application, case.offering.call
    if application.state == "needs_evidence" and call is not None:
        return unit.now + timedelta(days=call.evidence_days)
    return application.due_at


def _evidence(unit: Unit, command: GiveEvidence) -> Evidence:
    return Evidence(
        id=uuid7(),
        application_id=command.application_id,
        given_at=unit.now,
        name=command.name,
        media_type=command.media_type,
        sha256=command.sha256,
        note=command.note,
        size=command.size,
    )
