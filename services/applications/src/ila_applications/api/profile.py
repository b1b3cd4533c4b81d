"""A learner's profile over HTTP: what registers say, apart from what the person says."""

import logging
from typing import Any
from uuid import UUID

import marshmallow as ma
from ila_kit.errors import Missing, Unavailable
from ila_kit.web.resource import Access, Answer, Call, Resource
from ila_kit.web.schemas import Schema, fields

from ila_applications.api.account import owner_of
from ila_applications.api.schemas import LANGUAGE
from ila_applications.domain.eligibility import ASKED, REGISTER, UNAVAILABLE, PersonFacts
from ila_applications.domain.profiles import Profile
from ila_applications.usecases.profiles import ChangeProfile, change_profile, show_profile

log = logging.getLogger(__name__)
profile = Resource(
    "profile",
    __name__,
    url_prefix="/api/applications/v1/profile",
    description="Who one is to the registers, and how to be reached",
)
OWNER = Access(own={"learner"})
PURPOSE = "the person's own look at the own profile"
# As browsers take an address (input type=email), with a dot in its domain: nothing that a header splits.
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
EMAIL = rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@{_LABEL}(\.{_LABEL})+"


class ProfileChangeSchema(Schema):
    """What a person says of themselves; what is left out stays. `letters`: by e-mail too."""

    email = fields.Text(max=254, pattern=EMAIL, allow_none=True)
    language = fields.OneOf(LANGUAGE)
    letters = fields.Flag()

    @ma.validates_schema
    def _check_something(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ma.ValidationError("Name at least one of email, language, letters.")


class FactsSchema(Schema):
    """What the person cannot change here, with whence and since when it is known.

    `alive` is null until the population register told; `state` is how far it was heard of.
    """

    birth_date = fields.Date(required=True)
    alive = fields.Flag(required=True, allow_none=True)
    source = fields.String(required=True)
    observed_at = fields.Instant(required=True)
    legal_basis = fields.String(required=True)
    state = fields.OneOf([REGISTER, ASKED, UNAVAILABLE], required=True)


class ProfileSchema(Schema):
    """A person's profile. `facts` are null while identity does not tell."""

    person_id = fields.Id(required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)
    email = fields.String(required=True, allow_none=True)
    language = fields.OneOf(LANGUAGE, required=True)
    letters = fields.Flag(required=True)
    updated_at = fields.Instant(required=True, allow_none=True)
    facts = fields.Nested(FactsSchema, required=True, allow_none=True)


@profile.operation("GET", "", OWNER, answer=(200, ProfileSchema), refusals=[Missing])
def get_profile(call: Call) -> Answer:
    """Show what registers say of the person who asks, and what they said themselves."""
    return _answer(call, show_profile(call.unit, owner_of(call)))


@profile.operation(
    "PATCH",
    "",
    OWNER,
    body=ProfileChangeSchema,
    answer=(200, ProfileSchema),
    if_match=True,
    refusals=[Missing],
)
def patch_profile(call: Call) -> Answer:
    """Change how the person is reached, and in which language."""
    command = ChangeProfile(person_id=owner_of(call), version=call.if_match or 0, changes=dict(call.body))
    return _answer(call, change_profile(call.unit, command))


def _answer(call: Call, found: Profile) -> Answer:
    said = {name: getattr(found, name) for name in found.__dataclass_fields__}
    return Answer(said | {"facts": _facts(call, found.person_id)}, version=found.version)


def _facts(call: Call, person_id: UUID) -> dict[str, Any] | None:
    try:
        known: PersonFacts | None = call.deps.people.facts([person_id], PURPOSE).get(person_id)
    except Unavailable as fault:
        log.warning("a profile without facts", extra={"fault": str(fault)})
        return None
    return {name: getattr(known, name) for name in FactsSchema().fields} if known else None
