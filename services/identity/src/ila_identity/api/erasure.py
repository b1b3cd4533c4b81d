"""Being erased, over HTTP."""

from ila_kit.errors import Missing
from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource
from ila_kit.web.schemas import Schema, fields

from ila_identity.api.my_data import owner
from ila_identity.domain.errors import RolesHeld
from ila_identity.usecases.erasures import request_erasure

erasure = Resource(
    "erasure", __name__, url_prefix="/api/identity/v1/persons/me/erasure", description="Being erased"
)


class ErasureSchema(Schema):
    """The erasure that was asked for; the account is closed from now on, and sessions end."""

    person_id = fields.Id(required=True)
    state = fields.OneOf(["closed"], required=True)
    requested_at = fields.Instant(required=True)


@erasure.operation(
    "POST",
    "",
    Access(own={"learner"}, acr="high"),
    answer=(202, ErasureSchema),
    idempotent=True,
    refusals=[Missing, WrongState, RolesHeld],
)
def post_erasure(call: Call) -> Answer:
    """Close my account, and erase everything about me that the law does not keep."""
    asked = request_erasure(call.unit, owner(call))
    return Answer({"person_id": asked.person_id, "state": "closed", "requested_at": asked.requested_at})
