"""Each step out of order, by the wrong person, twice or too late is refused by name, and moves nothing."""

import uuid
from datetime import timedelta
from typing import Any

import decisions
import institutions
import learning
import offers
import pytest
import suite
import walk
from citizens import PROVISIONAL, somebody
from process import (
    CATALOG,
    DAY,
    FUNDING,
    IDENTITY,
    LEARNING,
    MODULE,
    MODULE_SET,
    STUDY_COURSE,
    Process,
    good,
    now,
    phase,
)
from suite import APPLICATIONS
from test_bad_input import problem

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def admitted() -> Process:
    """An admitted institution in the offers phase, with a place and two complete programmes."""
    process = walk.new_process(learner="learner-21", patience=30)
    walk.admit(process)
    offers.prepare_place(process)
    for content in (MODULE, MODULE_SET):
        offers.prepare_programme(process, content)
    return process


@pytest.fixture(scope="module")
def published() -> Process:
    """An institution with a published programme, open for applications."""
    process = walk.new_process(learner="learner-22", patience=30)
    walk.admit(process)
    walk.publish(process, MODULE_SET)
    return process


# -- who may


@pytest.mark.parametrize(
    ("who", "path", "body"),
    [
        ("learner-22", f"{CATALOG}/calls", {}),
        ("newcomer-editor", f"{CATALOG}/agreements", {}),
        ("agency-call-manager", f"{CATALOG}/offers", {}),
        ("agency-claim-officer", f"{FUNDING}/payment-runs", {}),
        ("newcomer-trainer", f"{FUNDING}/claims", {}),
        ("agency-payment-maker", f"{LEARNING}/groups", {}),
        ("auditor", f"{FUNDING}/payment-runs", {}),
    ],
)
def test_a_step_by_the_wrong_role_is_forbidden(published, who, path, body):
    problem(published.by(who).post(path, body), 403, "forbidden")


def test_a_foreign_institution_looks_like_none(published):
    foreign, programme = published.by("provider-a-editor"), published.programmes["module_set"]["id"]
    for path in (
        f"{CATALOG}/programmes/{programme}",
        f"{CATALOG}/offers/{published.offers['module_set']['id']}",
        f"{IDENTITY}/organisations/{published.ids['organisation']}/members",
    ):
        seen = foreign.get(path)
        assert seen.status_code in (403, 404), f"{path}: {seen.status_code}"
    body = {
        "programme_id": programme,
        "title": "Sveša grupa",
        "maximum": 10,
        "starts_on": str(published.today),
        "ends_on": str(published.today + 10 * DAY),
        "trainer_ids": [],
    }
    answer = foreign.post(f"{LEARNING}/groups", body)
    assert answer.status_code in (404, 422), answer.text


# -- registration


def test_an_institution_is_registered_once(admitted):
    number = admitted.viis_number()
    answer = institutions.send_registration(admitted, number)

    problem(answer, 409, "institution-already-registered")


def test_where_the_signature_is_left_open_one_approver_alone_admits_nobody():
    process = walk.new_process(patience=30)
    foreign = institutions.signed_abroad("newcomer-admin")
    taken = good(institutions.send_registration(process, "9900000057", foreign), 201)
    path = f"{IDENTITY}/provider-registrations/{taken['id']}"
    institutions.wait_for_checks(process, path)
    first = process.do("agency-user-approver", f"{path}/approval", {"reason": "Looked at by hand."})
    assert first["status"] == "submitted"
    again = process.by("agency-user-approver").post(f"{path}/approval", {"reason": "Once more."})

    assert again.status_code in (403, 409), again.text
    assert process.read("agency-user-approver", path)["status"] == "submitted"
    process.do("agency-user-approver-2", f"{path}/refusal", {"reason": "A trial."})


@pytest.mark.parametrize("mode", ["error", "garbage", "slow", "wrong_person"])
def test_a_register_that_is_down_admits_nobody_and_is_asked_again(registers, mode):
    process = walk.new_process(patience=30)
    registers(mode, "viis_institutions", "legal_persons", seconds=20)
    number = {
        "error": "9900000053",
        "garbage": "9900000054",
        "slow": "9900000055",
        "wrong_person": "9900000056",
    }
    taken = good(institutions.send_registration(process, number[mode]), 201)
    path = f"{IDENTITY}/provider-registrations/{taken['id']}"
    answer = process.by("agency-user-approver").post(f"{path}/approval", {"reason": "Looked at by hand."})
    problem(answer, 409, "register-checks-open")

    registers("none")
    institutions.wait_for_checks(process, path, seconds=90)
    process.do("agency-user-approver", f"{path}/refusal", {"reason": "A trial."})


# -- offers


def test_an_offer_needs_all_its_papers_and_a_signatory(admitted):
    offer = offers.begin_offer(admitted, "module")
    path = f"{CATALOG}/offers/{offer['id']}"

    problem(admitted.by("newcomer-editor").post(f"{path}/submission"), 403, "forbidden")
    refused = admitted.by("newcomer-signatory").post(f"{path}/submission")
    assert refused.status_code in (409, 422), refused.text
    assert admitted.read("newcomer-editor", path)["state"] == "draft"


def test_a_fourth_offer_of_a_kind_is_refused_and_a_withdrawal_makes_room(admitted):
    for number in range(1, 5):
        offers.prepare_programme(admitted, STUDY_COURSE | {"title_lv": f"Datortīkli {number}"})
        offer = offers.begin_offer(admitted, "study_course", papers=True)
        path = f"{CATALOG}/offers/{offer['id']}"
        answer = admitted.by("newcomer-signatory").post(f"{path}/submission")
        if number < 4:
            earlier = good(answer, 201)

    problem(answer, 409, "quota-exceeded")
    admitted.do("newcomer-signatory", f"{CATALOG}/offers/{earlier['id']}/withdrawal")
    admitted.offers["study_course"] = admitted.do("newcomer-signatory", f"{path}/submission", None, 201)


