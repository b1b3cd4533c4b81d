"""From an offer's decision to an agreement's end, over HTTP on a real database."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from ila_catalog.consumers import TIMERS
from ila_kit.clock import utc_now
from ila_kit.ids import uuid7
from ila_kit.store.timers import run_due

pytestmark = pytest.mark.integration
API = "/api/catalog/v1"
REASONS = [{"criterion": "digital_share", "text": "95 % satura ir digitāls."}]


class Evaluation:
    """A call in evaluation, with one institution's offer, a commission, and the agency's people."""

    def __init__(self, offering, clock):
        self.offering, self.clock = offering, clock
        clock.held = utc_now()
        self.call = offering.call()
        self.college = offering.institution()
        self.place = self.college.place()
        self.offer = self.college.ready(self.call, self.place)
        assert self.college.submit(self.offer).status_code == 201
        self.people = [uuid7() for _ in range(3)]
        self.chair_id, *self.member_ids = self.people
        client = offering.client
        self.chair = client.as_(self.chair_id, "commission_chair")
        self.members = [client.as_(one, "commission_member") for one in self.member_ids]
        self.officer = client.as_(uuid7(), "contract_officer")
        self.agency = client.as_(uuid7(), "agency_signatory")
        self.commission = f"{API}/calls/{self.call['id']}/commission"

    def later(self, **time):
        """Let time pass, and everything happen that happens by itself."""
        self.clock.held += timedelta(**time)
        self.offering.work()

    def appoint(self, version=0, members=None, chair=None):
        body = {
            "members": [str(one) for one in members or self.member_ids],
            "chair": str(chair or self.chair_id),
        }
        return self.offering.manager.put(self.commission, body, version=version)

    def declare(self, who, conflict=False, organisation=None, key=None):
        body = {"organisation_id": str(organisation or self.college.id), "conflict": conflict}
        return who.post(f"{API}/calls/{self.call['id']}/interest-declarations", body, key=key)

    def start(self):
        """Appoint the commission, let all declare, and open the evaluation."""
        assert self.appoint().status_code == 200
        for one in (self.chair, *self.members):
            assert self.declare(one).status_code == 201
        self.later(hours=3)
        return self

    def decide(self, outcome="approved", who=None, offer=None, key=None, **changes):
        path = f"{API}/offers/{(offer or self.offer)['id']}/decision"
        return (who or self.chair).post(path, {"outcome": outcome, "reasons": REASONS} | changes, key=key)

    def prepare(self, who=None, key=None):
        body = {"organisation_id": str(self.college.id), "call_id": self.call["id"]}
        return (who or self.officer).post(f"{API}/agreements", body, key=key)

    def sign(self, agreement, who, sha256=None, key=None):
        body = {"document_sha256": sha256 or agreement["document_sha256"]}
        return who.post(f"{API}/agreements/{agreement['id']}/signatures", body, key=key)

    def in_force(self):
        assert self.decide().status_code == 201
        agreement = self.prepare().json
        for who in (self.college.signatory, self.agency):
            answer = self.sign(agreement, who)
            assert answer.status_code == 201, answer.json
        return answer.json

    def end(self, agreement, outcome="ended", who=None):
        body = {"outcome": outcome, "reason": "Saistības ir izpildītas."}
        return (who or self.officer).post(f"{API}/agreements/{agreement['id']}/termination", body)

    def seen(self, who):
        """Return the offers somebody sees in lists, and the status of asking for this one."""
        listed = who.get(f"{API}/offers?call_id={self.call['id']}")
        alone = who.get(f"{API}/offers/{self.offer['id']}")
        return [one["id"] for one in listed.json["items"]], alone.status_code


@pytest.fixture
def evaluation(offering, clock):
    """A call whose offers are open still, one submitted."""
    return Evaluation(offering, clock)


@pytest.fixture
def evaluated(evaluation):
    """The same call with evaluation open and all declared."""
    return evaluation.start()


def told(engine, kind):
    with engine.connect() as connection:
        query = sa.text("SELECT body FROM outbox WHERE type = :kind ORDER BY id")
        return [row.body["data"] for row in connection.execute(query, {"kind": f"catalog.{kind}.v1"})]


def refused(answer):
    return answer.status_code, answer.json["code"]


class TestCommission:
    def test_it_is_appointed_and_changed_in_versions(self, evaluation):
        empty = evaluation.offering.manager.get(evaluation.commission)
        assert (empty.json["version"], empty.json["members"], empty.json["chair"]) == (0, [], None)
        assert empty.headers["ETag"] == '"0"'
        first = evaluation.appoint()
        assert (first.status_code, first.headers["ETag"]) == (200, '"1"')
        assert refused(evaluation.appoint()) == (412, "stale")
        second = evaluation.appoint(version=1, members=[*evaluation.member_ids, uuid7()])
        assert (second.json["version"], len(second.json["members"])) == (2, 3)
        assert evaluation.members[0].get(evaluation.commission).json == second.json

    def test_two_first_ones_at_the_same_time_are_one(self, evaluation):
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: evaluation.appoint().status_code, range(4)))
        assert sorted(answers) == [200, 412, 412, 412]

    def test_it_needs_two_beside_the_chair(self, evaluation):
        alone = evaluation.appoint(members=[evaluation.chair_id, evaluation.member_ids[0]])
        assert refused(alone) == (422, "commission-incomplete")

    @pytest.mark.parametrize("role", ["contract_officer", "auditor", "commission_chair", "platform_admin"])
    def test_only_the_call_manager_appoints(self, evaluation, role):
        body = {"members": [str(one) for one in evaluation.member_ids], "chair": str(evaluation.chair_id)}
        other = evaluation.offering.client.as_(uuid7(), role)
        assert other.put(evaluation.commission, body, version=0).status_code == 403

    def test_a_change_names_the_version_that_was_read(self, evaluation):
        body = {"members": [str(one) for one in evaluation.member_ids], "chair": str(evaluation.chair_id)}
        answer = evaluation.offering.manager.put(evaluation.commission, body)
        assert refused(answer) == (428, "precondition-required")


class TestSeeing:
    def test_a_member_sees_offers_only_after_declaring(self, evaluation):
        evaluation.appoint()
        one, other = evaluation.members
        evaluation.later(hours=3)
        assert evaluation.seen(one) == ([], 404)
        assert evaluation.declare(one).status_code == 201
        assert evaluation.seen(one) == ([evaluation.offer["id"]], 200)
        assert evaluation.seen(other) == ([], 404)

    def test_a_recused_member_finds_nothing(self, evaluated):
        one = evaluated.members[0]
        assert evaluated.seen(one) == ([evaluated.offer["id"]], 200)
        assert evaluated.declare(one, conflict=True).status_code == 201
        assert evaluated.seen(one) == ([], 404)
        assert one.get(f"{API}/offers/{evaluated.offer['id']}/decision").status_code == 404
        assert refused(evaluated.declare(one)) == (409, "interest-already-declared")

    def test_what_may_still_be_taken_back_is_not_seen(self, evaluation):
        evaluation.appoint()
        evaluation.declare(evaluation.members[0])
        assert evaluation.seen(evaluation.members[0]) == ([], 404)

    def test_who_left_the_commission_sees_no_more(self, evaluated):
        one = evaluated.members[0]
        evaluated.appoint(version=1, members=[evaluated.member_ids[1], uuid7()])
        assert evaluated.seen(one) == ([], 404)

    def test_members_find_the_institutions_to_declare_about(self, evaluation):
        evaluation.appoint()
        path = f"{API}/calls/{evaluation.call['id']}/interest-declarations"
        one = evaluation.members[0]
        item = one.get(path).json["items"][0]
        assert (item["organisation_id"], item["conflict"]) == (str(evaluation.college.id), None)
        evaluation.declare(one)
        assert one.get(path).json["items"][0]["conflict"] is False
        stranger = evaluation.offering.client.as_(uuid7(), "commission_member")
        assert stranger.get(path).status_code == 404

    def test_nobody_declares_about_an_institution_without_an_offer_or_in_a_foreign_commission(
        self, evaluation
    ):
        evaluation.appoint()
        other = evaluation.offering.institution()
        for organisation in (other.id, uuid7()):
            assert evaluation.declare(evaluation.members[0], organisation=organisation).status_code == 404
        stranger = evaluation.offering.client.as_(uuid7(), "commission_member")
        assert evaluation.declare(stranger).status_code == 404

    def test_the_same_declaration_with_the_same_key_is_answered_again(self, evaluation):
        evaluation.appoint()
        first = evaluation.declare(evaluation.chair, key="once")
        again = evaluation.declare(evaluation.chair, key="once")
        assert (again.status_code, again.data) == (first.status_code, first.data)


class TestDecision:
    def test_the_institution_reads_outcome_and_reasons(self, evaluated, engine):
        decision = evaluated.decide("rejected").json
        assert (decision["state"], decision["reasons"]) == ("rejected", REASONS)
        path = f"{API}/offers/{evaluated.offer['id']}/decision"
        assert evaluated.college.editor.get(path).json == decision
        assert "decided_by" not in decision
        assert evaluated.offering.institution().editor.get(path).status_code == 404
        event = told(engine, "offer_decided")[0]
        assert (event["outcome"], event["organisation_id"]) == ("rejected", str(evaluated.college.id))
        programme = evaluated.college.editor.get(f"{API}/programmes/{evaluated.offer['programme_id']}").json
        assert programme["state"] == "complete"

    def test_twice_is_refused_and_the_same_request_answered_again(self, evaluated, engine):
        first = evaluated.decide(key="once")
        again = evaluated.decide(key="once")
        assert (again.status_code, again.data) == (201, first.data)
        assert refused(evaluated.decide("rejected")) == (409, "wrong-state")
        assert len(told(engine, "offer_decided")) == 1

    def test_two_decisions_at_the_same_time_are_one(self, evaluated, engine):
        with ThreadPoolExecutor(4) as pool:
            outcomes = ["approved", "rejected"] * 2
            answers = [one.status_code for one in pool.map(evaluated.decide, outcomes)]
        assert sorted(answers) == [201, 409, 409, 409]
        assert len(told(engine, "offer_decided")) == 1

    def test_before_and_after_evaluation_it_is_refused(self, evaluation):
        evaluation.appoint()
        for one in (evaluation.chair, *evaluation.members):
            evaluation.declare(one)
        assert evaluation.decide().status_code == 404
        evaluation.later(hours=5)
        assert refused(evaluation.decide()) == (409, "evaluation-not-open")

    def test_a_conflict_hides_the_offer_from_the_chair(self, evaluated):
        evaluated.declare(evaluated.chair, conflict=True)
        assert evaluated.decide().status_code == 404

    def test_too_few_without_a_conflict_decide_nothing(self, evaluated):
        evaluated.declare(evaluated.members[0], conflict=True)
        assert refused(evaluated.decide()) == (409, "too-few-declarations")

    def test_another_chair_does_not_find_it_and_other_roles_may_not(self, evaluated):
        client = evaluated.offering.client
        assert evaluated.decide(who=client.as_(uuid7(), "commission_chair")).status_code == 404
        for role in ("commission_member", "call_manager", "auditor", "contract_officer"):
            assert evaluated.decide(who=client.as_(uuid7(), role)).status_code == 403
        assert evaluated.decide(who=evaluated.college.signatory).status_code == 403
        weak = client.as_(evaluated.chair_id, "commission_chair", acr="substantial")
        assert refused(evaluated.decide(who=weak)) == (403, "assurance-too-low")

    def test_it_gives_reasons_one_for_each_criterion(self, evaluated):
        assert evaluated.decide(reasons=[]).status_code == 422
        assert refused(evaluated.decide(reasons=REASONS * 2)) == (422, "criterion-repeated")

    def test_silence_makes_it_final_after_a_month(self, evaluated):
        evaluated.decide("rejected")
        evaluated.later(days=33)
        path = f"{API}/offers/{evaluated.offer['id']}/decision"
        assert evaluated.college.editor.get(path).json["state"] == "final"


class TestAgreement:
    def test_both_sides_sign_and_the_programme_is_published(self, evaluated, engine):
        evaluated.decide()
        agreement = evaluated.prepare().json
        assert (agreement["state"], agreement["actions"]) == ("prepared", [])
        path = f"{API}/agreements/{agreement['id']}"
        document = evaluated.college.signatory.get(f"{path}/document").json
        assert hashlib.sha256(document["text"].encode()).hexdigest() == document["sha256"]
        assert agreement["organisation_title"] in document["text"]
        mine = evaluated.college.signatory.get(path).json
        assert mine["actions"] == ["sign_for_provider"]
        public = f"{API}/public/programmes/{evaluated.offer['programme_id']}"
        evaluated.sign(agreement, evaluated.college.signatory)
        assert evaluated.college.editor.get(public).status_code == 404
        whole = evaluated.sign(agreement, evaluated.agency).json
        assert (whole["state"], whole["due_at"]) == ("in_force", None)
        assert [one["party"] for one in whole["signatures"]] == ["provider", "agency"]
        assert evaluated.college.editor.get(public).status_code == 200
        offer = evaluated.college.editor.get(f"{API}/offers/{evaluated.offer['id']}").json
        assert offer["state"] == "final"
        in_force = told(engine, "agreement_in_force")[0]
        assert in_force["programme_ids"] == [evaluated.offer["programme_id"]]
        published = told(engine, "programme_published")[0]
        assert (published["agreement_id"], published["family"]) == (agreement["id"], "vocational")

    def test_out_of_order_it_is_refused(self, evaluated):
        assert refused(evaluated.prepare()) == (409, "offers-undecided")
        evaluated.decide()
        agreement = evaluated.prepare().json
        assert refused(evaluated.sign(agreement, evaluated.agency)) == (409, "wrong-state")
        assert refused(evaluated.end(agreement)) == (409, "wrong-state")
        assert refused(evaluated.prepare()) == (409, "agreement-exists")

    def test_without_an_approved_offer_there_is_none(self, evaluated):
        evaluated.decide("rejected")
        assert refused(evaluated.prepare()) == (409, "no-approved-offers")

    def test_prepared_twice_at_the_same_time_it_is_one(self, evaluated):
        evaluated.decide()
        with ThreadPoolExecutor(4) as pool:
            answers = [one.status_code for one in pool.map(lambda _: evaluated.prepare(), range(4))]
        assert sorted(answers) == [201, 409, 409, 409]

    def test_signed_twice_at_the_same_time_it_is_one_signature(self, evaluated, engine):
        evaluated.decide()
        agreement = evaluated.prepare().json
        evaluated.sign(agreement, evaluated.college.signatory)
        with ThreadPoolExecutor(4) as pool:
            answers = [
                one.status_code
                for one in pool.map(lambda _: evaluated.sign(agreement, evaluated.agency), range(4))
            ]
        assert sorted(answers) == [201, 409, 409, 409]
        assert len(told(engine, "agreement_in_force")) == len(told(engine, "programme_published")) == 1

    def test_a_signature_over_another_document_is_refused(self, evaluated):
        evaluated.decide()
        agreement = evaluated.prepare().json
        other = evaluated.sign(agreement, evaluated.college.signatory, sha256="0" * 64)
        assert refused(other) == (409, "other-document")
        assert other.json["document_sha256"] == agreement["document_sha256"]
        assert evaluated.sign(agreement, evaluated.college.signatory, sha256="x" * 64).status_code == 422

    def test_the_preparer_does_not_sign_for_the_agency(self, evaluated):
        both = evaluated.offering.client.as_(uuid7(), "contract_officer", "agency_signatory")
        evaluated.decide()
        agreement = evaluated.prepare(who=both).json
        evaluated.sign(agreement, evaluated.college.signatory)
        assert refused(evaluated.sign(agreement, both)) == (403, "preparer-signs")

    def test_a_foreign_institution_finds_nothing(self, evaluated):
        agreement = evaluated.in_force()
        foreign = evaluated.offering.institution()
        path = f"{API}/agreements/{agreement['id']}"
        assert foreign.editor.get(path).status_code == 404
        assert foreign.editor.get(f"{path}/document").status_code == 404
        assert foreign.editor.get(f"{API}/agreements").json["items"] == []
        assert evaluated.sign(agreement, foreign.signatory).status_code == 404
        assert evaluated.college.editor.get(path).json["state"] == "in_force"

    @pytest.mark.parametrize("role", ["provider_editor", "provider_admin"])
    def test_who_only_prepares_at_the_institution_does_not_sign(self, evaluated, role):
        evaluated.decide()
        agreement = evaluated.prepare().json
        other = evaluated.offering.client.as_(uuid7(), (role, evaluated.college.id))
        assert evaluated.sign(agreement, other).status_code == 403

    @pytest.mark.parametrize("role", ["agency_signatory", "call_manager", "auditor", "commission_chair"])
    def test_only_the_contract_officer_prepares_and_ends(self, evaluated, role):
        agreement = evaluated.in_force()
        other = evaluated.offering.client.as_(uuid7(), role)
        assert evaluated.prepare(who=other).status_code == 403
        assert evaluated.end(agreement, who=other).status_code == 403

    def test_a_weak_sign_in_signs_nothing(self, evaluated):
        evaluated.decide()
        agreement = evaluated.prepare().json
        weak = evaluated.offering.client.as_(
            uuid7(), ("provider_signatory", evaluated.college.id), acr="substantial"
        )
        assert refused(evaluated.sign(agreement, weak)) == (403, "assurance-too-low")

    @pytest.mark.parametrize(
        ("outcome", "reason"), [("ended", "fulfilled"), ("terminated", "agreement-terminated")]
    )
    def test_its_end_closes_the_programmes_and_tells_both(self, evaluated, engine, outcome, reason):
        agreement = evaluated.in_force()
        ended = evaluated.end(agreement, outcome)
        assert (ended.json["state"], ended.json["actions"]) == (outcome, [])
        public = f"{API}/public/programmes/{evaluated.offer['programme_id']}"
        assert evaluated.officer.get(public).status_code == 404
        assert told(engine, "agreement_ended")[0]["outcome"] == outcome
        closed = told(engine, "programme_closed")[0]
        assert (closed["reason"], closed["programme_id"]) == (reason, evaluated.offer["programme_id"])
        assert refused(evaluated.end(agreement, outcome)) == (409, "wrong-state")

    def test_unsigned_it_lapses_and_another_may_follow(self, evaluated):
        evaluated.decide()
        agreement = evaluated.prepare().json
        evaluated.later(days=29)
        evaluated.sign(agreement, evaluated.college.signatory)
        evaluated.later(days=2)
        path = f"{API}/agreements/{agreement['id']}"
        assert evaluated.officer.get(path).json["state"] == "signed_by_provider"
        evaluated.later(days=29)
        assert evaluated.officer.get(path).json["state"] == "lapsed"
        assert refused(evaluated.sign(agreement, evaluated.agency)) == (409, "wrong-state")
        assert evaluated.prepare().json["state"] == "prepared"

    def test_timers_that_come_twice_change_nothing_more(self, evaluated, engine):
        agreement = evaluated.in_force()
        evaluated.later(days=60)
        with engine.begin() as connection:
            for name, subject in (
                ("agreement_due", agreement["id"]),
                ("offer_appeal_over", evaluated.offer["id"]),
            ):
                connection.exec_driver_sql(
                    "INSERT INTO timer (subject_id, name, due_at) VALUES (%s, %s, now())", (subject, name)
                )
        run_due(evaluated.offering.deps.units, TIMERS)
        shown = evaluated.officer.get(f"{API}/agreements/{agreement['id']}").json
        assert shown["version"] == agreement["version"]

    def test_lists_come_in_pages_and_filters_in_few_queries(self, evaluated, queries):
        agreement = evaluated.in_force()
        path = f"{API}/agreements?organisation_id={evaluated.college.id}&state=in_force"
        with queries() as seen:
            page = evaluated.officer.get(path).json
        assert [one["id"] for one in page["items"]] == [agreement["id"]]
        assert len(seen) == 1
        assert evaluated.officer.get(f"{API}/agreements?state=ended").json["items"] == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agreement SET state = 'signed'",
        "UPDATE agreement SET in_force_at = NULL",
        "UPDATE agreement SET over_at = now()",
        "UPDATE agreement SET document_sha256 = 'x'",
        "UPDATE agreement_signature SET person_id = gen_random_uuid()",
        "DELETE FROM agreement_signature",
        "UPDATE decision SET outcome = 'rejected'",
        "DELETE FROM decision",
        "INSERT INTO commission_member SELECT call_id, gen_random_uuid(), 9, true FROM commission",
    ],
)
def test_the_database_refuses_what_is_never_true(evaluated, engine, statement):
    evaluated.in_force()
    with pytest.raises(sa.exc.DBAPIError), engine.begin() as connection:
        connection.execute(sa.text(statement))
