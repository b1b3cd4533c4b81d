"""From a verified result to a settled payment over HTTP, and everything that may stand in its way."""

import threading
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from ila_funding.usecases.holds import request_hold
from ila_kit.clock import riga_date, utc_now
from ila_kit.ids import uuid7
from ila_kit.store.migrate import downgrade, upgrade
from ila_kit.testing.stores import service_database, statements_seen
from sepaxml.validation import try_valid_xml

pytestmark = pytest.mark.integration
BASE = "/api/funding/v1"
CLAIMS, RUNS = f"{BASE}/claims", f"{BASE}/payment-runs"
IBAN = "LV78PARA0000000000001"
NAMES = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"
PRICE = {"amount": "608.99", "currency": "EUR"}


class Desk:
    """The people of a payment, each a client of the routes, and the steps they take."""

    def __init__(self, world, visitor):
        self.world, self.visitor = world, visitor
        mine = world.organisation_id
        self.admin = visitor.as_(uuid7(), ("provider_admin", mine))
        self.signatory = visitor.as_(uuid7(), ("provider_signatory", mine))
        self.officer, self.second_officer = (visitor.as_(uuid7(), "claim_officer") for _ in range(2))
        self.releaser_id = uuid7()
        self.maker = visitor.as_(uuid7(), "payment_maker")
        self.checker = visitor.as_(uuid7(), "payment_checker")
        self.releaser = visitor.as_(self.releaser_id, "payment_releaser")
        self.auditor = visitor.as_(uuid7(), "auditor")

    def build(self, who=None):
        body = {"organisation_id": str(self.world.organisation_id), "call_id": str(self.world.call_id)}
        return (who or self.admin).post(CLAIMS, body)

    def approved(self) -> str:
        """Have a claim of everything claimable approved; returns its id."""
        claim = self.build().json["id"]
        for who, step in (
            (self.signatory, "submission"),
            (self.officer, "check"),
            (self.second_officer, "approval"),
        ):
            answer = who.post(f"{CLAIMS}/{claim}/{step}")
            assert answer.status_code == 200, answer.json
        return claim

    def made(self, *claims: str) -> dict:
        answer = self.maker.post(RUNS, {"claim_ids": list(claims or [self.approved()])})
        assert answer.status_code == 201, answer.json
        return answer.json

    def released(self) -> str:
        run = self.made()["id"]
        for who, step in ((self.checker, "check"), (self.releaser, "release")):
            answer = who.post(f"{RUNS}/{run}/{step}")
            assert answer.status_code == 200, answer.json
        return run

    def exported(self) -> str:
        run = self.released()
        assert self.maker.get(f"{RUNS}/{run}/pain.001.xml").status_code == 200
        return run

    def settle(self, run: str, who=None, **changes):
        body = {"bank_reference": "B-1", "settled_on": riga_date(utc_now()).isoformat()}
        return (who or self.checker).post(f"{RUNS}/{run}/settlement", body | changes)

    def fits(self) -> None:
        """Ledger and reconciliation find nothing."""
        verified = self.auditor.get(f"{BASE}/ledger/verification").json
        assert verified["verified"], verified
        found = self.auditor.get(f"{BASE}/reconciliation").json
        assert (found["reconciled"], found["differences"]) == (True, []), found


@pytest.fixture
def desk(world, visitor) -> Desk:
    world.publish().admit()
    world.accounts.add(world.organisation_id)
    return Desk(world, visitor)


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


def told(world, kind: str) -> list[dict]:
    rows = world.sql(f"SELECT body -> 'data' FROM outbox WHERE type = 'funding.{kind}.v1' ORDER BY id")
    return [data for (data,) in rows]


