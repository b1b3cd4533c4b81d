"""Sign-ins over HTTP; only the gateway tells them."""

from typing import Any

from ila_kit.web.resource import Access, Call, Resource
from ila_kit.web.schemas import Schema, fields

from ila_identity.api.schemas import RoleSchema, shown
from ila_identity.domain.errors import AccountDisabled, IdentityConflict, MalformedPersonalCode
from ila_identity.domain.persons import Description, Login
from ila_identity.usecases.sign_ins import SignIn, sign_in

sign_ins = Resource(
    "sign-ins",
    __name__,
    url_prefix="/api/identity/v1/sign-ins",
    description="Who signed in",
)
GATEWAY = Access(any={"identity.sign_in"})


class SignInSchema(Schema):
    """What the e-identity stated about the person."""

    issuer = fields.Text(max=500, required=True)
    subject = fields.Text(max=255, required=True)
    personal_code = fields.Text(max=20, required=True)
    given_name = fields.Text(max=200, required=True)
    family_name = fields.Text(max=200, required=True)
    birth_date = fields.Date(required=True)
    email = fields.Text(max=254, load_default=None, allow_none=True)
    acr = fields.OneOf(["low", "substantial", "high"], required=True)
    persona = fields.Text(max=100, load_default=None, allow_none=True)


class SignedInSchema(Schema):
    """The person, and the roles they hold."""

    person_id = fields.Id(required=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)


@sign_ins.operation(
    "POST",
    "",
    GATEWAY,
    body=SignInSchema,
    answer=(200, SignedInSchema),
    refusals=[MalformedPersonalCode, IdentityConflict, AccountDisabled],
)
def post_sign_in(call: Call) -> dict[str, Any]:
    """Find or register the person who signed in; repeating it changes nothing."""
    signed_in = sign_in(call.unit, _command(call.body), call.deps.personas)
    return {"person_id": signed_in.person_id, "roles": shown(signed_in.roles)}


def _command(body: dict[str, Any]) -> SignIn:
    return SignIn(
        login=Login(body["issuer"], body["subject"]),
        personal_code=body["personal_code"],
        description=Description(
            given_name=body["given_name"],
            family_name=body["family_name"],
            birth_date=body["birth_date"],
            email=body["email"],
        ),
        acr=body["acr"],
        persona=body["persona"],
    )
