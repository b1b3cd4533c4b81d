"""What goes in and comes out of the routes of evaluation and agreements."""

from typing import Any

from ila_kit.web.schemas import ListQuery, Schema, fields
from marshmallow import validate

from ila_catalog.api import schemas
from ila_catalog.domain.agreements import ACTION_OF, AGENCY, PROVIDER, Agreement
from ila_catalog.domain.evaluation import OUTCOMES, Commission, Decision
from ila_catalog.domain.likeness import CLONE, SPLIT
from ila_catalog.domain.offers import Offer
from ila_catalog.domain.states import AGREEMENT, OFFER

MOST_MEMBERS = 50
MOST_REASONS = 50
SHA256 = "[0-9a-f]{64}"


class NewCommissionSchema(Schema):
    """Who is to evaluate; the chair may stand among the members, and is not counted as one."""

    members = fields.List(fields.Id(), required=True, validate=validate.Length(1, MOST_MEMBERS))
    chair = fields.Id(required=True)


class CommissionSchema(Schema):
    """Who evaluates the offers of a call; version 0 and nobody until it is appointed."""

    call_id = fields.Id(required=True)
    members = fields.List(fields.Id(), required=True, metadata={"description": "without the chair"})
    chair = fields.Id(required=True, allow_none=True)
    version = schemas.number()


class NewDeclarationSchema(Schema):
    """An own interest in an institution, or that there is none."""

    organisation_id = fields.Id(required=True)
    conflict = fields.Flag(required=True)


class DeclarationSchema(Schema):
    """A declaration as it stands."""

    id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    person_id = fields.Id(required=True)
    organisation_id = fields.Id(required=True)
    conflict = fields.Flag(required=True)
    declared_at = fields.Instant(required=True)


class InstitutionQuery(ListQuery):
    """The institutions of a call, in alphabetical order."""

    sort = schemas.sort("title")


class InstitutionSchema(Schema):
    """An institution that takes part, and what the caller has declared about it: null is nothing yet."""

    organisation_id = fields.Id(required=True)
    title = schemas.text()
    viis_number = schemas.text()
    conflict = fields.Flag(required=True, allow_none=True)
    declared_at = fields.Instant(required=True, allow_none=True)


class ReasonSchema(Schema):
    """Why an offer meets or fails one criterion."""

    criterion = fields.Text(max=100, required=True)
    text = fields.Text(max=4_000, required=True)


class NewDecisionSchema(Schema):
    """A decision about an offer, with one reason for each criterion."""

    outcome = fields.OneOf(list(OUTCOMES), required=True)
    reasons = fields.List(
        fields.Nested(ReasonSchema), required=True, validate=validate.Length(1, MOST_REASONS)
    )


class SeenLikenessSchema(Schema):
    """Another offer of the institution that was flagged as alike when the decision was made."""

    offer_id = fields.Id(required=True)
    kind = fields.OneOf([CLONE, SPLIT], required=True)
    percent = fields.WholeNumber(min=1, max=100, required=True)


class DecisionSchema(NewDecisionSchema):
    """A decision as the institution reads it, and the state the offer is in now."""

    id = fields.Id(required=True)
    offer_id = fields.Id(required=True)
    decided_at = fields.Instant(required=True)
    likenesses = fields.List(fields.Nested(SeenLikenessSchema), required=True)
    state = fields.OneOf(sorted(OFFER.states), required=True)
    version = schemas.number(1)


class AgreementQuery(ListQuery):
    """Filters of agreements."""

    sort = schemas.sort("prepared_at", "updated_at")
    organisation_id = fields.Id()
    call_id = fields.Id()
    state = fields.OneOf(sorted(AGREEMENT.states))


class NewAgreementSchema(Schema):
    """With which institution an agreement is to be made, in which call."""

    organisation_id = fields.Id(required=True)
    call_id = fields.Id(required=True)


class CoveredSchema(Schema):
    """A programme under an agreement, and the offer it came with."""

    programme_id = fields.Id(required=True)
    offer_id = fields.Id(
        required=True, allow_none=True, metadata={"description": "null in demonstration data"}
    )


class SignatureSchema(Schema):
    """One side's signature over the document of that SHA-256."""

    party = fields.OneOf([PROVIDER, AGENCY], required=True)
    person_id = fields.Id(required=True)
    document_sha256 = schemas.text()
    signed_at = fields.Instant(required=True)


class AgreementSchema(Schema):
    """An agreement without its text; `actions` are the steps the caller may take now."""

    id = fields.Id(required=True)
    number = schemas.text()
    organisation_id = fields.Id(required=True)
    organisation_title = schemas.text()
    call_id = fields.Id(required=True)
    state = fields.OneOf(sorted(AGREEMENT.states), required=True)
    covered = fields.List(fields.Nested(CoveredSchema), required=True)
    document_sha256 = schemas.text()
    prepared_by = schemas.text()
    prepared_at = fields.Instant(required=True)
    signatures = fields.List(fields.Nested(SignatureSchema), required=True)
    due_at = fields.Instant(
        required=True, allow_none=True, metadata={"description": "when it lapses unless the next side signs"}
    )
    in_force_at = fields.Instant(required=True, allow_none=True)
    over_at = fields.Instant(required=True, allow_none=True)
    over_reason = schemas.text(allow_none=True)
    demonstration = fields.Flag(required=True)
    version = schemas.number(1)
    actions = fields.List(schemas.text(), required=True)


class AgreementDocumentSchema(Schema):
    """The text of an agreement, in Latvian, and the SHA-256 of its UTF-8 bytes: what is signed."""

    agreement_id = fields.Id(required=True)
    number = schemas.text()
    text = schemas.text()
    sha256 = schemas.text()


class NewSignatureSchema(Schema):
    """The SHA-256 of the document that the caller has read and signs."""

    document_sha256 = fields.Text(min=64, max=64, pattern=SHA256, required=True)


class TerminationSchema(Schema):
    """How an agreement is over: `ended` when it is fulfilled, `terminated` before that; and why."""

    outcome = fields.OneOf(list(ACTION_OF), required=True)
    reason = fields.Text(max=2_000, required=True)


def commission_shown(one: Commission) -> dict[str, Any]:
    """Return a commission as it is answered."""
    return {"call_id": one.call_id, "members": list(one.members), "chair": one.chair, "version": one.version}


def decision_shown(offer: Offer, decision: Decision) -> dict[str, Any]:
    """Return a decision as the institution reads it; who sat in the commission is not told."""
    return {
        "id": decision.id,
        "offer_id": offer.id,
        "outcome": decision.outcome,
        "reasons": decision.reasons,
        "decided_at": decision.decided_at,
        "likenesses": decision.likenesses,
        "state": offer.state,
        "version": offer.version,
    }


_PLAIN = [
    name
    for name in AgreementSchema().fields
    if name not in ("organisation_title", "covered", "signatures", "actions")
]
_SIGNED = tuple(SignatureSchema().fields)


def agreement_shown(agreement: Agreement, title: str, actions: list[str]) -> dict[str, Any]:
    """Return an agreement beside the title of its institution and what the caller may do."""
    return {name: getattr(agreement, name) for name in _PLAIN} | {
        "organisation_title": title,
        "covered": agreement.covered,
        "signatures": [{name: getattr(one, name) for name in _SIGNED} for one in agreement.signatures],
        "actions": actions,
    }