def test_a_verified_result_is_claimed_paid_and_every_cent_is_explained(world, desk):
    request = world.complete()
    claim = desk.build(desk.signatory)
    assert (claim.status_code, claim.json["amount"], claim.json["state"]) == (201, PRICE, "built")
    (line,) = claim.json["lines"]
    assert (line["application_id"], line["amount"]) == (str(request.application_id), PRICE)
    path = claim.headers["Location"]
    assert desk.signatory.post(f"{path}/submission").json["state"] == "submitted"
    checked = desk.officer.post(f"{path}/check").json
    assert {check["name"] for check in checked["checks"] if check["passed"]} == {
        "agreement-in-force",
        "amount-as-pinned",
        "hold-committed",
        "no-earlier-support",
        "not-paid-before",
        "provider-in-good-standing",
        "result-not-provisional",
        "result-verified",
    }
    assert desk.second_officer.post(f"{path}/approval").json["state"] == "approved"
    run = desk.made(claim.json["id"])
    assert (run["state"], run["amount"], run["call_id"]) == ("made", PRICE, str(world.call_id))
    assert all(check["passed"] for check in run["checks"])
    assert world.accounts.asked == 1
    assert run["payments"][0]["iban_masked"] == "LV78…0001"
    assert desk.checker.post(f"{RUNS}/{run['id']}/check").json["state"] == "checked"
    assert desk.releaser.post(f"{RUNS}/{run['id']}/release").json["state"] == "released"
    assert desk.checker.get(f"{RUNS}/{run['id']}/pain.001.xml").status_code == 200
    assert desk.settle(run["id"]).json["state"] == "settled"
    assert desk.admin.get(path).json["state"] == "paid"
    assert world.sql("SELECT held, committed, consumed FROM budget_line") == [(0, 0, Decimal("608.99"))]
    assert world.sql("SELECT state FROM hold") == [("consumed",)]
    assert told(world, "claim_approved")[0]["amount"] == PRICE
    assert told(world, "payment_released")[0]["claim_ids"] == [claim.json["id"]]
    (settled,) = told(world, "payment_settled")
    assert settled["application_ids"] == [str(request.application_id)]
    assert world.sql("SELECT count(*) FROM timer") == [(0,)]
    desk.fits()


def test_a_learner_sees_the_money_held_committed_and_paid(world, desk, visitor):
    request = world.complete()
    desk.settle(desk.exported())
    learner = visitor.as_(request.person_id, "learner")
    balance = learner.get(f"{BASE}/accounts/me").json["balance"]
    kept = learner.get(f"{BASE}/persons/me/data").json["parts"]
    assert set(kept) == {
        *(
            "requests",
            "holds",
            "supported_content",
            "accounts",
            "ledger_entries",
            "verified_results",
            "top_ups",
        )
    }
    assert {one["hold_id"] for one in kept["supported_content"]} == {kept["holds"][0]["id"]}
    assert kept["accounts"][0]["consumed"] == balance["consumed"]
    assert (balance["granted"], balance["consumed"], balance["committed"]["amount"]) == (PRICE, PRICE, "0.00")
    entries = learner.get(f"{BASE}/accounts/{request.person_id}/entries?sort=at").json["items"]
    assert [one["reason"] for one in entries] == [
        *("hold", "commitment", "commitment", "settlement", "settlement")
    ]


def test_the_banks_file_fits_its_schema_and_keeps_latvian_letters(world, desk):
    world.complete()
    run = desk.released()
    answers = [desk.maker.get(f"{RUNS}/{run}/pain.001.xml") for _ in range(2)]
    assert answers[0].data == answers[1].data
    assert answers[0].headers["Content-Type"].startswith("application/xml")
    assert "attachment" in answers[0].headers["Content-Disposition"]
    assert try_valid_xml(answers[0].data, "pain.001.001.09") is not False
    document = ET.fromstring(answers[0].data)
    texts = {tag: [one.text for one in document.iter(NAMES + tag)] for tag in ("MsgId", "IBAN", "InstdAmt")}
    assert texts == {"MsgId": [run.replace("-", "")], "IBAN": [IBAN, IBAN], "InstdAmt": ["608.99"]}
    assert "SIA “Paraugu koledža 01” (Ķekava)" in [one.text for one in document.iter(NAMES + "Nm")]
    downloads = world.sql("SELECT count(*) FROM audit_entry WHERE action = 'download_payment_file'")
    assert downloads == [(2,)]


