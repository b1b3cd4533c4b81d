"""The life of a learner application, in one table: what it lacks is refused.

Source: 01-mission section 5; timers BR-605, BR-506 [default]; the real length of a timer is the
call's and the programme's (`Offering.deadline`).
"""

from datetime import timedelta

from ila_kit.states import SYSTEM, StateMachine, Step, Timer

LEARNER = "learner"
ELIGIBILITY_OFFICER = "eligibility_officer"
APPEAL_OFFICER = "appeal_officer"
_BY_LEARNER = frozenset({LEARNER})
_BY_SYSTEM = frozenset({SYSTEM})
_BY_OFFICER = frozenset({ELIGIBILITY_OFFICER})
_BY_APPEAL = frozenset({APPEAL_OFFICER})
_BY_PROVIDER = frozenset({"provider_admin", "provider_editor", "provider_trainer"})

IN_GROUP = ("enrolled", "learning", "interrupted")
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
    *IN_GROUP,
)
# A provisional decision moves on with a mark, and is checked again wherever it has come to.
RECHECKED = (
    "provisional",
    "waiting",
    "waiting_for_funds",
    "offered",
    "accepted",
    *IN_GROUP,
    "completed",
)
# Where evidence by hand may help an officer to decide.
PROVABLE = ("needs_evidence", "contested", *RECHECKED[:-1])
# Money that was held can be lost only while its application goes on.
_WITH_MONEY = ("offered", "accepted", *IN_GROUP)

