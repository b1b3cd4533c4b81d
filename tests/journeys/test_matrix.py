"""Every operation as its owner, as a stranger and as nobody: who sees and changes whose."""

import re
import uuid
from functools import partial

import pytest
import requests
from ila_identity.domain.roles import AGENCY, IN_ORGANISATION, LEARNER
from matrix import AUDITOR, Ids, Operation, Somebody, choices, operations, side_by_side
from tenants import Tenant, two_tenants

pytestmark = [pytest.mark.journey, pytest.mark.anywhere, pytest.mark.timeout(300)]
# Asked once in a life: whoever is let in is nobody afterwards (services/identity/tests/integration).
ONCE = {"POST identity/v1/persons/me/erasure"}
OWN = [one for one in operations() if one.own_roles and str(one) not in ONCE]
CASES = [pytest.param(one, role, id=f"{one} as {role}") for one in OWN for role in sorted(one.own_roles)]
READS = [one for one in OWN if one.method == "GET"]
# Tells when it was told, who looked, or what became of letters: another each time.
MOMENTARY = ("/persons/me/", "/accounts/me/statement.pdf", "/messages")
BY_STATE = {409, 412, 422, 428}
REFUSED = {403, 404}
# References that are anybody's to make, and why.
_PERSON = "names a person; only a role held in the institution lets them in"
_NEED = "needs are public; one of another call keeps a draft from completion"
FREE = {
    ("POST applications/v1/applications", "programme_id"): "everybody may apply to what is published",
    ("POST catalog/v1/calls/{call_id}/interest-declarations", "organisation_id"): "of all in the call",
    ("POST applications/v1/groups", "trainer_id"): _PERSON,
    ("PUT applications/v1/groups/{group_id}", "trainer_id"): _PERSON,
    ("POST funding/v1/accounts/{person_id}/top-ups", "programme_id"): "keeps money for what is published",
    ("POST catalog/v1/programmes", "learning_need_id"): _NEED,
    ("PUT catalog/v1/programmes/{programme_id}", "learning_need_id"): _NEED,
}
REFERENCES = [
    pytest.param(one, role, kind, id=f"{one} as {role} with their {kind}")
    for one in OWN
    for role in sorted(one.own_roles)
    for kind in one.references
    if (str(one), kind) not in FREE
]
NESTED = [case for case in CASES if len(case.values[0].parameters) > 1]
UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def tenants() -> tuple[Tenant, Tenant]:
    """Ours and theirs."""
    return two_tenants()


@pytest.fixture(scope="module")
def ours(tenants: tuple[Tenant, Tenant]) -> Tenant:
    """The institution and the learners whose things are asked for."""
    return tenants[0]


@pytest.fixture(scope="module")
def theirs(tenants: tuple[Tenant, Tenant]) -> Tenant:
    """The institution and the learners that have no business with them."""
    return tenants[1]


@pytest.fixture(scope="module")
def before(ours: Tenant) -> dict[str, str]:
    """What the owners saw before any stranger came."""
    return seen(ours)


def seen(tenant: Tenant) -> dict[str, str]:
    """Return everything as the auditor sees it, or as its owners do."""
    answers = side_by_side(
        partial(who.send, operation, ids)
        for operation in READS
        if not any(one in operation.path for one in MOMENTARY)
        for role in sorted(operation.own_roles)[:1]
        for who in ([AUDITOR] if "auditor" in operation.roles else tenant.everybody(role))
        for ids in choices(operation.parameters, tenant.ids)
    )
    return {f"{one.url} {number}": one.text for number, one in enumerate(answers) if one.ok}


def told(answer: requests.Response) -> tuple[int, str]:
    """Return status and code of an answer."""
    problem = "problem" in answer.headers.get("Content-Type", "")
    return answer.status_code, answer.json()["code"] if problem else ""


def leaks(answer: requests.Response, secret: set[str]) -> set[str]:
    """Return what an answer tells of these ids."""
    return set(UUID.findall(answer.text)) & secret


def strangers(operation: Operation, role: str, ours: Tenant, theirs: Tenant) -> list[Somebody]:
    """Return who holds a role elsewhere, and here those that do not count; and a machine acting for them."""
    useless = [(one, ours.organisation) for one in sorted(IN_ORGANISATION - operation.roles)]
    person, roles = theirs.people[role][0], (theirs.held(role), *useless)
    return [Somebody(person, roles, read='"1"'), Somebody("svc:stranger", roles, person, '"1"')]


def unknown(kinds: list[str]) -> Ids:
    """Return ids that nothing has."""
    return {kind: str(uuid.uuid4()) for kind in kinds}


def audited(operation: Operation, who: Somebody) -> str:
    """Return what the service's audit trail has of somebody."""
    trail = f"/api/{operation.service}/v1/audit-events?actor={who.name}&limit=200"
    answer = AUDITOR.get(operation.service, trail)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(("operation", "role"), CASES)