def test_whole_account_numbers_are_nowhere_but_in_the_banks_file(world, desk):
    world.complete()
    run = desk.exported()
    shown = desk.auditor.get(f"{RUNS}/{run}").get_data(as_text=True)
    rows = str(world.sql("SELECT * FROM payment")) + str(world.sql("SELECT * FROM payment_run"))
    kept = str(world.sql("SELECT body FROM outbox")) + str(world.sql("SELECT details FROM audit_entry"))
    for text in (shown, rows, kept):
        assert IBAN not in text
        assert IBAN[4:] not in text


def test_a_result_is_claimed_once(world, desk):
    world.complete()
    assert desk.build().status_code == 201
    assert problem(desk.build()) == (422, "nothing-to-claim")


def test_of_many_who_claim_the_same_result_at_once_one_gets_it(world, desk):
    world.complete()
    ready, answers = threading.Barrier(6), []

    def build() -> None:
        client = desk.visitor.as_(uuid7(), ("provider_admin", world.organisation_id))
        ready.wait()
        answers.append(desk.build(client).status_code)

    threads = [threading.Thread(target=build) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 422, 422, 422, 422, 422]
    assert world.sql("SELECT count(*) FROM claim_line") == [(1,)]


def test_a_provisional_result_waits_for_its_re_check(world, desk):
    request = world.complete(provisional=True)
    assert problem(desk.build()) == (422, "nothing-to-claim")
    again = {name: getattr(request, name) for name in ("application_id", "person_id", "call_id")}
    again |= {"programme_id": request.programme_id, "applied_on": request.applied_on}
    world.tell(
        "applications.application_found_eligible",
        request.sequence + 9,
        **again,
        provisional=False,
        receipt_sequence=1,
    )
    assert desk.build().status_code == 201


@pytest.mark.parametrize("step", ["", "/submission"])
def test_a_foreign_claim_answers_like_none(world, desk, visitor, step):
    world.complete()
    claim = desk.build().json["id"]
    stranger = visitor.as_(uuid7(), ("provider_signatory", uuid7()))
    for one in (claim, uuid7()):
        path = f"{CLAIMS}/{one}{step}"
        answer = stranger.post(path) if step else stranger.get(path)
        assert problem(answer) == (404, "not-found")
    assert stranger.get(CLAIMS).json["items"] == []
    assert problem(desk.build(stranger)) == (404, "not-found")


@pytest.mark.parametrize(
    "role", ["learner", "provider_editor", "provider_trainer", "payment_maker", "auditor"]
)
def test_others_build_no_claims(desk, visitor, role):
    assert problem(desk.build(visitor.as_(uuid7(), role))) == (403, "forbidden")


def test_only_a_strong_sign_in_submits_a_claim(world, desk, visitor):
    world.complete()
    claim = desk.build().json["id"]
    weak = visitor.as_(uuid7(), ("provider_signatory", world.organisation_id), acr="substantial")
    assert problem(weak.post(f"{CLAIMS}/{claim}/submission")) == (403, "assurance-too-low")


def test_one_officer_does_not_check_and_approve(world, desk):
    world.complete()
    claim = desk.build().json["id"]
    desk.signatory.post(f"{CLAIMS}/{claim}/submission")
    desk.officer.post(f"{CLAIMS}/{claim}/check")
    why = {"reason": "Nav pamatots."}
    line = desk.admin.get(f"{CLAIMS}/{claim}").json["lines"][0]["application_id"]
    for step, body in (("approval", None), ("refusal", why), ("reduction", why | {"lines": [line]})):
        assert problem(desk.officer.post(f"{CLAIMS}/{claim}/{step}", body)) == (403, "same-person")


