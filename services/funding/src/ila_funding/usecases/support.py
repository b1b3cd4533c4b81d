"""No double funding: nobody is paid twice for the same content."""

from ila_funding.domain.errors import DoubleFunding
from ila_funding.domain.request import HoldRequest
from ila_funding.ports import Unit


def refuse_double_funding(unit: Unit, request: HoldRequest) -> None:
    """Refuse a request for a content that live money of its person pays for, in whichever call or source.

    Money that was given back or recovered does not count, money that was paid does. Raises DoubleFunding.

    Source: BR-713.
    """
    earlier = unit.support.earlier(request.person_id, request.programme_id)
    if earlier is not None:
        raise DoubleFunding(hold_id=str(earlier))
