"""Which steps a call and a programme may take; what the tables lack is refused.

Source: 01-mission, section 5 (programme). A call goes from draft to published; it is closed when
its learning phase is over and archived when its retention ends.
"""

from typing import Any

from ila_kit.states import SYSTEM, StateMachine, Step

from ila_catalog.domain.errors import CallNotPublished

DRAFT, PUBLISHED, CLOSED, ARCHIVED = "draft", "published", "closed", "archived"
COMPLETE, BOUND, APPROVED = "complete", "bound", "approved"
_BY_SYSTEM = frozenset({SYSTEM})
_EDITORS = frozenset({"provider_admin", "provider_editor"})

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
        Step(DRAFT, "complete", COMPLETE, _EDITORS),
        Step(COMPLETE, "reopen", DRAFT, _EDITORS),
        Step(COMPLETE, "bind", BOUND, _BY_SYSTEM),
        Step(BOUND, "unbind", COMPLETE, _BY_SYSTEM),
        Step(BOUND, "approve", APPROVED, _BY_SYSTEM),
        Step(APPROVED, "publish", PUBLISHED, _BY_SYSTEM, guard=_call_is_published),
        Step(PUBLISHED, "close", CLOSED, _BY_SYSTEM),
        Step(CLOSED, "archive", ARCHIVED, _BY_SYSTEM),
    ],
)