def test_a_person_with_two_roles_is_still_one_person(world, desk, visitor):
    world.complete()
    both = visitor.as_(uuid7(), "claim_officer", "payment_maker", "payment_checker", "payment_releaser")
    claim = desk.build().json["id"]
    desk.signatory.post(f"{CLAIMS}/{claim}/submission")
    both.post(f"{CLAIMS}/{claim}/check")
    desk.officer.post(f"{CLAIMS}/{claim}/approval")
    assert problem(both.post(RUNS, {"claim_ids": [claim]})) == (403, "same-person")
    run = desk.made(claim)["id"]
    assert problem(both.post(f"{RUNS}/{run}/check")) == (403, "same-person")
    all_payers = visitor.as_(uuid7(), "payment_checker", "payment_releaser")
    assert all_payers.post(f"{RUNS}/{run}/check").status_code == 200
    assert problem(all_payers.post(f"{RUNS}/{run}/release")) == (403, "same-person")
    assert problem(both.post(f"{RUNS}/{run}/release")) == (403, "same-person")


def test_a_reduced_claim_pays_the_rest_and_sets_the_refused_line_free(world, desk):
    first, second = world.complete(1), world.complete(2)
    claim = desk.build().json["id"]
    desk.signatory.post(f"{CLAIMS}/{claim}/submission")
    desk.officer.post(f"{CLAIMS}/{claim}/check")
    body = {"lines": [str(second.application_id)], "reason": "Apmeklējums nav pierādīts."}
    path = f"{CLAIMS}/{claim}/reduction"
    assert problem(desk.second_officer.post(path, body | {"lines": [str(uuid7())]})) == (422, "unknown-line")
    everything = [str(first.application_id), str(second.application_id)]
    assert problem(desk.second_officer.post(path, body | {"lines": everything})) == (422, "nothing-left")
    reduced = desk.second_officer.post(path, body).json
    assert (reduced["state"], reduced["amount"], reduced["reason"]) == ("reduced", PRICE, body["reason"])
    assert [line["state"] for line in reduced["lines"]] == ["claimed", "refused"]
    again = desk.build().json
    assert [line["application_id"] for line in again["lines"]] == [str(second.application_id)]
    desk.fits()


def test_the_results_of_a_refused_claim_can_be_claimed_anew(world, desk):
    world.complete()
    claim = desk.build().json["id"]
    desk.signatory.post(f"{CLAIMS}/{claim}/submission")
    desk.officer.post(f"{CLAIMS}/{claim}/check")
    refused = desk.second_officer.post(f"{CLAIMS}/{claim}/refusal", {"reason": "Nav pamatots."}).json
    assert (refused["state"], refused["actions"], refused["due_at"]) == ("refused", [], None)
    assert desk.build().status_code == 201
    desk.fits()


def test_a_result_reached_after_the_agreement_ended_is_not_approved(world, desk):
    world.complete()
    world.tell("catalog.agreement_ended", 4, **world.of_agreement, outcome="terminated", ended_at=world.began)
    claim = desk.build().json["id"]
    desk.signatory.post(f"{CLAIMS}/{claim}/submission")
    desk.officer.post(f"{CLAIMS}/{claim}/check")
    answer = desk.second_officer.post(f"{CLAIMS}/{claim}/approval")
    assert problem(answer) == (422, "checks-failed")
    assert answer.json["checks"] == "agreement-in-force"


def test_a_provider_suspended_after_the_approval_is_not_paid(world, desk):
    world.complete()
    run = desk.made()["id"]
    suspended = {"organisation_id": world.organisation_id, "suspended_at": utc_now()}
    world.tell("identity.provider_suspended", 2, **suspended, scopes=["new_offers", "payments"])
    answer = desk.checker.post(f"{RUNS}/{run}/check")
    assert (problem(answer), answer.json["checks"]) == ((422, "checks-failed"), "provider-in-good-standing")
    reinstated = {"organisation_id": world.organisation_id, "reinstated_at": utc_now()}
    world.tell("identity.provider_reinstated", 3, **reinstated)
    assert desk.checker.post(f"{RUNS}/{run}/check").status_code == 200


