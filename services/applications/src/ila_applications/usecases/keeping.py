"""Storing steps of applications together with their timers and what their owners are told."""

from collections.abc import Sequence
from uuid import UUID

from ila_applications.domain.applications import Application, Change
from ila_applications.ports import Unit
from ila_applications.usecases.messages import tell

DUE = "application_due"


def keep(unit: Unit, changes: Sequence[Change]) -> None:
    """Store changes, note each in the audit trail, and tell; every state that ends by itself gets its timer.

    A timer of a state that was left is not cleared: when it fires, nothing is due.
    """
    if not changes:
        return
    unit.applications.save(changes)
    last: dict[UUID, Application] = {change.application.id: change.application for change in changes}
    for application in last.values():
        set_timer(unit, application)
    for change in changes:
        note(unit, change)
    tell(unit, changes)


def set_timer(unit: Unit, application: Application) -> None:
    """Have the application looked at when its state ends by itself."""
    if application.due_at is not None:
        unit.set_timer(application.id, DUE, application.due_at)


def note(unit: Unit, change: Change) -> None:
    """Put a step into the audit trail."""
    happening = change.happening
    unit.audit(
        "application_" + happening.action,
        "application",
        change.application.id,
        state=happening.state,
        version=happening.version,
        **happening.details,
    )
