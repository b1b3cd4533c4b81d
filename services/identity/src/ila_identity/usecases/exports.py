"""Exports of everything about a person: asked for, collected, handed out to that person alone, expired."""

from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.store.listing import PageRequest

from ila_identity.domain.errors import ExportNotReady, ExportUnderWay
from ila_identity.domain.exports import COLLECTING, Export
from ila_identity.ports import Listed, Unit

EXPORT_DUE = "export_due"


def ask_export(unit: Unit, person_id: UUID) -> Export:
    """Have everything about a person collected. Raises Missing, or ExportUnderWay while one is collected."""
    if unit.persons.get(person_id) is None:
        raise Missing()
    export = Export.asked(person_id, unit.now)
    if not unit.exports.add(export):
        raise ExportUnderWay()
    unit.set_timer(export.id, EXPORT_DUE, export.expires_at)
    unit.audit("export_requested", "person", person_id, export=str(export.id))
    return export


def show_export(unit: Unit, export_id: UUID, person_id: UUID) -> Export:
    """Return an export of this person. Raises Missing."""
    return unit.exports.get(export_id, person_id)


def list_exports(unit: Unit, person_id: UUID, request: PageRequest) -> Listed[Export]:
    """Return a page of a person's exports, newest first."""
    return unit.exports.page(person_id, request)


def export_file(unit: Unit, export_id: UUID, person_id: UUID) -> str:
    """Return the digest of the file of an export; taking it is noted. Raises Missing or ExportNotReady."""
    export = unit.exports.get(export_id, person_id)
    if export.sha256 is None:
        raise ExportNotReady(state=export.state)
    unit.audit("export_taken", "person", person_id, export=str(export_id))
    return export.sha256


def finish_export(unit: Unit, export_id: UUID, sha256: str, size: int) -> None:
    """Note that the file of an export is there. One that expired meanwhile stays as it is."""
    export = unit.exports.locked(export_id)
    if export.state == COLLECTING:
        finished = export.finished(sha256, size, unit.now)
        unit.exports.save(finished)
        unit.set_timer(export.id, EXPORT_DUE, finished.expires_at)
        unit.audit("export_finished", "person", export.person_id, export=str(export.id))


def postpone_export(unit: Unit, export_id: UUID, missing: tuple[str, ...]) -> None:
    """Note which services did not answer; they are asked again later."""
    export = unit.exports.locked(export_id)
    if export.state == COLLECTING:
        unit.exports.save(export.postponed(missing, unit.now))


def expire_export(unit: Unit, export_id: UUID) -> None:
    """Forget the file of an export; the store of files removes it a day later."""
    export = unit.exports.locked(export_id).expired()
    unit.exports.save(export)
    unit.audit("export_expired", "person", export.person_id, export=str(export.id))