def test_a_provider_closed_for_good_is_paid_what_it_is_owed(world, desk):
    world.complete()
    run = desk.made()["id"]
    closed = {"organisation_id": world.organisation_id, "suspended_at": utc_now()}
    world.tell("identity.provider_suspended", 2, **closed, scopes=["new_enrolments", "new_offers"])
    assert desk.checker.post(f"{RUNS}/{run}/check").status_code == 200


@pytest.mark.parametrize(
    ("state", "hours", "failing"),
    [
        (None, 0, "iban-confirmed, iban-cooled"),
        ("entered", 0, "iban-confirmed, iban-cooled"),
        ("confirmed", 72, "iban-cooled"),
    ],
)
def test_without_a_confirmed_and_cooled_account_a_run_is_seen_but_not_checked(
    world, desk, state, hours, failing
):
    world.accounts.told.clear()
    if state:
        world.accounts.add(world.organisation_id, state, hours)
    world.complete()
    run = desk.made()
    assert sorted(one["name"] for one in run["checks"] if not one["passed"]) == failing.split(", ")
    answer = desk.checker.post(f"{RUNS}/{run['id']}/check")
    assert (problem(answer), answer.json["checks"]) == ((422, "checks-failed"), failing)


def test_a_cooling_account_does_not_hide_an_older_one_that_cooled(world, desk):
    world.accounts.add(world.organisation_id, "confirmed", 72)
    world.complete()
    assert all(one["passed"] for one in desk.made()["checks"])


def test_who_approved_a_provider_does_not_release_its_first_payment(world, visitor):
    world.publish()
    desk = Desk(world, visitor)
    world.accounts.add(world.organisation_id)
    world.admit(approved_by=[desk.releaser_id])
    world.complete(1)
    run = desk.made()["id"]
    desk.checker.post(f"{RUNS}/{run}/check")
    assert problem(desk.releaser.post(f"{RUNS}/{run}/release")) == (403, "approver-may-not-release")
    other = visitor.as_(uuid7(), "payment_releaser")
    assert other.post(f"{RUNS}/{run}/release").status_code == 200
    world.complete(2)
    assert desk.released()


def test_a_run_is_settled_once_and_not_after_it_failed(world, desk):
    world.complete(1)
    run = desk.exported()
    assert desk.settle(run).status_code == 200
    assert problem(desk.settle(run)) == (409, "wrong-state")
    world.complete(2)
    failed = desk.exported()
    why = {"reason": "Banka maksājumu noraidīja."}
    assert desk.checker.post(f"{RUNS}/{failed}/failure", why).json["state"] == "failed"
    assert problem(desk.settle(failed)) == (409, "wrong-state")
    assert problem(desk.checker.post(f"{RUNS}/{run}/failure", why)) == (409, "wrong-state")
    desk.fits()


def test_a_failed_run_gives_its_claims_back_to_be_paid_by_another(world, desk):
    world.complete()
    claim = desk.approved()
    run = desk.made(claim)["id"]
    assert problem(desk.maker.post(RUNS, {"claim_ids": [claim]})) == (409, "claim-not-payable")
    desk.releaser.post(f"{RUNS}/{run}/failure", {"reason": "Kļūda kontā."})
    assert desk.admin.get(f"{CLAIMS}/{claim}").json["run_id"] is None
    again = desk.made(claim)
    assert again["id"] != run
    desk.fits()


