"""Who looked at my data: kept as services tell it, shown to the person alone."""

from collections.abc import Sequence
from uuid import UUID

from ila_kit.store.listing import PageRequest

from ila_identity.domain.access_log import Access
from ila_identity.ports import Listed, Unit


def keep_accesses(unit: Unit, entries: Sequence[Access]) -> None:
    """Keep that somebody looked; told twice, it is kept once.

    Source: 05-promises (each look leaves who, when, why, what; the person sees it ≤ 10 s later).
    """
    unit.access_log.add(entries)


def own_access_log(
    unit: Unit, person_id: UUID, request: PageRequest
) -> tuple[Listed[Access], dict[UUID, str]]:
    """Return a page of the looks at a person's data, newest first, and the titles of organisations in it."""
    page = unit.access_log.page(person_id, request)
    wanted = list(dict.fromkeys(one for entry in page.items for one in entry.organisation_ids))
    known = unit.organisations.many(wanted)
    return page, {one.id: one.title for one in known.values()}
