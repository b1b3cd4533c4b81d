"""Every state, action and role of every table: what is not written here is refused."""

from itertools import product

import pytest
from ila_identity.domain.bank_accounts import BANK_ACCOUNT
from ila_identity.domain.employers import EMPLOYER_REGISTRATION
from ila_identity.domain.members import MEMBER
from ila_identity.domain.organisations import ORGANISATION
from ila_identity.domain.registrations import REGISTRATION
from ila_identity.domain.role_proposals import ROLE_PROPOSAL
from ila_identity.domain.roles import AGENCY, IN_ORGANISATION
from ila_identity.domain.sanctions import REPLY, SANCTION
from ila_identity.domain.service_clients import SERVICE_CLIENT
from ila_kit.states import SYSTEM, NotYourStep, WrongState

# state action → state: by whom. Guards are tested with the use cases.
TABLES = {
    REGISTRATION: """
        draft change draft registrant
        draft authorise draft registrant
        draft submit submitted registrant
        draft lapse refused system
        submitted authorise submitted registrant
        submitted check_authorisation submitted user_approver
        submitted endorse submitted user_approver
        submitted approve approved user_approver
        submitted return returned user_approver
        submitted refuse refused user_approver
        submitted note_due_soon submitted system
        submitted note_overdue submitted system
        returned change returned registrant
        returned authorise returned registrant
        returned submit submitted registrant
        returned lapse refused system
    """,
    ORGANISATION: """
        active suspend suspended sanction_officer
        active close closed sanction_officer
        suspended suspend suspended sanction_officer
        suspended ease suspended sanction_officer system
        suspended reinstate active sanction_officer system
        suspended close closed sanction_officer
        closed ease closed sanction_officer system
    """,
    SANCTION: """
        in_force lift lifted sanction_officer
        in_force end ended system
    """,
    REPLY: """
        awaited reply given provider_admin provider_signatory
        awaited miss missed system
    """,
    EMPLOYER_REGISTRATION: """
        asking register registered system
        asking refuse refused system
        asking withdraw withdrawn registrant
        asking lapse lapsed system
    """,
    MEMBER: """
        pending confirm confirmed provider_admin employer_admin user_approver
        pending admit confirmed system
        pending end ended provider_admin employer_admin system
        pending lapse ended system
        confirmed apply active system
        confirmed end ended provider_admin employer_admin system
        confirmed lapse ended system
        active reduce active provider_admin employer_admin
        active change changing provider_admin employer_admin
        active end ended provider_admin employer_admin system
        changing confirm active provider_admin employer_admin user_approver
        changing withdraw active provider_admin employer_admin
        changing lapse active system
        changing end ended provider_admin employer_admin system
    """,
    ROLE_PROPOSAL: """
        pending confirm active platform_admin
        pending revoke revoked platform_admin
        pending lapse lapsed system
        active revoke revoked platform_admin
    """,
    BANK_ACCOUNT: """
        added confirm confirmed provider_admin provider_signatory
        added lapse lapsed system
        confirmed replace replaced system
    """,
    SERVICE_CLIENT: """
        active suspend suspended platform_admin
        suspended reinstate active platform_admin
    """,
}
EVERYBODY = sorted(AGENCY | IN_ORGANISATION | {"registrant", "learner", "visitor", SYSTEM})
CASES = [
    pytest.param(machine, state, action, id=f"{machine.name}: {state} {action}")
    for machine in TABLES
    for state, action in product(sorted(machine.states), sorted({name for _, name in machine.steps}))
]
# What stands until somebody wants it otherwise waits for nobody.
STANDING = {
    "organisation": {"active", "suspended", "closed"},
    "sanction": {"in_force"},
    "member": {"active"},
    "bank_account": {"confirmed"},
    "role_proposal": {"active"},
    "service_client": {"active", "suspended"},
}


class Anything:
    """A thing that every guard lets pass."""

    by, as_admin, administrators = "somebody", True, 0

    def __getattr__(self, name):
        return Anything()

    def __iter__(self):
        return iter(())

    def __ge__(self, other):
        return False


def expected(machine):
    rows = [line.split() for line in TABLES[machine].strip().splitlines()]
    return {(state, action): (target, set(roles)) for state, action, target, *roles in rows}


@pytest.mark.parametrize(("machine", "state", "action"), CASES)
def test_only_the_written_steps_are_taken_and_only_by_the_written_roles(machine, state, action):
    target, roles = expected(machine).get((state, action), (None, set()))
    for role in EVERYBODY:
        if role in roles:
            assert machine.next_state(state, action, {role}, Anything()) == target
        else:
            with pytest.raises(NotYourStep if target else WrongState):
                machine.next_state(state, action, {role}, Anything())


@pytest.mark.parametrize("machine", TABLES, ids=lambda one: one.name)
def test_every_state_is_reached_and_every_waiting_one_ends_by_itself(machine):
    reached, frontier = {machine.start}, [machine.start]
    while frontier:
        state = frontier.pop()
        new = {step.target for (source, _), step in machine.steps.items() if source == state} - reached
        reached, frontier = reached | new, frontier + sorted(new)
    assert reached == machine.states
    waiting = {state for state in machine.states if machine.actions(state)}
    assert machine.timers.keys() == waiting - STANDING.get(machine.name, set())
