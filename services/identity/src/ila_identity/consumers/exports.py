"""Collecting what people asked for: every service's part, into one file."""

import logging
from io import BytesIO

import orjson
from ila_kit.actor import process_actor
from ila_kit.clock import as_instant
from ila_kit.context import new_context, working_for
from ila_kit.errors import Unavailable

from ila_identity.domain.exports import SERVICES, Export
from ila_identity.ports import Deps
from ila_identity.usecases.exports import finish_export, postpone_export

log = logging.getLogger(__name__)
BATCH = 10
LARGEST = 1024 * 1024 * 1024


class ExportsJob:
    """Collects exports that are due; one process at a time does."""

    def __init__(self, deps: Deps):
        self._deps, self._actor = deps, process_actor("identity")

    def run(self) -> int:
        """Collect some exports; tells how many are ready now."""
        with self._deps.alone("exports") as mine:
            if not mine:
                return 0
            with self._deps.units.open(self._actor) as unit:
                due = unit.exports.due(unit.now, BATCH)
            return sum(self._collect(export) for export in due)

    def _collect(self, export: Export) -> bool:
        """Ask every service; no transaction is open meanwhile."""
        with working_for(new_context()):
            parts: dict[str, object] = {}
            missing: list[str] = []
            for service in SERVICES:
                try:
                    parts[service] = self._deps.collector.part(service, export.person_id)
                except Unavailable:
                    missing.append(service)
            try:
                blobs = self._deps.kept_files.blobs  # what we make ourselves needs no scanner
                kept = None if missing else blobs.put(BytesIO(_file(export, parts)), LARGEST)
            except Unavailable:
                log.warning("an export cannot be kept now", extra={"export": str(export.id)})
                kept = None
            with self._deps.units.open(self._actor) as unit:
                if kept:
                    finish_export(unit, export.id, kept.digest, kept.size)
                else:
                    postpone_export(unit, export.id, tuple(missing))
                unit.commit()
            return kept is not None


def _file(export: Export, parts: dict[str, object]) -> bytes:
    body = {
        "export_id": str(export.id),
        "person_id": str(export.person_id),
        "requested_at": as_instant(export.requested_at),
        "services": parts,
    }
    return orjson.dumps(body, option=orjson.OPT_INDENT_2)
