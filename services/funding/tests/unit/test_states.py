"""Every state, action and role of claims and payment runs: what the tables lack is refused."""

from itertools import product

import pytest
from ila_funding.domain.claim import CLAIM_STATES
from ila_funding.domain.payment_run import RUN_STATES
from ila_kit.errors import DomainError

OFFICER, CHECKER, RELEASER = "claim_officer", "payment_checker", "payment_releaser"
ROLES = [
    *("learner", "provider_admin", "provider_editor", "provider_signatory", "provider_trainer"),
    *(OFFICER, "payment_maker", CHECKER, RELEASER, "rate_manager", "auditor", "platform_admin", "system"),
]
CLAIM_STEPS = {
    ("built", "submit"): ("submitted", {"provider_signatory"}),
    ("built", "lapse"): ("refused", {"system"}),
    ("submitted", "check"): ("checked", {OFFICER}),
    ("submitted", "remind"): ("submitted", {"system"}),
    ("checked", "approve"): ("approved", {OFFICER}),
    ("checked", "reduce"): ("reduced", {OFFICER}),
    ("checked", "refuse"): ("refused", {OFFICER}),
    ("checked", "remind"): ("checked", {"system"}),
    ("approved", "pay"): ("paid", {CHECKER}),
    ("approved", "remind"): ("approved", {"system"}),
    ("reduced", "pay"): ("paid", {CHECKER}),
    ("reduced", "remind"): ("reduced", {"system"}),
    ("paid", "recover"): ("recovered", {CHECKER}),
}
RUN_STEPS = {
    ("made", "check"): ("checked", {CHECKER}),
    ("made", "fail"): ("failed", {CHECKER, RELEASER}),
    ("made", "lapse"): ("failed", {"system"}),
    ("checked", "release"): ("released", {RELEASER}),
    ("checked", "fail"): ("failed", {CHECKER, RELEASER}),
    ("checked", "lapse"): ("failed", {"system"}),
    ("released", "export"): ("exported", {"payment_maker", CHECKER, RELEASER}),
    ("released", "fail"): ("failed", {CHECKER, RELEASER}),
    ("released", "remind"): ("released", {"system"}),
    ("exported", "settle"): ("settled", {CHECKER}),
    ("exported", "fail"): ("failed", {CHECKER, RELEASER}),
    ("exported", "remind"): ("exported", {"system"}),
}


@pytest.mark.parametrize(
    ("machine", "steps"), [(CLAIM_STATES, CLAIM_STEPS), (RUN_STATES, RUN_STEPS)], ids=["claim", "run"]
)
def test_every_step_is_taken_by_its_roles_and_every_other_is_refused(machine, steps):
    actions = {action for _, action in [*CLAIM_STEPS, *RUN_STEPS]}
    for state, action, role in product(machine.states, actions, ROLES):
        target, roles = steps.get((state, action), (None, set()))
        try:
            found, code = machine.next_state(state, action, [role]), None
        except DomainError as refusal:
            found, code = None, refusal.code
        expected = None if role in roles else "wrong-state" if target is None else "not-your-step"
        assert (found, code) == (target if role in roles else None, expected), (state, action, role)


@pytest.mark.parametrize(
    ("machine", "final"),
    [(CLAIM_STATES, {"refused", "paid", "recovered"}), (RUN_STATES, {"settled", "failed"})],
)
def test_every_state_that_waits_for_somebody_has_a_timer(machine, final):
    assert machine.states - set(machine.timers) == final


def test_the_states_are_those_of_the_mission():
    assert CLAIM_STATES.states == {
        *("built", "submitted", "checked", "approved", "reduced", "refused", "paid", "recovered")
    }
    assert RUN_STATES.states == {"made", "checked", "released", "exported", "settled", "failed"}
