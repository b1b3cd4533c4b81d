"""Every state × every action × every role: only what the table names happens, and only by whom it names."""

import pytest
from ila_applications.domain.states import APPLICATION
from ila_kit.states import SYSTEM, NotYourStep, WrongState

ROLES = [
    *("learner", "provider_admin", "provider_editor", "provider_trainer", "provider_signatory"),
    *("eligibility_officer", "appeal_officer", "result_verifier", "call_manager", "claim_officer"),
    *("payment_maker", "auditor", "platform_admin", SYSTEM),
]
ACTIONS = sorted({action for _, action in APPLICATION.steps})
PROVIDER = {"provider_admin", "provider_editor", "provider_trainer"}
# The table again, action by action: from where to where, and by whom. `=` stays where it is.
GOING_ON = "provisional waiting waiting_for_funds offered accepted enrolled learning interrupted"
OPEN = f"draft submitted checking needs_evidence eligible {GOING_ON}"
EXPECTED = {
    "submit": ("draft", "submitted", {"learner"}),
    "check": ("submitted", "checking", {SYSTEM}),
    "pass": ("checking", "eligible", {SYSTEM}),
    "pass_provisionally": ("checking", "provisional", {SYSTEM}),
    "ask_evidence": ("checking", "needs_evidence", {SYSTEM}),
    "give_evidence": (f"needs_evidence contested {GOING_ON}", "=", {"learner"}),
    "accept_evidence": ("needs_evidence", "eligible", {"eligibility_officer"}),
    "contest": ("ineligible", "contested", {"learner"}),
    "settle": ("ineligible", "ineligible_final", {SYSTEM}),
    "uphold_contest": ("contested", "eligible", {"appeal_officer"}),
    "dismiss_contest": ("contested", "ineligible_final", {"appeal_officer", SYSTEM}),
    "queue": ("eligible provisional", "waiting", {SYSTEM}),
    "promote": ("waiting", "eligible", {SYSTEM}),
    "promote_provisionally": ("waiting", "provisional", {SYSTEM}),
    "draw_place": ("waiting", "eligible", {SYSTEM}),
    "draw_place_provisionally": ("waiting", "provisional", {SYSTEM}),
    "lack_funds": ("eligible provisional", "waiting_for_funds", {SYSTEM}),
    "refuse_funds": ("eligible provisional waiting_for_funds", "ineligible", {SYSTEM}),
    "offer": ("eligible provisional waiting_for_funds", "offered", {SYSTEM}),
    "accept": ("offered", "accepted", {"learner"}),
    "enrol": ("accepted", "enrolled", {SYSTEM}),
    "join_group": ("enrolled learning", "=", {SYSTEM} | PROVIDER),
    "start": ("enrolled", "learning", {SYSTEM} | PROVIDER),
    "transfer": ("enrolled learning", "transferred", PROVIDER),
    "note_no_show": ("enrolled learning", "no_show", PROVIDER),
    "interrupt": ("learning", "interrupted", PROVIDER),
    "resume": ("interrupted", "learning", PROVIDER),
    "drop_out": ("learning interrupted", "not_completed", PROVIDER),
    "complete": ("learning", "completed", {SYSTEM}),
    "fail": ("learning interrupted", "not_completed", {SYSTEM}),
    "commit_funds": ("enrolled learning interrupted completed", "=", {SYSTEM}),
    "note_payment": ("completed", "=", {SYSTEM}),
    "cancel_group": ("enrolled learning interrupted", "expired", {SYSTEM}),
    "lose_funds": ("offered accepted enrolled learning interrupted", "expired", {SYSTEM}),
    "lapse": (
        "draft submitted checking waiting waiting_for_funds offered accepted enrolled learning",
        "expired",
        {SYSTEM},
    ),
    "close": (f"{OPEN} contested", "expired", {SYSTEM}),
    "withdraw": (OPEN, "withdrawn", {"learner"}),
}


def expected(state, action):
    """Return the target and the roles of a step; None when there is no such step."""
    if action == "confirm" and state in f"{GOING_ON} completed".split():
        target = "eligible" if state == "provisional" else state
        return target, {"eligibility_officer", SYSTEM}
    if action == "refuse" and state in f"checking needs_evidence {GOING_ON} completed".split():
        return "ineligible", {SYSTEM} if state == "checking" else {"eligibility_officer", SYSTEM}
    sources, target, roles = EXPECTED.get(action, ("", "", set()))
    return (state if target == "=" else target, roles) if state in sources.split() else None


def test_this_table_knows_every_action():
    assert EXPECTED.keys() | {"confirm", "refuse"} == set(ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", sorted(APPLICATION.states))
def test_a_step_is_taken_only_from_its_states_and_only_by_its_roles(state, action):
    step = expected(state, action)
    for role in ROLES:
        if step is None:
            with pytest.raises(WrongState):
                APPLICATION.next_state(state, action, {role})
        elif role in step[1]:
            assert APPLICATION.next_state(state, action, {role}) == step[0]
        else:
            with pytest.raises(NotYourStep):
                APPLICATION.next_state(state, action, {role})


@pytest.mark.parametrize("role", ["provider_signatory", "call_manager", "payment_maker", "auditor"])
def test_many_roles_take_no_step_at_all(role):
    assert all(role not in step.roles for step in APPLICATION.steps.values())