def test_two_runs_at_once_do_not_pay_one_claim(world, desk, visitor):
    world.complete()
    claim, answers, ready = desk.approved(), [], threading.Barrier(4)

    def make() -> None:
        client = visitor.as_(uuid7(), "payment_maker")
        ready.wait()
        answers.append(client.post(RUNS, {"claim_ids": [claim]}).status_code)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [201, 409, 409, 409]


def test_what_the_bank_cannot_have_done_is_not_settled(world, desk):
    world.complete()
    run = desk.released()
    assert problem(desk.settle(run)) == (409, "wrong-state")
    desk.maker.get(f"{RUNS}/{run}/pain.001.xml")
    for day in ("2020-01-01", "2999-01-01"):
        assert problem(desk.settle(run, settled_on=day)) == (422, "settlement-day-out-of-range")
    assert problem(desk.settle(run, desk.maker)) == (403, "forbidden")


def test_the_banks_file_is_for_released_runs_and_payers(world, desk):
    world.complete()
    run = desk.made()["id"]
    assert problem(desk.maker.get(f"{RUNS}/{run}/pain.001.xml")) == (409, "wrong-state")
    for who in (desk.auditor, desk.officer, desk.admin):
        assert problem(who.get(f"{RUNS}/{run}/pain.001.xml")) == (403, "forbidden")


def test_an_unknown_claim_makes_no_run(desk):
    assert problem(desk.maker.post(RUNS, {"claim_ids": [str(uuid7())]})) == (404, "not-found")
    one = str(uuid7())
    assert problem(desk.maker.post(RUNS, {"claim_ids": [one, one]})) == (422, "invalid-request")


