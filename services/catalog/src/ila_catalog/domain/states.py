"""Which steps calls, places, programmes, offers and agreements may take; what the tables lack is refused.

Source: 01-mission, section 5. A call goes from draft to published; it is closed when
all its phases are over and nothing of it runs any more, and archived when its retention ends.
"""

from datetime import timedelta
from typing import Any

from ila_kit.states import SYSTEM, StateMachine, Step, Timer, WrongState

from ila_catalog.domain.desk_errors import CallStillRuns, NeedInUse
from ila_catalog.domain.errors import (
    CallNotPublished,
    NoAgreementInForce,
    OtherDocument,
    PreparerSigns,
)

DRAFT, PUBLISHED, CLOSED, ARCHIVED = "draft", "published", "closed", "archived"
COMPLETE, BOUND, APPROVED = "complete", "bound", "approved"
REFUSED, FINAL = "refused", "final"
PREPARED, SIGNED_BY_PROVIDER = "prepared", "signed_by_provider"
IN_FORCE, AMENDED = "in_force", "amended"
ENDED, TERMINATED = "ended", "terminated"
BINDING = frozenset({IN_FORCE, AMENDED})
_BY_SYSTEM = frozenset({SYSTEM})
ENTERED, MATCHED, NOT_MATCHED = "entered", "matched", "not_matched"
PROPOSED, APPLIED, LAPSED = "proposed", "applied", "lapsed"
ASKED, OVERDUE, ANSWERED = "asked", "overdue", "answered"
NON_COMPLIANT, RETURNED_UNOPENED = "non_compliant", "returned_unopened"
SUBMITTED, WITHDRAWN, LOCKED, IN_EVALUATION = "submitted", "withdrawn", "locked", "in_evaluation"
EDITORS = frozenset({"provider_admin", "provider_editor"})
SIGNATORIES = frozenset({"provider_signatory"})
_CALL_MANAGERS = frozenset({"call_manager"})
_COUNCIL = frozenset({"council_member"})
_CHAIR = frozenset({"commission_chair"})
_APPEAL = frozenset({"appeal_officer"})
_PROVIDER_SIGNS, _AGENCY_SIGNS = frozenset({"provider_signatory"}), frozenset({"agency_signatory"})
_CONTRACTS = frozenset({"contract_officer"})


def _has_nothing_running(closing: Any) -> None:
    """Refuse to close a call while offers are open, undecided, or bind somebody."""
    if closing.running:
        raise CallStillRuns(running=", ".join(closing.running))


CALL = StateMachine(
    "call",
    DRAFT,
    [
        Step(DRAFT, "publish", PUBLISHED, frozenset({"call_manager", SYSTEM})),
        Step(PUBLISHED, "close", CLOSED, frozenset({"call_manager", SYSTEM}), guard=_has_nothing_running),
        Step(CLOSED, "archive", ARCHIVED, _BY_SYSTEM),
    ],
)


def _is_under_an_agreement(publication: Any) -> None:
    """Refuse to publish a programme whose call is not, or that no agreement in force covers (BR-406)."""
    call, agreement = publication.call, publication.agreement
    if call.state != PUBLISHED:
        raise CallNotPublished(call_id=str(call.id), state=call.state)
    if agreement.state not in BINDING or not agreement.covers(publication.programme_id):
        raise NoAgreementInForce(agreement_id=str(agreement.id), state=agreement.state)


def _signs_this_document(signing: Any) -> None:
    """Refuse a signature over anything but the document as it was prepared."""
    document = signing.agreement.document_sha256
    if signing.document_sha256 != document:
        raise OtherDocument(document_sha256=document)


def _signs_what_others_prepared(signing: Any) -> None:
    """Refuse the preparer, and then a signature over another document."""
    if str(signing.person_id) == signing.agreement.prepared_by:
        raise PreparerSigns()
    _signs_this_document(signing)


def _is_demonstration(agreement: Any) -> None:
    """Refuse to put an agreement in force unsigned, except one of demonstration data."""
    if not agreement.demonstration:
        raise WrongState(thing="agreement", state=agreement.state, action="load")


# A programme follows its offer: the offer's submission binds it, withdrawal or rejection frees it,
# the decision approves it, the agreement in force publishes it. Those steps are the system's own.
PROGRAMME = StateMachine(
    "programme",
    DRAFT,
    [
        Step(DRAFT, "complete", COMPLETE, EDITORS),
        Step(COMPLETE, "reopen", DRAFT, EDITORS),
        Step(COMPLETE, "bind", BOUND, _BY_SYSTEM),
        Step(BOUND, "unbind", COMPLETE, _BY_SYSTEM),
        Step(BOUND, "approve", APPROVED, _BY_SYSTEM),
        Step(APPROVED, "publish", PUBLISHED, _BY_SYSTEM, guard=_is_under_an_agreement),
        Step(PUBLISHED, "close", CLOSED, _BY_SYSTEM),
        Step(CLOSED, "archive", ARCHIVED, _BY_SYSTEM),
    ],
)