APPLICATION = StateMachine(
    "application",
    "draft",
    [
        Step("draft", "submit", "submitted", _BY_LEARNER),
        Step("draft", "lapse", "expired", _BY_SYSTEM),
        Step("submitted", "check", "checking", _BY_SYSTEM),
        Step("submitted", "lapse", "expired", _BY_SYSTEM),
        Step("checking", "pass", "eligible", _BY_SYSTEM),
        Step("checking", "pass_provisionally", "provisional", _BY_SYSTEM),
        Step("checking", "ask_evidence", "needs_evidence", _BY_SYSTEM),
        Step("checking", "refuse", "ineligible", _BY_SYSTEM),
        Step("checking", "lapse", "expired", _BY_SYSTEM),
        *(Step(state, "give_evidence", state, _BY_LEARNER) for state in PROVABLE),
        Step("needs_evidence", "accept_evidence", "eligible", _BY_OFFICER),
        Step("needs_evidence", "refuse", "ineligible", _BY_OFFICER | _BY_SYSTEM),
        Step("provisional", "confirm", "eligible", _BY_OFFICER | _BY_SYSTEM),
        Step("provisional", "queue", "waiting", _BY_SYSTEM),
        Step("provisional", "lack_funds", "waiting_for_funds", _BY_SYSTEM),
        Step("provisional", "refuse_funds", "ineligible", _BY_SYSTEM),
        Step("provisional", "offer", "offered", _BY_SYSTEM),
        Step("ineligible", "contest", "contested", _BY_LEARNER),
        Step("ineligible", "settle", "ineligible_final", _BY_SYSTEM),
        Step("contested", "uphold_contest", "eligible", _BY_APPEAL),
        Step("contested", "dismiss_contest", "ineligible_final", _BY_APPEAL | _BY_SYSTEM),
        Step("eligible", "queue", "waiting", _BY_SYSTEM),
        Step("eligible", "lack_funds", "waiting_for_funds", _BY_SYSTEM),
        Step("eligible", "refuse_funds", "ineligible", _BY_SYSTEM),
        Step("eligible", "offer", "offered", _BY_SYSTEM),
        Step("waiting", "promote", "eligible", _BY_SYSTEM),
        Step("waiting", "promote_provisionally", "provisional", _BY_SYSTEM),
        Step("waiting", "draw_place", "eligible", _BY_SYSTEM),
        Step("waiting", "draw_place_provisionally", "provisional", _BY_SYSTEM),
        Step("waiting", "lapse", "expired", _BY_SYSTEM),
        Step("waiting_for_funds", "offer", "offered", _BY_SYSTEM),
        Step("waiting_for_funds", "refuse_funds", "ineligible", _BY_SYSTEM),
        Step("waiting_for_funds", "lapse", "expired", _BY_SYSTEM),
        Step("offered", "accept", "accepted", _BY_LEARNER),
        Step("offered", "lapse", "expired", _BY_SYSTEM),
        Step("accepted", "enrol", "enrolled", _BY_SYSTEM),
        Step("accepted", "lapse", "expired", _BY_SYSTEM),
        Step("enrolled", "join_group", "enrolled", _BY_SYSTEM | _BY_PROVIDER),
        Step("enrolled", "start", "learning", _BY_SYSTEM | _BY_PROVIDER),
        Step("enrolled", "transfer", "transferred", _BY_PROVIDER),
        Step("enrolled", "note_no_show", "no_show", _BY_PROVIDER),
        Step("enrolled", "lapse", "expired", _BY_SYSTEM),
        Step("learning", "join_group", "learning", _BY_SYSTEM | _BY_PROVIDER),
        Step("learning", "interrupt", "interrupted", _BY_PROVIDER),
        Step("learning", "transfer", "transferred", _BY_PROVIDER),
        Step("learning", "note_no_show", "no_show", _BY_PROVIDER),
        Step("learning", "drop_out", "not_completed", _BY_PROVIDER),
        Step("learning", "complete", "completed", _BY_SYSTEM),
        Step("learning", "fail", "not_completed", _BY_SYSTEM),
        Step("learning", "lapse", "expired", _BY_SYSTEM),
        Step("interrupted", "resume", "learning", _BY_PROVIDER),
        Step("interrupted", "drop_out", "not_completed", _BY_PROVIDER),
        Step("interrupted", "fail", "not_completed", _BY_SYSTEM),
        *(Step(state, "commit_funds", state, _BY_SYSTEM) for state in (*IN_GROUP, "completed")),
        Step("completed", "note_payment", "completed", _BY_SYSTEM),
        *(Step(state, "cancel_group", "expired", _BY_SYSTEM) for state in IN_GROUP),
        *(Step(state, "lose_funds", "expired", _BY_SYSTEM) for state in _WITH_MONEY),
        *(Step(state, "confirm", state, _BY_OFFICER | _BY_SYSTEM) for state in RECHECKED[1:]),
        *(Step(state, "refuse", "ineligible", _BY_OFFICER | _BY_SYSTEM) for state in RECHECKED),
        *(Step(state, "close", "expired", _BY_SYSTEM) for state in (*_WITHDRAWABLE, "contested")),
        *(Step(state, "withdraw", "withdrawn", _BY_LEARNER) for state in _WITHDRAWABLE),
    ],
    timers={
        "draft": Timer(timedelta(days=30), "lapse"),
        "submitted": Timer(timedelta(days=90), "lapse"),
        "checking": Timer(timedelta(days=90), "lapse"),
        "needs_evidence": Timer(timedelta(days=14), "refuse"),
        "provisional": Timer(timedelta(hours=24), "lack_funds"),
        "ineligible": Timer(timedelta(days=31), "settle"),
        "contested": Timer(timedelta(days=31), "dismiss_contest"),
        "eligible": Timer(timedelta(hours=24), "lack_funds"),
        "waiting": Timer(timedelta(days=90), "lapse"),
        "waiting_for_funds": Timer(timedelta(days=14), "lapse"),
        "offered": Timer(timedelta(hours=48), "lapse"),
        "accepted": Timer(timedelta(days=90), "lapse"),
        "enrolled": Timer(timedelta(days=120), "lapse"),
        "learning": Timer(timedelta(days=270), "lapse"),
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
LOST = OVER - {"completed"}
WITH_PLACE = frozenset(
    {
        "eligible",
        "provisional",
        "waiting_for_funds",
        "offered",
        "accepted",
        *IN_GROUP,
        "completed",
        "not_completed",
    }
)
UNCHECKED = frozenset({"submitted", "checking"})