def test_a_repeated_settlement_with_its_key_answers_the_same_and_moves_nothing(world, desk):
    world.complete()
    run = desk.exported()
    body = {"bank_reference": "B-1", "settled_on": riga_date(utc_now()).isoformat()}
    answers = [desk.checker.post(f"{RUNS}/{run}/settlement", body, key="once") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert len(told(world, "payment_settled")) == 1


def test_money_that_comes_back_is_a_new_row_and_free_again(world, desk):
    request = world.complete()
    desk.settle(desk.exported())
    (claim,) = desk.admin.get(f"{CLAIMS}?state=paid").json["items"]
    body = {"claim_id": claim["id"], "bank_reference": "B-2", "reason": "Rezultāts atzīts par nederīgu."}
    assert problem(desk.maker.post(f"{BASE}/recoveries", body)) == (403, "forbidden")
    recovered = desk.checker.post(f"{BASE}/recoveries", body)
    assert (recovered.status_code, recovered.json["state"]) == (201, "recovered")
    assert problem(desk.checker.post(f"{BASE}/recoveries", body)) == (409, "wrong-state")
    assert world.sql("SELECT consumed, committed FROM budget_line") == [(0, 0)]
    reasons = world.sql("SELECT DISTINCT reason FROM ledger_entry WHERE reverses IS NOT NULL")
    assert reasons == [("recovery",)]
    assert world.sql("SELECT released FROM learner_account") == [(Decimal("608.99"),)]
    assert problem(desk.build()) == (422, "nothing-to-claim")
    assert request.person_id
    desk.fits()


def test_what_came_back_before_events_were_kept_is_no_alarm_after_the_migration(admin_url, world, visitor_of):
    with service_database(admin_url, "ila_funding") as engine:
        old = type(world)(engine)
        old.publish().admit()
        old.accounts.add(old.organisation_id)
        desk = Desk(old, visitor_of(old))
        for place in (1, 2):
            old.complete(place)
            desk.settle(desk.exported())
        claims = desk.admin.get(f"{CLAIMS}?state=paid").json["items"]
        body = {"claim_id": claims[0]["id"], "bank_reference": "B-2", "reason": "Nederīgs."}
        assert desk.checker.post(f"{BASE}/recoveries", body).status_code == 201
        desk.fits()
        kept = "SELECT type, sequence, hold_id, application_id FROM money_event ORDER BY 4, 1"
        told = old.sql(kept.replace("sequence", "NULL"))
        downgrade(engine, "ila_funding", "0007_limits")
        upgrade(engine, "ila_funding", "0012_content_held")
        released = "SELECT count(*) FROM money_event WHERE type = 'funding.funds_released.v1'"
        assert old.sql(released) == [(1,)]
        upgrade(engine, "ila_funding")
        assert old.sql(kept.replace("sequence", "NULL")) == told
        desk.fits()


def test_a_settlement_of_many_lines_moves_each_learners_money(world, desk):
    for place in range(1, 31):
        world.complete(place)
    desk.settle(desk.exported())
    assert world.sql("SELECT consumed FROM budget_line") == [(Decimal("608.99") * 30,)]
    assert world.sql("SELECT count(*) FROM learner_account WHERE consumed = 608.99") == [(30,)]
    desk.fits()


def test_an_altered_state_is_named_by_the_reconciliation(world, desk):
    request = world.complete()
    desk.settle(desk.exported())
    with world.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE claim SET state = 'approved'")
    found = desk.auditor.get(f"{BASE}/reconciliation").json
    assert (found["reconciled"], found["unexplained"]["amount"]) == (False, "1217.98")
    named = {(one["name"], one["subject_kind"]) for one in found["differences"]}
    assert named == {("consumed-without-payment", "application"), ("settlement-without-paid-claim", "claim")}
    assert str(request.application_id) in {one["subject_id"] for one in found["differences"]}


def test_a_lost_enrolment_and_a_result_nobody_knows_are_named(world, desk):
    world.complete()
    with world.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE hold_request SET enrolled_sequence = NULL")
    (lost,) = desk.auditor.get(f"{BASE}/reconciliation").json["differences"]
    assert (lost["name"], lost["amount"]) == ("committed-without-enrolment", PRICE)


def test_a_verified_result_that_its_re_check_refuses_leaves_nothing_unexplained(world, desk):
    request = world.complete(provisional=True)
    refused = {"application_id": request.application_id}
    for _ in range(3):
        world.tell("applications.application_refused", request.sequence + 9, **refused)
    assert world.sql("SELECT held, committed, consumed FROM budget_line") == [(0, 0, 0)]
    assert len(told(world, "funds_released")) == 1
    assert problem(desk.build()) == (422, "nothing-to-claim")
    desk.fits()


def test_everybody_is_shown_the_steps_they_may_take_now(world, desk):
    world.complete()
    claim = desk.build().json["id"]
    assert desk.signatory.get(f"{CLAIMS}/{claim}").json["actions"] == ["submit"]
    assert desk.admin.get(f"{CLAIMS}/{claim}").json["actions"] == []
    desk.signatory.post(f"{CLAIMS}/{claim}/submission")
    desk.officer.post(f"{CLAIMS}/{claim}/check")
    assert desk.officer.get(f"{CLAIMS}/{claim}").json["actions"] == []
    shown = desk.second_officer.get(f"{CLAIMS}/{claim}").json
    assert shown["actions"] == ["approve", "reduce", "refuse"]
    assert shown["organisation_title"] == "Paraugu koledža 01"
    desk.second_officer.post(f"{CLAIMS}/{claim}/approval")
    run = desk.made(claim)["id"]
    assert desk.checker.get(f"{RUNS}/{run}").json["actions"] == ["check", "fail"]
    assert desk.maker.get(f"{RUNS}/{run}").json["actions"] == []
    assert desk.auditor.get(f"{RUNS}/{run}").json["actions"] == []


@pytest.mark.parametrize("path", [CLAIMS, RUNS])
def test_a_list_costs_one_statement_however_long_it_is(world, desk, path):
    for place in (1, 2, 3):
        world.complete(place)
        desk.made()
    with statements_seen(world.engine) as statements:
        assert len(desk.auditor.get(path).json["items"]) == 3
    assert len(statements) == 1


@pytest.mark.parametrize("path", ["/reconciliation", "/payment-runs", "/indicators", "/indicators.csv"])
@pytest.mark.parametrize("role", ["learner", "provider_admin", "platform_admin", "counsellor"])
def test_money_is_shown_to_those_who_answer_for_it(desk, visitor, path, role):
    assert problem(visitor.as_(uuid7(), role).get(BASE + path)) == (403, "forbidden")


def test_paid_money_is_not_released_by_whatever_ends_the_application_later(world, desk):
    request = world.complete()
    desk.settle(desk.exported())
    before = world.sql("SELECT * FROM ledger_entry ORDER BY id")
    for sequence, kind in enumerate(("withdrawn", "refused"), 20):
        world.tell(f"applications.application_{kind}", sequence, application_id=request.application_id)
    assert world.sql("SELECT * FROM ledger_entry ORDER BY id") == before
    assert world.sql("SELECT state FROM hold") == [("consumed",)]
    assert world.verification()["verified"]


def test_a_recovery_by_six_at_once_gives_the_money_back_once_and_frees_the_content(world, desk, visitor):
    request = world.complete()
    again = world.asked(2, request.person_id)
    desk.settle(desk.exported())
    world.do(request_hold, again)
    assert [one["reason"] for one in told(world, "hold_refused")] == ["double-funding"]
    ((claim,),) = world.sql("SELECT id FROM claim")
    body = {"claim_id": str(claim), "bank_reference": "B-2", "reason": "Maksājums atgriezts."}
    checkers = [visitor.as_(uuid7(), "payment_checker") for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda one: one.post(f"{BASE}/recoveries", body), checkers))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 5
    assert world.sql("SELECT count(*) FROM ledger_entry WHERE reason = 'recovery'") == [(2,)]
    assert world.sql("SELECT consumed FROM budget_line") == [(0,)]
    world.do(request_hold, world.asked(3, request.person_id))
    assert len(told(world, "hold_refused")) == 1
    assert world.verification()["verified"]