# The mission names no end for an agreement that nobody signs: it lapses, and its offers may have a new one.
AGREEMENT = StateMachine(
    "agreement",
    PREPARED,
    [
        Step(PREPARED, "sign_for_provider", SIGNED_BY_PROVIDER, _PROVIDER_SIGNS, guard=_signs_this_document),
        Step(PREPARED, "load", IN_FORCE, _BY_SYSTEM, guard=_is_demonstration),
        Step(PREPARED, "lapse", LAPSED, _BY_SYSTEM),
        Step(
            SIGNED_BY_PROVIDER, "sign_for_agency", IN_FORCE, _AGENCY_SIGNS, guard=_signs_what_others_prepared
        ),
        Step(SIGNED_BY_PROVIDER, "lapse", LAPSED, _BY_SYSTEM),
        Step(IN_FORCE, "amend", AMENDED, _CONTRACTS),
        Step(IN_FORCE, "end", ENDED, _CONTRACTS),
        Step(IN_FORCE, "terminate", TERMINATED, _CONTRACTS),
        Step(AMENDED, "amend", AMENDED, _CONTRACTS),
        Step(AMENDED, "end", ENDED, _CONTRACTS),
        Step(AMENDED, "terminate", TERMINATED, _CONTRACTS),
    ],
    timers={
        PREPARED: Timer(timedelta(days=30), "lapse"),
        SIGNED_BY_PROVIDER: Timer(timedelta(days=30), "lapse"),
    },
)

PLACE = StateMachine(
    "place",
    ENTERED,
    [
        Step(ENTERED, "match", MATCHED, _BY_SYSTEM),
        Step(ENTERED, "miss", NOT_MATCHED, _BY_SYSTEM),
    ],
    timers={ENTERED: Timer(timedelta(days=30), "miss")},
)

SCHEDULE_CHANGE = StateMachine(
    "schedule change",
    PROPOSED,
    [
        Step(PROPOSED, "apply", APPLIED, _CALL_MANAGERS),
        Step(PROPOSED, "withdraw", WITHDRAWN, _CALL_MANAGERS),
        Step(PROPOSED, "lapse", LAPSED, _BY_SYSTEM),
    ],
    timers={PROPOSED: Timer(timedelta(days=14), "lapse")},
)


def _is_unused(withdrawal: Any) -> None:
    """Refuse to take away a need that programmes were completed for."""
    if withdrawal.programmes:
        raise NeedInUse(programmes=withdrawal.programmes)


# What the council neither approves nor refuses lapses; call files bring needs that are approved already.
LEARNING_NEED = StateMachine(
    "learning need",
    PROPOSED,
    [
        Step(PROPOSED, "approve", APPROVED, _COUNCIL),
        Step(PROPOSED, "refuse", REFUSED, _COUNCIL),
        Step(PROPOSED, "withdraw", WITHDRAWN, _CALL_MANAGERS),
        Step(PROPOSED, "lapse", LAPSED, _BY_SYSTEM),
        Step(APPROVED, "withdraw", WITHDRAWN, _COUNCIL, guard=_is_unused),
    ],
    timers={PROPOSED: Timer(timedelta(days=60), "lapse")},
)

# Nobody answers by silence: a question that waits too long is marked, and alarms the call managers.
QUESTION = StateMachine(
    "question",
    ASKED,
    [
        Step(ASKED, "answer", ANSWERED, _CALL_MANAGERS),
        Step(ASKED, "remind", OVERDUE, _BY_SYSTEM),
        Step(OVERDUE, "answer", ANSWERED, _CALL_MANAGERS),
        Step(ANSWERED, "answer", ANSWERED, _CALL_MANAGERS),
    ],
    timers={ASKED: Timer(timedelta(days=2), "remind")},
)

# `lock` and `evaluate` come when the call's phases turn, which is their timer. A draft or a withdrawn
# offer that the deadline finds stays as it is: readable, and past every step. An offer that nobody
# decides by the end of the evaluation is noted as overdue; no decision is ever made by silence.
OFFER = StateMachine(
    "offer",
    DRAFT,
    [
        Step(DRAFT, "submit", SUBMITTED, SIGNATORIES),
        Step(SUBMITTED, "withdraw", WITHDRAWN, SIGNATORIES),
        Step(WITHDRAWN, "revise", DRAFT, EDITORS | SIGNATORIES),
        Step(SUBMITTED, "lock", LOCKED, _BY_SYSTEM),
        Step(LOCKED, "evaluate", IN_EVALUATION, _BY_SYSTEM),
        Step(IN_EVALUATION, "ask", "clarification", _CHAIR),
        Step("clarification", "answer", IN_EVALUATION, EDITORS | SIGNATORIES),
        Step("clarification", "lapse", IN_EVALUATION, _BY_SYSTEM),
        Step(IN_EVALUATION, "approve", APPROVED, _CHAIR),
        Step(IN_EVALUATION, "reject", "rejected", _CHAIR),
        Step("rejected", "contest", "contested", SIGNATORIES),
        Step("contested", "approve", APPROVED, _APPEAL),
        Step("contested", "reject", "rejected", _APPEAL),
        Step("contested", "lapse", "rejected", _BY_SYSTEM),
        Step(APPROVED, "finalise", "final", _BY_SYSTEM),
        Step("rejected", "finalise", "final", _BY_SYSTEM),
    ],
    timers={
        "clarification": Timer(timedelta(days=5), "lapse"),
        "contested": Timer(timedelta(days=30), "lapse"),
        APPROVED: Timer(timedelta(days=30), "finalise"),
        "rejected": Timer(timedelta(days=30), "finalise"),
    },
)
# What the commission may look at: nothing that the institution may still take back.
SEEN_BY_COMMISSION = frozenset(OFFER.states - {DRAFT, SUBMITTED, WITHDRAWN})
UNDECIDED = frozenset({SUBMITTED, LOCKED, IN_EVALUATION, "clarification"})
