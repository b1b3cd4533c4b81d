"""A company becomes an employer over the gateway: by its register alone, also after that was away."""

import secrets

import employers
import institutions
import pytest
import walk
from ila_stubs.registers.institutions import legal_person_numbers
from process import CATALOG, IDENTITY, Process, good
from suite import eventually
from test_bad_input import problem

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
BOSS, COLLEAGUE, APPROVER, OFFICER = (
    *("employer-admin", "employer-colleague"),
    *("agency-user-approver", "agency-sanction-officer"),
)
ALONE, JOINTLY, INSOLVENT, STRUCK_OFF = "98000000017", "98000000021", "98000000036", "98000000040"
GROUNDS = {"facts": "Uzņēmums beidz darbu.", "legal_basis": "Paraugs"}


@pytest.fixture
def process() -> Process:
    return walk.new_process(patience=30)


@pytest.fixture
def free(process: Process) -> None:
    """Close the company that an earlier journey registered, so that it may be registered."""
    listed = f"{IDENTITY}/organisations?kind=employer&state=active&q={ALONE}"
    for one in process.read("auditor", listed)["items"]:
        process.do(OFFICER, f"{IDENTITY}/organisations/{one['id']}/closure", GROUNDS)


def roles(process: Process, name: str) -> list[tuple[str, str | None]]:
    me = process.read(name, f"{IDENTITY}/persons/me")
    return [(one["role"], one["organisation"]) for one in me["roles"]]


@pytest.mark.usefixtures("free")
def test_a_company_becomes_an_employer_with_two_administrators_and_is_closed(process):
    made = employers.decided(process, BOSS, ALONE)
    assert (made["state"], made["title"]) == ("registered", 'SIA "Paraugu darbnīca"')
    assert made["register"]["hash"]
    place = made["organisation_id"]
    path = f"{IDENTITY}/organisations/{place}"
    # The session that was there before holds the role: nobody signs in again.
    seen = eventually(lambda: process.by(BOSS).get(path), lambda answer: answer.status_code == 200)
    assert (seen.json()["kind"], seen.json()["seat"][:8]) == ("employer", "Paraugu ")
    problem(employers.begin(process, BOSS, ALONE), 409, "employer-already-registered")

    who = institutions.person(COLLEAGUE)
    named = {name: getattr(who, name) for name in ("given_name", "family_name", "personal_code")}
    wrong = process.by(BOSS).post(f"{path}/members", named | {"roles": ["provider_admin"]})
    problem(wrong, 422, "role-not-of-organisation")
    member = process.do(BOSS, f"{path}/members", named | {"roles": ["employer_admin"]}, 201)
    process.by(COLLEAGUE)
    confirmed = process.do(APPROVER, f"{path}/members/{member['id']}/confirmation")
    assert confirmed["state"] in ("confirmed", "active")
    process.sign_in_again(COLLEAGUE)
    assert ("employer_admin", place) in roles(process, COLLEAGUE)

    barred = process.by(OFFICER).post(f"{path}/suspension", GROUNDS | {"scope": "payments"})
    problem(barred, 422, "sanction-not-for-employers")
    offered = process.by("auditor").get(f"{CATALOG}/programmes?organisation_id={place}")
    assert good(offered, 200)["items"] == []
    assert process.do(OFFICER, f"{path}/closure", GROUNDS)["state"] == "closed"
    for name in (BOSS, COLLEAGUE):
        eventually(
            lambda name=name: process.by(name).get(path).status_code, lambda status: status in (401, 403, 404)
        )
        process.sign_in_again(name)
        assert "employer_admin" not in dict(roles(process, name))


@pytest.mark.parametrize(
    ("who", "number", "reason"),
    [
        (BOSS, JOINTLY, "only_jointly"),
        (BOSS, INSOLVENT, "insolvent"),
        (BOSS, STRUCK_OFF, "struck_off"),
        (BOSS, "40003009497", "unknown_number"),
        (COLLEAGUE, JOINTLY, "not_entitled"),
    ],
)
def test_the_register_refuses_with_a_reason_in_both_languages(process, who, number, reason):
    refused = employers.decided(process, who, number)

    assert (refused["state"], refused["reason"]["code"], refused["organisation_id"]) == (
        "refused",
        reason,
        None,
    )
    assert refused["reason"]["text_lv"] != refused["reason"]["text_en"]
    assert "employer_admin" not in dict(roles(process, who))


def test_a_wrong_number_is_named_at_its_field(process):
    answer = employers.begin(process, BOSS, "98000000018")

    assert "/legal_person_number" in problem(answer, 422, "malformed-number")["errors"]


def test_a_register_that_is_away_is_asked_until_it_is_back(process, registers):
    number = next(legal_person_numbers(9_600_000_000 + secrets.randbelow(10**8)))  # nothing of it is cached
    registers("error", "legal_persons")
    begun = good(employers.begin(process, BOSS, number), 201)
    path = f"{employers.REGISTRATIONS}/{begun['id']}"
    problem(employers.begin(process, BOSS, number), 409, "employer-asked-already")
    waiting = process.wait(BOSS, path, lambda seen: seen["version"] > 2)
    assert (waiting["state"], waiting["actions"]) == ("asking", ["withdrawal"])
    registers("none")

    ended = process.wait(BOSS, path, lambda seen: seen["state"] != "asking")
    assert (ended["state"], ended["reason"]["code"]) == ("refused", "unknown_number")
