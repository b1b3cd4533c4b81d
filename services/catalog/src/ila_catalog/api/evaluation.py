"""Evaluation over HTTP: commissions, declared interests, decisions."""

from typing import Any
from uuid import UUID

from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import list_of

from ila_catalog.api.agreement_schemas import (
    CommissionSchema,
    DecisionSchema,
    DeclarationSchema,
    InstitutionQuery,
    InstitutionSchema,
    NewCommissionSchema,
    NewDecisionSchema,
    NewDeclarationSchema,
    commission_shown,
    decision_shown,
)
from ila_catalog.domain.errors import (
    CommissionIncomplete,
    CriterionRepeated,
    EvaluationNotOpen,
    InstitutionUnfit,
    InterestAlreadyDeclared,
    LicenceUnfit,
    RegisterChecksOpen,
    TooFewDeclarations,
)
from ila_catalog.domain.evaluation import Reason
from ila_catalog.usecases.evaluation import (
    AppointCommission,
    DecideOffer,
    DeclareInterest,
    appoint_commission,
    decide_offer,
    declare_interest,
    list_institutions,
    show_commission,
    show_decision,
)

MEMBERS = {"commission_member", "commission_chair"}
APPOINTING = Access(any={"call_manager"})
COMMISSION_READERS = Access(any={"call_manager", "contract_officer", "auditor", *MEMBERS})
DECLARING = Access(own=MEMBERS)
DECIDING = Access(own={"commission_chair"}, acr="high")
DECISION_READERS = Access(
    own={"provider_admin", "provider_editor", "provider_signatory", *MEMBERS},
    any={"call_manager", "contract_officer", "appeal_officer", "auditor"},
)

evaluation = Resource(
    "evaluation", __name__, url_prefix="/api/catalog/v1/calls", description="Commissions and their interests"
)
decisions = Resource(
    "decisions", __name__, url_prefix="/api/catalog/v1/offers", description="Decisions about offers"
)


@evaluation.operation("GET", "/<uuid:call_id>/commission", COMMISSION_READERS, answer=(200, CommissionSchema))
def get_commission(call: Call, call_id: UUID) -> Answer:
    """Show who evaluates the offers of a call; version 0 and nobody until it is appointed."""
    found = show_commission(call.unit, call_id)
    return Answer(commission_shown(found), version=found.version)


@evaluation.operation(
    "PUT",
    "/<uuid:call_id>/commission",
    APPOINTING,
    body=NewCommissionSchema,
    answer=(200, CommissionSchema),
    if_match=True,
    refusals=[EvaluationNotOpen, CommissionIncomplete],
)
def put_commission(call: Call, call_id: UUID) -> Answer:
    """Appoint the commission of a call, or change it until evaluation is over; none yet is version 0."""
    command = AppointCommission(call_id=call_id, version=call.if_match or 0, **call.body)
    made = appoint_commission(call.unit, command)
    return Answer(commission_shown(made), version=made.version)


@evaluation.operation(
    "GET",
    "/<uuid:call_id>/interest-declarations",
    DECLARING,
    query=InstitutionQuery,
    answer=(200, list_of(InstitutionSchema)),
)
def get_interest_declarations(call: Call, call_id: UUID) -> dict[str, Any]:
    """List the institutions that take part in a call, with what the caller has declared about each."""
    page = list_institutions(call.unit, page_request(call.query), call_id, call.scope.person)
    return {"items": page.rows, "next": page.next}


@evaluation.operation(
    "POST",
    "/<uuid:call_id>/interest-declarations",
    DECLARING,
    body=NewDeclarationSchema,
    answer=(201, DeclarationSchema),
    idempotent=True,
    refusals=[EvaluationNotOpen, InterestAlreadyDeclared],
)
def post_interest_declaration(call: Call, call_id: UUID) -> Answer:
    """Declare an own interest in an institution, or that there is none; only then its offers are seen."""
    command = DeclareInterest(call_id=call_id, person_id=call.scope.person, **call.body)
    return Answer(declare_interest(call.unit, command))


@decisions.operation("GET", "/<uuid:offer_id>/decision", DECISION_READERS, answer=(200, DecisionSchema))
def get_decision(call: Call, offer_id: UUID) -> dict[str, Any]:
    """Show the last decision about an offer, with its reasons per criterion."""
    return decision_shown(*show_decision(call.unit, offer_id, call.scope))


@decisions.operation(
    "POST",
    "/<uuid:offer_id>/decision",
    DECIDING,
    body=NewDecisionSchema,
    answer=(201, DecisionSchema),
    idempotent=True,
    refusals=[
        WrongState,
        EvaluationNotOpen,
        TooFewDeclarations,
        CriterionRepeated,
        RegisterChecksOpen,
        LicenceUnfit,
        InstitutionUnfit,
    ],
)
def post_decision(call: Call, offer_id: UUID) -> Answer:
    """Approve or reject an offer as the chair, without a conflict of interest."""
    reasons = [Reason(**one) for one in call.body["reasons"]]
    command = DecideOffer(
        offer_id=offer_id, person_id=call.scope.person, outcome=call.body["outcome"], reasons=reasons
    )
    return Answer(decision_shown(*decide_offer(call.unit, command)))
