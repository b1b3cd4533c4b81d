"""A sanction reaches the services it names and no other, is answered by the institution, and ends."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import suite

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
IDENTITY = "/api/identity/v1"
OFFICER = "agency-sanction-officer"
GROUNDS = {"facts": "Nodarbības nenotika norādītajā vietā.", "legal_basis": "MK noteikumi Nr. 506"}


@pytest.fixture(scope="module")
def wanted() -> dict[str, Any]:
    """A published programme."""
    return suite.programme("module_set")


@pytest.fixture(scope="module")
def admin(wanted: dict[str, Any]) -> suite.Caller:
    """The administrator of the institution that gives it."""
    people = [suite.persona(f"provider-{letter}-admin") for letter in "ab"]
    return next(one for one in people if place_of(one)["viis_number"] == wanted["provider"]["viis_number"])


@pytest.fixture
def place(admin: suite.Caller) -> Iterator[str]:
    """The address of the institution; nothing is barred to it before and afterwards."""
    path = f"{IDENTITY}/organisations/{place_of(admin)['id']}"
    yield path
    suite.persona(OFFICER).post(f"{path}/reinstatement", {"reason": "the journey is over"})


@pytest.fixture
def learner() -> suite.Caller:
    """Somebody with nothing open."""
    somebody = suite.persona("learner-39")
    suite.clear(somebody)
    return somebody


def place_of(admin: suite.Caller) -> dict[str, Any]:
    """Return the one institution that somebody sees."""
    found: dict[str, Any] = admin.read(f"{IDENTITY}/organisations")["items"][0]
    return found


def impose(place: str, scope: str) -> None:
    """Impose a sanction."""
    answer = suite.persona(OFFICER).post(f"{place}/suspension", GROUNDS | {"scope": scope})
    assert answer.status_code == 200, answer.text


def begin(learner: suite.Caller, wanted: dict[str, Any]) -> requests.Response:
    """Begin an application; one that was begun is withdrawn again."""
    answer = learner.post(suite.APPLICATIONS, {"programme_id": wanted["id"]})
    if answer.status_code == 201:
        suite.withdraw(learner, answer.json()["id"])
    return answer


def test_nobody_new_is_let_in_until_the_sanction_is_lifted(place, learner, wanted):
    drafted = suite.draft(learner, wanted)["id"]
    impose(place, "new_enrolments")

    suite.eventually(lambda: begin(learner, wanted).json().get("code"), "enrolments-barred")
    assert suite.submit(learner, drafted, wanted).json()["code"] == "enrolments-barred"
    shown = suite.persona(OFFICER).read(place)
    assert (shown["state"], shown["barred"]) == ("suspended", ["new_enrolments"])

    suite.persona(OFFICER).post(f"{place}/reinstatement", {"reason": "mended"})
    answer = suite.eventually(
        lambda: suite.submit(learner, drafted, wanted), lambda seen: "enrolments-barred" not in seen.text
    )
    assert answer.json().get("code") in (None, "applications-closed", "applications-not-open-yet"), (
        answer.text
    )


def test_a_sanction_of_payments_lets_people_in(place, learner, wanted):
    impose(place, "new_enrolments")
    suite.eventually(lambda: begin(learner, wanted).json().get("code"), "enrolments-barred")
    impose(place, "payments")
    only = [
        one
        for one in suite.persona(OFFICER).read(f"{place}/sanctions")["items"]
        if one["state"] == "in_force"
    ]
    lifted = next(one["id"] for one in only if one["scope"] == "new_enrolments")
    body = {"reason": "mended", "sanction_id": lifted}
    assert suite.persona(OFFICER).post(f"{place}/reinstatement", body).json()["barred"] == ["payments"]

    suite.eventually(lambda: begin(learner, wanted).status_code, 201)


def test_the_institution_reads_and_answers_what_concerns_it_and_nobody_else_does(place, admin):
    impose(place, "new_offers")
    sanction = admin.read(f"{place}/sanctions?state=in_force")["items"][0]
    assert (sanction["facts"], sanction["reply_state"]) == (GROUNDS["facts"], "awaited")
    reply = f"{place}/sanctions/{sanction['id']}/reply"
    foreign = suite.persona("newcomer-admin")
    assert foreign.get(f"{place}/sanctions").status_code in (403, 404)
    assert foreign.post(reply, {"reply": "Paraugs"}).status_code in (403, 404)

    answer = admin.post(reply, {"reply": "Nodarbības notika citā telpā."})

    assert (answer.status_code, answer.json()["reply_state"]) == (200, "given")
    seen = suite.persona(OFFICER).read(f"{place}/sanctions?reply_state=given")["items"][0]
    assert (seen["id"], seen["reply"]) == (sanction["id"], "Nodarbības notika citā telpā.")
    listed = suite.persona("auditor").read(f"{IDENTITY}/organisations?barred=new_offers")["items"]
    assert place.rpartition("/")[2] in [one["id"] for one in listed]
