"""Whom and what a methodology affects, before it is approved (BR-707)."""

from ila_kit.clock import riga_date
from ila_kit.money import ZERO

from ila_funding.domain.errors import NoMethodology
from ila_funding.domain.impact import Impact, changes, count, largest, span
from ila_funding.domain.methodology import Methodologies
from ila_funding.domain.methodology_record import MethodologyRecord
from ila_funding.ports import Unit


def impact_of(unit: Unit, record: MethodologyRecord) -> Impact:
    """Return what a version changes, against the versions in force without it.

    The programmes are those that no agreement pins; a version that decides only days that are over
    changes none of their prices.

    Source: BR-707.
    """
    versions = unit.methodologies.approved.versions
    others = Methodologies(tuple(one for one in versions if one.id != record.id))
    tried, today = record.as_of(unit.now), riga_date(unit.now)
    begins, ends = span(tried, others)
    as_of = max(begins, today)
    try:
        now = others.deciding(as_of, unit.now)
    except NoMethodology:
        now = None
    decides = ends is None or as_of <= ends
    programmes = unit.programmes.unpinned() if decides else []
    found = changes(programmes, now, tried)
    return Impact(
        decides_from=begins,
        decides_until=ends,
        as_of=as_of,
        now_by=now.version if now else None,
        **count(found),
        sum_now=sum((one.now or ZERO for one in found), ZERO),
        sum_then=sum((one.then or ZERO for one in found), ZERO),
        largest=largest(found),
        waiting_requests=unit.methodologies.waiting_unpinned(),
        pinned=tuple(unit.methodologies.pinned()),
    )