def test_a_stranger_is_told_what_is_told_of_a_thing_that_is_not_there(operation, role, before, ours, theirs):
    secret = ours.everything - theirs.everything
    refused = REFUSED if operation.parameters else REFUSED | {422}
    binding = [kind for kind in operation.references if (str(operation), kind) not in FREE]
    private = [kind for kind in {*operation.parameters, *binding} if kind != "call_id"]
    person, machine = strangers(operation, role, ours, theirs)
    for who, chosen in ((person, choices(operation.parameters, ours.ids)), (machine, [ours.newest])):
        trail = audited(operation, who)
        nobody = told(who.send(operation, ours.newest | unknown(private))) if private else None
        asked = [ours.newest | ids for ids in chosen]
        answers = side_by_side(partial(who.send, operation, ids) for ids in asked)
        for ids, answer in zip(asked, answers, strict=True):
            assert not leaks(answer, secret - {*ids.values()})
            if private:
                assert answer.status_code in refused, answer.text
                assert told(answer) == nobody, "tells that it is there"
        if private:
            assert audited(operation, who) == trail, "leaves traces"


@pytest.mark.parametrize("operation", [one for one in READS if one.filters], ids=str)
def test_a_filter_for_what_is_ours_gives_a_stranger_nothing(operation, ours, theirs):
    secret = ours.everything - theirs.everything
    asked = [(kind, ids[kind]) for kind in operation.filters for ids in choices([kind], ours.ids)]
    for role in operation.own_roles:
        for who in strangers(operation, role, ours, theirs):
            addresses = [f"{operation.address(ours.newest)}?{kind}={one}" for kind, one in asked]
            answers = side_by_side(partial(who.get, operation.service, address) for address in addresses)
            for address, answer in zip(addresses, answers, strict=True):
                assert not leaks(answer, secret - {*UUID.findall(address)}), f"{role} at {address}"


def test_nothing_of_ours_has_changed_meanwhile(before, ours):
    after = seen(ours)

    assert {name for name in before if before[name] != after[name]} == set()


@pytest.mark.parametrize("operation", OWN, ids=str)
def test_without_the_role_nobody_is_let_in(operation, ours):
    person, others = ours.people[LEARNER][0], ({LEARNER} | AGENCY | IN_ORGANISATION) - operation.roles
    held = tuple((role, ours.organisation if role in IN_ORGANISATION else None) for role in sorted(others))
    scopes = tuple((scope, None) for scope in ("act", "identity.facts", "identity.names"))

    assert Somebody().send(operation, ours.newest).status_code == 401
    assert told(Somebody(person, held).send(operation, ours.newest)) == (403, "forbidden")
    assert told(Somebody("svc:machine", scopes, person).send(operation, ours.newest)) == (403, "forbidden")


@pytest.mark.parametrize(("operation", "role", "kind"), REFERENCES)
def test_an_own_request_that_names_what_is_theirs_is_refused(operation, role, kind, ours, theirs):
    codes = set()
    for answer in side_by_side(
        partial(who.send, operation, ours.newest | ids, {kind: theirs.newest[kind]})
        for who in ours.everybody(role)
        for ids in choices(operation.parameters, ours.ids)
    ):
        assert answer.status_code in REFUSED | BY_STATE, f"{told(answer)}: {answer.text}"
        codes.add(told(answer))
    by_name = {code for code in codes if code[0] in REFUSED | {422}} - {(422, "invalid-request")}
    assert by_name - ({(404, "not-found")} if len(operation.parameters) > 1 else set()), f"only {codes}"


@pytest.mark.parametrize(("operation", "role"), NESTED)
def test_a_part_is_reached_only_through_its_own_whole(operation, role, ours, theirs):
    *whole, part = operation.parameters
    for kinds, foreign in ((whole, [part]), ([part], whole)):
        answers = side_by_side(
            partial(who.send, operation, ours.newest | ids | {kind: theirs.newest[kind] for kind in foreign})
            for who in ours.everybody(role)
            for ids in choices(kinds, ours.ids)
        )
        assert (404, "not-found") in map(told, answers), f"their {foreign}: {[*map(told, answers)]}"
        for answer in answers:
            assert answer.status_code in {404} | BY_STATE, f"their {foreign}: {told(answer)}: {answer.text}"


@pytest.mark.parametrize("operation", [one for one in READS if LEARNER in one.own_roles], ids=str)
def test_a_machine_that_acts_for_a_learner_sees_what_the_learner_sees(operation, ours):
    learner = ours.somebody(LEARNER)
    machine = Somebody("svc:machine", learner.roles, acts_for=learner.name)
    for ids in choices(operation.parameters, ours.ids):
        assert told(machine.send(operation, ids)) == told(learner.send(operation, ids))


@pytest.mark.parametrize(("operation", "role"), CASES)
def test_the_owner_is_let_in(operation, role, ours):
    answers = set()
    for who in ours.everybody(role):
        for ids in choices(operation.parameters, ours.ids):
            answers.add(told(who.send(operation, ours.newest | ids)))
            if any(status < 300 or status in BY_STATE for status, _ in answers - {(422, "invalid-request")}):
                return
    raise AssertionError(f"only {answers}")
