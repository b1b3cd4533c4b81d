"""What everybody may take away: the feed of changes and the whole catalogue."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.states import PUBLISHED
from ila_catalog.ports import Row, Unit

PUBLISHED_NOW, CHANGED, CLOSED = "published", "changed", "closed"
CHANGES = (PUBLISHED_NOW, CHANGED, CLOSED)


def list_changes(unit: Unit, request: PageRequest) -> Page:
    """Return which programmes and calls became public, changed or closed; each once, at its last change."""
    page = unit.open_data.changes(request)
    return Page([_change(row) for row in page.rows], page.next, page.last)


def export_state(unit: Unit) -> tuple[str, datetime | None]:
    """Return a text that changes with anything an export holds, and when that changed last."""
    return unit.open_data.state()


def export_programmes(unit: Unit) -> Iterator[list[Row]]:
    """Give every published programme, some hundred at a time."""
    yield from unit.open_data.batches()


def _change(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a change: a thing that is public no more is closed; one not touched since is published."""
    if row["state"] != PUBLISHED:
        what = CLOSED
    else:
        what = PUBLISHED_NOW if row["updated_at"] == row["published_at"] else CHANGED
    shown = {name: row[name] for name in ("kind", "id", "version")}
    return shown | {"change": what, "changed_at": row["updated_at"]}
