"""What goes in and comes out of the routes of offers."""

from ila_kit.web.schemas import ListQuery, Schema, fields

from ila_catalog.api import schemas
from ila_catalog.domain.calls import KINDS
from ila_catalog.domain.findings import (
    ATTESTATION,
    ATTESTED,
    COMPUTED,
    COUNCIL,
    MET,
    NOT_MET,
    OPEN,
    REGISTER,
)
from ila_catalog.domain.states import OFFER

_MOST_RECEIPTS = 2**53


class OfferQuery(ListQuery):
    """Filters of offers."""

    sort = schemas.sort("created_at", "updated_at")
    organisation_id = fields.Id()
    call_id = fields.Id()
    programme_id = fields.Id()
    kind = fields.OneOf(list(KINDS))
    state = fields.OneOf(sorted(OFFER.states))


class NewOfferSchema(Schema):
    """A programme that an institution wants to offer in a call."""

    organisation_id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    programme_id = fields.Id(required=True)


class OfferContentSchema(Schema):
    """Which funding source is picked, and the word that everything said is true."""

    funding_source = fields.Text(max=60, required=True, allow_none=True)
    confirmed = fields.Flag(required=True)


class ReceiptSchema(Schema):
    """The receipt of a submission; `signature` is a compact JWS over the other members (ES256)."""

    offer_id = fields.Id(required=True)
    submission = schemas.number(1)
    sequence = fields.WholeNumber(min=1, max=_MOST_RECEIPTS, required=True)
    received_at = fields.Instant(required=True)
    sha256 = schemas.text()
    signature = schemas.text()


class OfferSchema(Schema):
    """An offer as it is now."""

    id = fields.Id(required=True)
    organisation_id = fields.Id(required=True)
    organisation_title = schemas.text()
    call_id = fields.Id(required=True)
    programme_id = fields.Id(required=True)
    programme_title_lv = schemas.text()
    programme_title_en = schemas.text()
    kind = fields.OneOf(list(KINDS), required=True)
    funding_source = schemas.text(allow_none=True)
    confirmed = fields.Flag(required=True)
    state = fields.OneOf(sorted(OFFER.states), required=True)
    actions = fields.List(fields.String(), required=True)
    submission = schemas.number()
    flagged = fields.Flag(
        required=True, metadata={"description": "alike to another offer of the institution, or cut"}
    )
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)
    version = schemas.number(1)


class SubmittedOfferSchema(OfferSchema):
    """An offer that has just been submitted, with its receipt."""

    receipt = fields.Nested(ReceiptSchema, required=True)


class SubmissionQuery(ListQuery):
    """Submissions come in the order of their receipts."""

    sort = schemas.sort("sequence")


class SubmissionSchema(ReceiptSchema):
    """A submitted version with its content; the receipt's hash is that of the content (RFC 8785)."""

    content = fields.Dict(required=True)
    submitted_by = schemas.text()


class KnownFromSchema(Schema):
    """How one knows: the answer of a register with its time and hash, numbers that were computed with,
    a paper with the SHA-256 of its file, or what the council approved."""

    kind = fields.OneOf([REGISTER, COMPUTED, ATTESTATION, COUNCIL], required=True)
    facts = fields.Dict(required=True)


class ReadingSchema(Schema):
    """One way to understand a requirement whose sources differ."""

    text_lv = schemas.text()
    text_en = schemas.text()
    source = schemas.text()


class FindingSchema(Schema):
    """How an offer stands to a requirement: `met`, `not_met` (with the codes of what is against it),
    `open` while a register has not answered, or `attested`, which people judge."""

    code = schemas.text()
    rule = schemas.text()
    text_lv = schemas.text()
    text_en = schemas.text()
    source = schemas.text()
    outcome = fields.OneOf([MET, NOT_MET, OPEN, ATTESTED], required=True)
    problems = fields.List(fields.String(), required=True)
    provenance = fields.List(fields.Nested(KnownFromSchema), required=True)
    readings = fields.List(fields.Nested(ReadingSchema), required=True)


class RequirementsSchema(Schema):
    """How an offer stands to its place and to each requirement of its call."""

    requirements = fields.List(fields.Nested(FindingSchema), required=True)


class DryRunSchema(RequirementsSchema):
    """Whether an offer could be submitted now, and everything that hinders it."""

    ready = fields.Flag(required=True)
    problems = fields.List(fields.Nested(schemas.ProblemShownSchema), required=True)


class KeySetSchema(Schema):
    """Keys to check receipts with (JSON Web Key Set)."""

    keys = fields.List(fields.Dict(), required=True)