def test_an_offer_after_the_deadline_is_refused_and_the_draft_stays(admitted):
    offers.submit_offer(admitted, "module_set")
    offers.prepare_programme(admitted, MODULE | {"title_lv": "Cits modulis"})
    late = offers.begin_offer(admitted, "module", papers=True)
    decisions.close_offers(admitted)

    path = f"{CATALOG}/offers/{late['id']}"
    problem(admitted.by("newcomer-signatory").post(f"{path}/submission"), 409, "offers-closed")
    assert admitted.read("newcomer-editor", path)["state"] == "draft"
    withdrawn = admitted.by("newcomer-signatory").post(
        f"{CATALOG}/offers/{admitted.offers['module_set']['id']}/withdrawal"
    )
    assert withdrawn.status_code == 409, withdrawn.text


def test_a_decision_needs_the_chair_and_declarations(admitted):
    path = f"{CATALOG}/offers/{admitted.offers['module_set']['id']}/decision"
    reasons = [{"criterion": "quality", "text": "Atbilst."}]
    answer = admitted.by("commissioner-chair").post(path, {"outcome": "approved", "reasons": reasons})

    assert answer.status_code in (403, 404, 409), answer.text
    problem(
        admitted.by("commissioner-01").post(path, {"outcome": "approved", "reasons": reasons}),
        403,
        "forbidden",
    )


# -- learners


def test_a_learner_under_eighteen_is_refused_by_the_register(published):
    suite.clear(published.by("learner-50"))
    application = learning.submit(published, learner="learner-50")
    path = f"{APPLICATIONS}/{application}"
    seen = published.wait("learner-50", path, lambda one: one["state"] == "ineligible")

    assert seen["refusal"]["code"] == "too-young"
    assert seen["checks"][0]["source"] == "population-register"
    answer = published.by("learner-50").post(f"{path}/acceptance", _acceptance(published))
    problem(answer, 409, "wrong-state")


def _acceptance(process: Process) -> dict[str, Any]:
    return {
        "confirmed": True,
        "programme_version": process.programmes["module_set"]["version"],
        "amount": {"amount": "608.99", "currency": "EUR"},
    }


@pytest.mark.parametrize("mode", ["error", "garbage", "slow", "wrong_person"])
def test_a_population_register_that_is_down_decides_provisionally_and_pays_nothing(
    registers, published, mode
):
    name = somebody(PROVISIONAL)
    registers(mode, "population", seconds=20)
    application = learning.submit(published, learner=name)
    path = f"{APPLICATIONS}/{application}"
    seen = published.wait(name, path, lambda one: one["state"] == "offered", 90)
    assert seen["provisional"] is True

    registers("none")
    published.wait(name, path, lambda one: one["provisional"] is False, 120)
    published.do(name, f"{path}/withdrawal", {})


def test_a_place_is_accepted_once_by_its_owner_at_its_price(published):
    suite.clear(published.by(published.learner))
    application = learning.apply(published)
    path, body = f"{APPLICATIONS}/{application}/acceptance", _acceptance(published)

    problem(published.by("learner-23").post(path, body), 404, "not-found")
    wrong = published.by(published.learner).post(
        path, body | {"amount": {"amount": "608.98", "currency": "EUR"}}
    )
    assert wrong.status_code in (409, 422), wrong.text
    key = str(uuid.uuid4())
    first, twin = (published.by(published.learner).post(path, body, key) for _ in range(2))
    assert good(first) == good(twin)
    problem(published.by(published.learner).post(path, body), 409, "wrong-state")
    published.do(published.learner, f"{APPLICATIONS}/{application}/withdrawal", {})


def test_a_group_forms_and_finishes_only_in_its_order(published):
    group = learning.open_group(published)
    path, editor = f"{LEARNING}/groups/{group}", published.by("newcomer-editor")

    for step in ("start", "finish", "opening"):
        assert editor.post(f"{path}/{step}").status_code == 409, step
    refused = editor.post(f"{path}/formation")
    assert refused.status_code in (409, 422), refused.text
    verification = published.by("agency-result-verifier").post(f"{path}/results/verification", {})
    assert verification.status_code == 409, verification.text
    good(editor.post(f"{path}/cancellation", {"reason": "Izmēģinājums."}))


def test_money_is_claimed_and_paid_only_for_verified_results(published):
    body = {"organisation_id": published.ids["organisation"], "call_id": published.ids["call"]}
    problem(published.by("newcomer-signatory").post(f"{FUNDING}/claims", body), 422, "nothing-to-claim")
    answer = published.by("agency-payment-maker").post(
        f"{FUNDING}/payment-runs", {"claim_ids": [str(uuid.uuid4())]}
    )
    assert answer.status_code in (404, 422), answer.text


def test_a_schedule_is_changed_by_two_and_not_into_the_past(published):
    path = f"{CATALOG}/calls/{published.ids['call']}/schedule-changes"
    manager = published.by("agency-call-manager")
    past = [phase("learning", now() - 9 * DAY, now() - timedelta(minutes=1))]
    refused = manager.post(path, {"phases": past, "reason": "Into the past"})
    assert refused.status_code in (409, 422), refused.text

    rows = [phase("learning", published.schedule["learning"][0], now() + 121 * DAY)]
    change = good(manager.post(path, {"phases": rows, "reason": "One day more"}))
    alone = manager.post(f"{path}/{change['id']}/confirmation")
    assert alone.status_code in (403, 409), alone.text
