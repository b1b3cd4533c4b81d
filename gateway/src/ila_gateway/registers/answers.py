"""What each register answers, checked: members we do not know are left out, everything else must fit."""

from typing import Any

import marshmallow as ma
from ila_kit.web.schemas import fields
from marshmallow import validate

from ila_gateway.registers.faults import GARBAGE, RegisterFault


class Answer(ma.Schema):
    """A register's answer about one key."""

    class Meta:
        unknown = ma.EXCLUDE


class Person(Answer):
    """What the population register tells, apart from the code it was asked by."""

    birth_date = fields.Date(required=True)
    status = fields.OneOf(["alive", "dead"], required=True)
    given_name = fields.Text(max=100, required=True)
    family_name = fields.Text(max=100, required=True)
    sex = fields.OneOf(["female", "male"], required=True)
    territory = fields.Text(max=10, required=True)


class Institution(Answer):
    """An entry of the register of education institutions."""

    number = fields.Text(max=10, required=True)
    title = fields.Text(max=300, required=True)
    kind = fields.Text(max=200, required=True)
    type = fields.Text(max=200, required=True)
    seat = fields.Text(max=300, required=True)
    territory = fields.Text(max=10, required=True, allow_none=True)
    territory_title = fields.Text(max=100, required=True, allow_none=True)
    registered_on = fields.Date(required=True)
    accredited = fields.Flag(required=True)
    operating = fields.Flag(required=True)
    legal_person_number = fields.Text(max=11, pattern="[0-9]{11}", required=True)


class Address(Answer):
    """An address of an institution."""

    id = fields.Text(max=100, required=True)
    text = fields.Text(max=300, required=True)
    territory = fields.Text(max=10, required=True, allow_none=True)
    territory_title = fields.Text(max=100, required=True, allow_none=True)


class Addresses(Answer):
    """The addresses at which an institution may teach."""

    number = fields.Text(max=10, required=True)
    addresses = fields.List(fields.Nested(Address), required=True)


class Licence(Answer):
    """A licensed programme."""

    number = fields.Text(max=100, required=True)
    title = fields.Text(max=300, required=True)
    family = fields.OneOf(["vocational", "higher_education"], required=True)
    qualification = fields.Text(max=200, required=True, allow_none=True)
    lqf_level = fields.WholeNumber(min=1, max=8, required=True)
    study_form = fields.OneOf(["in_person", "full_time"], required=True)
    licensed_on = fields.Date(required=True)
    running_since = fields.Date(required=True)
    accredited = fields.Flag(required=True)


class Licences(Answer):
    """The licensed programmes of an institution."""

    number = fields.Text(max=10, required=True)
    licences = fields.List(fields.Nested(Licence), required=True)


class Representative(Answer):
    """Who may sign for a legal person: alone, or so many together."""

    personal_code = fields.Text(max=20, required=True)
    given_name = fields.Text(max=200, required=True)
    family_name = fields.Text(max=200, required=True)
    position = fields.Text(max=200, required=True)
    signatures_needed = fields.WholeNumber(min=1, max=100, required=True)


class LegalPerson(Answer):
    """A legal person, the institutions it stands behind, and who may sign for it."""

    number = fields.Text(max=11, required=True)
    title = fields.Text(max=300, required=True)
    status = fields.OneOf(["registered", "insolvent", "liquidated"], required=True)
    seat = fields.Text(max=500, load_default=None, allow_none=True)
    viis_numbers = fields.List(
        fields.Text(max=10, pattern="[0-9]{10}"), required=True, validate=validate.Length(max=1_000)
    )
    representatives = fields.List(
        fields.Nested(Representative), load_default=list, validate=validate.Length(max=100)
    )


class Support(Answer):
    """What another source of public money paid for a person."""

    reference = fields.Text(max=100, required=True)
    source = fields.Text(max=200, required=True)
    family = fields.Text(max=100, required=True)
    title = fields.Text(max=300, required=True)
    supported_on = fields.Date(required=True)


class EarlierSupport(Answer):
    """What the register of earlier support tells of somebody who is in it."""

    supports = fields.List(fields.Nested(Support), required=True, validate=validate.Length(1, 1_000))


def checked(schema: Answer, told: Any) -> dict[str, Any]:
    """Return an answer as JSON with the members we know. Raises RegisterFault when it does not fit."""
    try:
        shown: dict[str, Any] = schema.dump(schema.load(told))
    except ma.ValidationError:
        raise RegisterFault(GARBAGE) from None
    return shown
