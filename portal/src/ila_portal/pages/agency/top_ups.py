"""Another fund's money for a learner: proposed by one person, confirmed by another, its rest given back."""

from ila_portal.deeds import Deed
from ila_portal.forms import Field
from ila_portal.pages import top_ups
from ila_portal.pages.agency.desk import AUDITOR, RATES, agency
from ila_portal.pages.agency.limits import RATE_APPROVER, RATE_MANAGER

CONFIRMATION = Deed(
    "top-up-confirmation",
    f"{top_ups.TOP_UP}/confirmation",
    verbs=("confirm",),
    roles=RATE_APPROVER,
)
REVERSAL = Deed(
    "top-up-reversal",
    f"{top_ups.TOP_UP}/reversal",
    (Field("reason", fresh=True),),
    verbs=("reverse",),
    roles=RATES,
)

top_ups.add_pages(
    agency,
    Deed("top-up", top_ups.TOP_UPS, top_ups.FIELDS, roles=RATE_MANAGER, shape=top_ups.as_sent),
    (CONFIRMATION, REVERSAL),
    RATES + AUDITOR,
)
