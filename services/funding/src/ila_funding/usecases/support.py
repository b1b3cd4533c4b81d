"""No double funding: nobody is paid twice for the same content."""

from datetime import timedelta
from uuid import UUID

from ila_kit.events import NotYet

from ila_funding.domain.errors import DoubleFunding
from ila_funding.domain.request import HoldRequest
from ila_funding.domain.support import Earlier, content_keys
from ila_funding.ports import Unit

DECIDE_AGAIN = "decide-again"
LOOK_AGAIN = timedelta(hours=1)


def support_before(unit: Unit, request: HoldRequest) -> Earlier | None:
    """Return money of the person that is held for the same content, in whichever call or source.

    While it is only held it may be given back, and nobody can know in which order two facts come; who asks
    then waits. Money that was given back or recovered does not count, money that was paid does. Raises
    DoubleFunding when it is bound or paid, NotYet while it is not known what a training teaches.

    Source: BR-713.
    """
    found = unit.support.find(request.person_id, request.programme_id)
    if found.unnoted:
        for programme_id in found.unnoted:
            note_content(unit, programme_id)
        found = unit.support.find(request.person_id, request.programme_id)
    if found.earlier is not None and found.earlier.committed:
        raise DoubleFunding(hold_id=str(found.earlier.hold_id))
    return found.earlier


def note_content(unit: Unit, programme_id: UUID) -> None:
    """Note what a programme teaches, beside what it was called before, and whose live money pays for it.

    What a former release heard or held was noted by nobody: it is noted here before anything is decided by
    it. Raises NotYet while the programme is not known.
    """
    programme = unit.programmes.get(programme_id)
    if programme is None:
        raise NotYet(f"catalog has not told of the programme {programme_id}")
    unit.support.describe(programme_id, content_keys(programme_id, programme.title_lv, programme.training))


def wake_rivals(unit: Unit, hold_id: UUID) -> None:
    """Have those decided that wait for what becomes of a hold, now that it is bound or given back."""
    for application_id in unit.requests.behind(hold_id):
        unit.set_timer(application_id, DECIDE_AGAIN, unit.now)
