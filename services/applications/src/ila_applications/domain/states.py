"""The life of a learner application, in one table: what it lacks is refused.

Source: 01-mission section 5; timers BR-605, BR-506 [default]; the real length of a timer is the
call's (`Offering.deadline`).
"""

from datetime import timedelta

from ila_kit.states import SYSTEM, StateMachine, Step, Timer

LEARNER = "learner"
_BY_LEARNER = frozenset({LEARNER})
_BY_SYSTEM = frozenset({SYSTEM})
_BY_OFFICER = frozenset({"eligibility_officer"})
_BY_APPEAL = frozenset({"appeal_officer"})
_BY_TRAINER = frozenset({"provider_trainer", "provider_admin"})

_WITHDRAWABLE = (
    "draft",
    "submitted",
    "checking",
    "provisional",
    "needs_evidence",
    "eligible",
    "waiting",
    "waiting_for_funds",
    "offered",
    "accepted",
    "enrolled",
    "learning",
    "interrupted",
)

APPLICATION = StateMachine(
    "application",
    "draft",
    [
        Step("draft", "submit", "submitted", _BY_LEARNER),
        Step("draft", "lapse", "expired", _BY_SYSTEM),
        Step("submitted", "check", "checking", _BY_SYSTEM),
        Step("checking", "pass", "eligible", _BY_SYSTEM),
        Step("checking", "pass_provisionally", "provisional", _BY_SYSTEM),
        Step("checking", "ask_evidence", "needs_evidence", _BY_SYSTEM),
        Step("checking", "refuse", "ineligible", _BY_SYSTEM),
        Step("needs_evidence", "give_evidence", "checking", _BY_LEARNER),
        Step("needs_evidence", "accept_evidence", "eligible", _BY_OFFICER),
        Step("needs_evidence", "refuse", "ineligible", _BY_OFFICER | _BY_SYSTEM),
        Step("provisional", "pass", "eligible", _BY_SYSTEM),
        Step("provisional", "refuse", "ineligible", _BY_SYSTEM),
        Step("provisional", "queue", "waiting", _BY_SYSTEM),
        Step("provisional", "lack_funds", "waiting_for_funds", _BY_SYSTEM),
        Step("provisional", "offer", "offered", _BY_SYSTEM),
        Step("ineligible", "contest", "contested", _BY_LEARNER),
        Step("contested", "uphold_contest", "eligible", _BY_APPEAL),
        Step("contested", "dismiss_contest", "ineligible_final", _BY_APPEAL),
        Step("eligible", "queue", "waiting", _BY_SYSTEM),
        Step("eligible", "lack_funds", "waiting_for_funds", _BY_SYSTEM),
        Step("eligible", "refuse_funds", "ineligible", _BY_SYSTEM),
        Step("eligible", "offer", "offered", _BY_SYSTEM),
        Step("waiting", "promote", "eligible", _BY_SYSTEM),
        Step("waiting", "lapse", "expired", _BY_SYSTEM),
        Step("waiting_for_funds", "offer", "offered", _BY_SYSTEM),
        Step("waiting_for_funds", "refuse_funds", "ineligible", _BY_SYSTEM),
        Step("waiting_for_funds", "lapse", "expired", _BY_SYSTEM),
        Step("offered", "accept", "accepted", _BY_LEARNER),
        Step("offered", "lapse", "expired", _BY_SYSTEM),
        Step("accepted", "enrol", "enrolled", _BY_SYSTEM),
        Step("accepted", "lapse", "expired", _BY_SYSTEM),
        Step("enrolled", "start", "learning", _BY_SYSTEM),
        Step("enrolled", "transfer", "transferred", _BY_TRAINER),
        Step("enrolled", "note_no_show", "no_show", _BY_TRAINER),
        Step("learning", "interrupt", "interrupted", _BY_TRAINER),
        Step("learning", "transfer", "transferred", _BY_TRAINER),
        Step("learning", "complete", "completed", _BY_SYSTEM),
        Step("learning", "fail", "not_completed", _BY_SYSTEM),
        Step("interrupted", "resume", "learning", _BY_TRAINER),
        Step("interrupted", "fail", "not_completed", _BY_SYSTEM),
        *(Step(state, "withdraw", "withdrawn", _BY_LEARNER) for state in _WITHDRAWABLE),
    ],
    timers={
        "draft": Timer(timedelta(days=30), "lapse"),
        "needs_evidence": Timer(timedelta(days=14), "refuse"),
        "provisional": Timer(timedelta(days=14), "refuse"),
        "eligible": Timer(timedelta(hours=24), "lack_funds"),
        "waiting": Timer(timedelta(days=90), "lapse"),
        "waiting_for_funds": Timer(timedelta(days=14), "lapse"),
        "offered": Timer(timedelta(hours=48), "lapse"),
        "accepted": Timer(timedelta(days=90), "lapse"),
        "interrupted": Timer(timedelta(days=180), "fail"),
    },
)

OVER = frozenset(
    {
        "ineligible",
        "ineligible_final",
        "withdrawn",
        "expired",
        "completed",
        "not_completed",
        "transferred",
        "no_show",
    }
)
LIVE = frozenset(APPLICATION.states - OVER)
WITH_PLACE = frozenset(
    {
        "eligible",
        "provisional",
        "waiting_for_funds",
        "offered",
        "accepted",
        "enrolled",
        "learning",
        "interrupted",
        "completed",
        "not_completed",
    }
)
UNCHECKED = frozenset({"submitted", "checking"})