def test_the_two_counters_count_persons_once(world, desk, visitor):
    first = world.complete(1)
    world.complete(2, person_id=first.person_id, programme_id=world.teach("Kiberdrošība"))
    for person in (first.person_id, first.person_id, uuid7()):
        world.tell("identity.account_opened", person_id=person, opened_at=utc_now())
    shown = desk.auditor.get(f"{BASE}/indicators").json
    assert (shown["account_users"], shown["adults"]) == (2, 1)
    assert [(one["code"], one["adults"]) for one in shown["calls"]] == [("call-1", 1)]
    public = visitor.get(f"{BASE}/public/indicators").json
    assert public["adults"] == 1
    assert {(one["indicator"], one["due_on"], one["target"]) for one in public["targets"]} == {
        ("adults", "2025-03-31", 1000),
        ("adults", "2026-05-31", 3500),
        ("account_users", "2026-05-31", 3500),
    }
    over = [one for one in public["targets"] if one["due_on"] < riga_date(utc_now()).isoformat()]
    assert all((one["state"], one["count"]) == ("missed", 0) for one in over)


def test_the_table_of_indicators_runs_nothing_in_a_spreadsheet(world, desk):
    with world.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE published_call SET title_lv = '=cmd|''/c calc''!A0'")
    answer = desk.auditor.get(f"{BASE}/indicators.csv")
    text = answer.data.decode("utf-8-sig")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert text.splitlines()[0].startswith("indicator,call_code")
    assert "'=cmd|" in text
    assert ",=cmd" not in text


@pytest.mark.parametrize("path", [CLAIMS, RUNS])
@pytest.mark.parametrize("query", ["limit=0", "sort=amount", "after=x", "colour=red", "state=gone"])
def test_a_list_refuses_what_it_does_not_have(desk, path, query):
    assert problem(desk.auditor.get(f"{path}?{query}")) == (422, "invalid-request")
