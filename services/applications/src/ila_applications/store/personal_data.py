"""What applications keeps about a person."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.personal_data import all_of

from ila_applications.store import group_tables as g
from ila_applications.store import message_tables as m
from ila_applications.store import tables as t


def _evidence(person_id: UUID) -> sa.Select[Any]:
    """Select what is known of the files a person gave; the files themselves have their own addresses."""
    shown = [column for column in t.evidence.c if column.name != "data"]
    mine = sa.select(t.application.c.id).where(t.application.c.person_id == person_id)
    return sa.select(*shown).where(t.evidence.c.application_id.in_(mine)).order_by(t.evidence.c.id)


PARTS = {
    "applications": all_of(t.application, "decided_by"),
    "evidence": _evidence,
    "attendance": all_of(g.attendance),
    "results": all_of(g.result),
    "messages": all_of(m.message),
    "profile": all_of(m.profile),
}
