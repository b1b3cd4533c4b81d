"""Which steps calls, places, programmes and offers may take; what the tables lack is refused.

Source: 01-mission, section 5. A call goes from draft to published; it is closed when
its learning phase is over and archived when its retention ends.
"""

from datetime import timedelta
from typing import Any

from ila_kit.states import SYSTEM, StateMachine, Step, Timer

from ila_catalog.domain.errors import CallNotPublished

DRAFT, PUBLISHED, CLOSED, ARCHIVED = "draft", "published", "closed", "archived"
COMPLETE, BOUND, APPROVED = "complete", "bound", "approved"
_BY_SYSTEM = frozenset({SYSTEM})
ENTERED, MATCHED, NOT_MATCHED = "entered", "matched", "not_matched"
PROPOSED, APPLIED, LAPSED = "proposed", "applied", "lapsed"
SUBMITTED, WITHDRAWN, LOCKED, IN_EVALUATION = "submitted", "withdrawn", "locked", "in_evaluation"
EDITORS = frozenset({"provider_admin", "provider_editor"})
SIGNATORIES = frozenset({"provider_signatory"})
_CALL_MANAGERS = frozenset({"call_manager"})
_CHAIR = frozenset({"commission_chair"})
_APPEAL = frozenset({"appeal_officer"})

CALL = StateMachine(
    "call",
    DRAFT,
    [
        Step(DRAFT, "publish", PUBLISHED, frozenset({"call_manager", SYSTEM})),
        Step(PUBLISHED, "close", CLOSED, frozenset({"call_manager", SYSTEM})),
        Step(CLOSED, "archive", ARCHIVED, _BY_SYSTEM),
    ],
)


def _call_is_published(call: Any) -> None:
    """Refuse to publish a programme of a call that is not published itself."""
    if call.state != PUBLISHED:
        raise CallNotPublished(call_id=str(call.id), state=call.state)


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
        Step(APPROVED, "publish", PUBLISHED, _BY_SYSTEM, guard=_call_is_published),
        Step(PUBLISHED, "close", CLOSED, _BY_SYSTEM),
        Step(CLOSED, "archive", ARCHIVED, _BY_SYSTEM),
    ],
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
        Step(PROPOSED, "lapse", LAPSED, _BY_SYSTEM),
    ],
    timers={PROPOSED: Timer(timedelta(days=14), "lapse")},
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
