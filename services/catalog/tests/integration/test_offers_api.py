"""Offers over HTTP on a real database: from a place to a receipt, and what is refused on the way."""

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import rfc8785
import sqlalchemy as sa
from ila_kit.ids import uuid7
from joserfc import jws
from joserfc.jwk import KeySet

pytestmark = pytest.mark.integration
API = "/api/catalog/v1"
FILE = ("plans.pdf", b"%PDF-1.7 plan", "application/pdf")


@pytest.fixture
def call(offering):
    """A call whose offers are open."""
    return offering.call()


@pytest.fixture
def college(offering):
    """An institution with everything the call asks for."""
    return offering.institution()


@pytest.fixture
def place(college):
    """Its place, matched."""
    return college.place()


def state_of(college, offer):
    return college.editor.get(f"{API}/offers/{offer['id']}").json["state"]


def events(engine, kind):
    with engine.connect() as connection:
        query = sa.text("SELECT body FROM outbox WHERE type = :kind ORDER BY id")
        return [row.body["data"] for row in connection.execute(query, {"kind": f"catalog.{kind}.v1"})]


class TestPlaces:
    def test_a_place_is_matched_by_the_register_with_its_proof(self, college):
        place = college.place()
        assert (place["state"], place["address"]) == ("matched", college.street)
        assert place["territory"] == {"code": "LV-RIX", "name": "Rīga"}
        assert place["provenance"]["hash"]
        assert place["provenance"]["register"] == "viis_addresses"

    def test_an_address_the_register_lacks_is_not_matched(self, college):
        assert college.place("Nekurienes iela 7, Rīga, LV-1001")["state"] == "not_matched"

    def test_while_the_register_is_down_a_place_waits_and_is_asked_for_again(
        self, college, registers, clock, offering
    ):
        registers.down = {"viis_addresses"}
        place = college.place()
        assert place["state"] == "entered"
        registers.down = set()
        clock.held = offering.deps.units.clock() + timedelta(seconds=10)
        offering.work()
        assert college.editor.get(f"{API}/places/{place['id']}").json["state"] == "matched"

    def test_a_place_that_the_register_never_answers_about_ends(self, college, registers, clock, offering):
        registers.down = {"viis_addresses"}
        place = college.place()
        clock.held = offering.deps.units.clock() + timedelta(days=31)
        offering.work()
        assert college.editor.get(f"{API}/places/{place['id']}").json["state"] == "not_matched"

    def test_a_foreign_institution_and_a_foreign_place_are_missing(self, offering, college, place):
        other = offering.institution()
        assert other.editor.get(f"{API}/places/{place['id']}").status_code == 404
        body = {"organisation_id": str(college.id), "text": college.street}
        assert other.editor.post(f"{API}/places", body).status_code == 404
        assert other.editor.get(f"{API}/places").json["items"] == []
        assert [one["id"] for one in college.editor.get(f"{API}/places").json["items"]] == [place["id"]]


class TestProgrammes:
    def test_a_programme_is_drafted_completed_and_reopened_by_a_change(self, college, call, place, offering):
        programme = college.programme(call, place_id=place["id"])
        assert programme["state"] == "draft"
        done = college.complete(programme)
        assert done.status_code == 201, done.json
        assert (done.json["state"], done.json["address"]) == ("complete", college.street)
        assert done.json["problems"] == []
        assert {one["register"] for one in done.json["registers"] if one["hash"]} >= {"programme_licences"}
        path = f"{API}/programmes/{programme['id']}"
        changed = college.editor.put(path, offering.content(call), version=done.json["version"])
        assert (changed.status_code, changed.json["state"]) == (200, "draft")
        assert college.editor.put(path, offering.content(call), version=1).status_code == 412

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"description_en": ""}, "fields-missing"),
            ({"licence_number": None}, "fields-missing"),
            ({"kind": "module_set"}, "wrong-number-of-parts"),
            ({"digcomp": [{"area": 3, "level": 7}]}, "level-outside-call"),
            ({"digcomp": [{"area": 1, "level": 5}]}, "need-not-covered"),
            ({"learning_need_id": str(uuid7())}, "need-not-approved"),
            ({"licence_number": "P-2"}, "licence-unfit"),
            ({"kind": "study_course"}, "licence-unfit"),
        ],
    )
    def test_what_breaks_a_rule_is_refused_by_its_name(self, college, call, place, changes, code):
        programme = college.programme(call, **{"place_id": place["id"]} | changes)
        refused = college.complete(programme)
        assert (refused.status_code, refused.json["code"]) == (422, code)
        shown = college.editor.get(f"{API}/programmes/{programme['id']}").json
        assert shown["state"] == "draft"
        assert code in {problem["code"] for problem in shown["problems"]}

    @pytest.mark.parametrize(("digital", "status"), [(7_000, 201), (6_999, 422)], ids=["70 %", "69.99 %"])
    def test_seventy_percent_is_enough_and_a_hundredth_less_is_not(
        self, college, call, place, digital, status
    ):
        # 10,000 hours in five parts, so that one hour is a hundredth of a percent.
        parts = [
            {"title": f"D{i}", "title_en": f"P{i}", "hours": 2_000, "digital_hours": min(2_000, left)}
            for i in range(5)
            if (left := max(0, digital - 2_000 * i)) >= 0
        ]
        programme = college.programme(call, kind="module_set", parts=parts, place_id=place["id"])
        done = college.complete(programme)
        assert done.status_code == status
        if status == 422:
            assert done.json["code"] == "too-little-digital"

    @pytest.mark.parametrize(
        ("told", "code", "fact"),
        [
            ({"licence": {"lqf_level": 3}}, "licence-unfit", "lqf_level"),
            ({"licence": {"qualification": "Elektriķis"}}, "licence-unfit", "qualification"),
            ({"licence": {"study_form": "full_time"}}, "licence-unfit", "study_form"),
            ({"licence": {"accredited": False}}, "licence-unfit", "accredited"),
            ({"licence": {"running_since": "2026-01-01"}}, "licence-unfit", "running_since"),
            ({"institution": {"accredited": False}}, "institution-unfit", "accredited"),
            ({"institution": {"registered_on": "2026-01-01"}}, "institution-unfit", "registered_on"),
            ({"institution": {"operating": False}}, "institution-unfit", "operating"),
        ],
    )
    def test_what_the_registers_say_against_it_is_refused_by_name(self, offering, call, told, code, fact):
        college = offering.institution(**told)
        place = college.place()
        refused = college.complete(college.programme(call, place_id=place["id"]))
        assert (refused.status_code, refused.json["code"], refused.json["fact"]) == (422, code, fact)

    def test_a_place_that_is_not_matched_does_not_do(self, college, call):
        place = college.place("Nekurienes iela 7, Rīga, LV-1001")
        refused = college.complete(college.programme(call, place_id=place["id"]))
        assert (refused.status_code, refused.json["code"]) == (409, "place-not-matched")

    def test_another_institution_sees_and_touches_nothing(self, offering, college, call, place):
        programme = college.programme(call, place_id=place["id"])
        other = offering.institution()
        path = f"{API}/programmes/{programme['id']}"
        assert other.editor.get(path).status_code == 404
        assert other.editor.put(path, offering.content(call), version=1).status_code == 404
        assert other.complete(programme).status_code == 404
        named = {"organisation_id": str(other.id), "call_id": call["id"], "place_id": place["id"]}
        assert other.editor.post(f"{API}/programmes", offering.content(call) | named).status_code == 404

    def test_files_are_attached_handed_out_and_taken_off(self, college, call, place):
        programme = college.programme(call, place_id=place["id"])
        path = f"{API}/programmes/{programme['id']}/attachments"
        made = college.editor.upload(path, {"kind": "study_plan"}, file=FILE)
        assert made.status_code == 201, made.json
        assert made.json["sha256"] == hashlib.sha256(FILE[1]).hexdigest()
        got = college.editor.get(f"{path}/{made.json['id']}")
        assert (got.data, got.headers["X-Content-Type-Options"]) == (FILE[1], "nosniff")
        assert len(college.editor.get(path).json["items"]) == 1
        assert college.editor.delete(f"{path}/{made.json['id']}").status_code == 204
        assert college.editor.get(path).json["items"] == []
        assert college.editor.upload(path, {"kind": "annex_2"}, file=FILE).status_code == 422


class TestSubmission:
    def test_a_submission_gives_a_receipt_that_anybody_can_check(self, college, call, place, engine):
        offer = college.ready(call, place)
        tried = college.editor.post(f"{API}/offers/{offer['id']}/dry-run")
        assert (tried.json["ready"], tried.json["problems"]) == (True, [])
        sent = college.submit(offer, key="once")
        assert sent.status_code == 201, sent.json
        receipt = sent.json["receipt"]
        keys = KeySet.import_key_set(college.world.client.get(f"{API}/public/receipt-keys").json)
        said = json.loads(jws.deserialize_compact(receipt["signature"], keys, ["ES256"]).payload)
        assert said == {name: value for name, value in receipt.items() if name != "signature"}
        submission = college.editor.get(f"{API}/offers/{offer['id']}/submissions").json["items"][0]
        content = submission["content"]
        assert hashlib.sha256(rfc8785.dumps(content)).hexdigest() == receipt["sha256"]
        assert {one["kind"] for one in content["attachments"]} == {
            "annex_2",
            "annex_3",
            "annex_4",
            "curriculum",
        }
        assert all(one["snapshot"] for one in content["registers"])
        assert college.editor.get(f"{API}/offers/{offer['id']}/receipt").json == receipt
        told = events(engine, "offer_submitted")
        assert [(one["offer_id"], one["receipt_sequence"]) for one in told] == [
            (offer["id"], receipt["sequence"])
        ]
        assert college.submit(offer, key="once").json == sent.json

    def test_what_was_submitted_does_not_change(self, college, call, place, offering, engine):
        offer = college.ready(call, place)
        assert college.submit(offer).status_code == 201
        path = f"{API}/offers/{offer['id']}"
        version = college.editor.get(path).json["version"]
        body = {"funding_source": call["funding_source"], "confirmed": True}
        assert college.editor.put(path, body, version=version).json["code"] == "wrong-state"
        assert college.editor.upload(f"{path}/attachments", {"kind": "annex_2"}, file=FILE).status_code == 409
        attached = college.editor.get(f"{path}/attachments").json["items"][0]["id"]
        assert college.editor.delete(f"{path}/attachments/{attached}").status_code == 409
        programme = college.editor.get(f"{API}/programmes/{offer['programme_id']}").json
        assert programme["state"] == "bound"
        changed = college.editor.put(
            f"{API}/programmes/{programme['id']}", offering.content(call), version=programme["version"]
        )
        assert changed.json["code"] == "wrong-state"
        assert college.submit(offer).json["code"] == "wrong-state"
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
            connection.execute(sa.text("UPDATE offer_submission SET sha256 = ''"))

    def test_a_withdrawn_offer_is_revised_and_submitted_as_another_version(
        self, college, call, place, engine, offering
    ):
        offer = college.ready(call, place)
        first = college.submit(offer).json["receipt"]
        path = f"{API}/offers/{offer['id']}"
        assert college.signatory.post(f"{path}/withdrawal").json["state"] == "withdrawn"
        programme = college.editor.get(f"{API}/programmes/{offer['programme_id']}").json
        assert programme["state"] == "complete"
        revised = college.editor.post(f"{path}/revision").json
        assert (revised["state"], revised["confirmed"]) == ("draft", False)
        assert college.submit(offer).json["code"] == "not-confirmed"
        attached = college.editor.get(f"{path}/attachments?kind=annex_2").json["items"][0]["id"]
        assert college.editor.delete(f"{path}/attachments/{attached}").status_code == 204
        assert college.editor.upload(f"{path}/attachments", {"kind": "annex_2"}, file=FILE).status_code == 201
        body = {"funding_source": call["funding_source"], "confirmed": True}
        assert college.editor.put(path, body, version=revised["version"]).status_code == 200
        second = college.submit(offer).json["receipt"]
        assert (second["submission"], second["sequence"] > first["sequence"]) == (2, True)
        shown = college.editor.get(f"{path}/submissions").json["items"]
        assert [one["sha256"] for one in shown] == [first["sha256"], second["sha256"]]
        # The file that the first version held is still there to be read.
        assert college.editor.get(f"{path}/attachments/{attached}").data
        assert len(events(engine, "offer_withdrawn")) == 1

    @pytest.mark.parametrize("kind", ["annex_2", "annex_3", "annex_4", "curriculum"])
    def test_a_missing_attachment_is_named(self, college, call, place, kind):
        offer = college.ready(call, place)
        path = f"{API}/offers/{offer['id']}/attachments"
        attached = college.editor.get(f"{path}?kind={kind}").json["items"][0]["id"]
        college.editor.delete(f"{path}/{attached}")
        refused = college.submit(offer)
        assert (refused.status_code, refused.json["code"], refused.json["kinds"]) == (
            422,
            "attachment-missing",
            kind,
        )
        tried = college.editor.post(f"{API}/offers/{offer['id']}/dry-run").json
        assert (tried["ready"], [one["code"] for one in tried["problems"]]) == (False, ["attachment-missing"])
        assert state_of(college, offer) == "draft"

    def test_only_the_signatory_submits_in_a_strong_session(self, college, call, place, offering):
        offer = college.ready(call, place)
        path = f"{API}/offers/{offer['id']}/submission"
        assert college.editor.post(path).status_code == 403
        weak = offering.client.as_(uuid4(), ("provider_signatory", college.id), acr="low")
        assert weak.post(path).json["code"] == "assurance-too-low"
        other = offering.institution()
        assert other.signatory.post(path).status_code == 404
        assert other.editor.get(f"{API}/offers/{offer['id']}").status_code == 404
        assert offering.client.as_(uuid4(), "learner").get(f"{API}/offers").status_code == 403
        assert offering.client.as_(uuid4(), "auditor").get(f"{API}/offers/{offer['id']}").status_code == 200
        commission = offering.client.as_(uuid4(), "commission_member")
        assert commission.get(f"{API}/offers/{offer['id']}").status_code == 404
        assert commission.get(f"{API}/offers").json["items"] == []

    def test_a_suspended_institution_submits_nothing_until_it_is_reinstated(self, college, call, place, deps):
        from ila_catalog.usecases.providers import note_standing
        from ila_kit.actor import process_actor

        def stand(suspended, version):
            with deps.units.open(process_actor("catalog")) as unit:
                note_standing(unit, college.id, suspended, version)
                unit.commit()

        offer = college.ready(call, place)
        stand(True, 3)
        stand(False, 2)
        assert college.submit(offer).json["code"] == "provider-suspended"
        stand(False, 4)
        assert college.submit(offer).status_code == 201

    def test_a_register_that_is_away_does_not_cost_the_deadline(self, offering, registers, call):
        college = offering.institution()
        place = college.place()
        registers.down = {"programme_licences", "viis_institutions"}
        offer = college.ready(call, place)
        assert college.submit(offer).status_code == 201
        content = college.editor.get(f"{API}/offers/{offer['id']}/submissions").json["items"][0]["content"]
        assert content["open_registers"] == ["viis_institutions", "programme_licences"]

    def test_one_programme_has_one_offer(self, college, call, place):
        offer = college.ready(call, place)
        body = {name: offer[name] for name in ("organisation_id", "call_id", "programme_id")}
        assert college.editor.post(f"{API}/offers", body).json["code"] == "programme-offered"


class TestQuotas:
    def test_of_thirty_fourth_offers_at_the_same_time_none_passes(self, college, call, place, engine):
        offers = [college.ready(call, place) for _ in range(3)]
        assert [college.submit(offer).status_code for offer in offers] == [201, 201, 201]
        more = [college.ready(call, place) for _ in range(30)]
        with ThreadPoolExecutor(max_workers=10) as pool:
            answers = list(pool.map(college.submit, more))
        assert {(one.status_code, one.json["code"]) for one in answers} == {(409, "quota-exceeded")}
        assert college.editor.post(f"{API}/offers/{more[0]['id']}/dry-run").json["problems"][0]["code"] == (
            "quota-exceeded"
        )
        college.signatory.post(f"{API}/offers/{offers[0]['id']}/withdrawal")
        with ThreadPoolExecutor(max_workers=10) as pool:
            again = list(pool.map(college.submit, more))
        assert sorted(one.status_code for one in again) == [201] + [409] * 29
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT used FROM quota WHERE kind = 'module'")) == 3
            with pytest.raises(sa.exc.IntegrityError, match="quota_used"):
                connection.execute(sa.text("UPDATE quota SET used = used + 1"))

    def test_another_edition_moves_the_quota_also_of_who_has_used_some(self, college, call, place, engine):
        offers = [college.ready(call, place) for _ in range(6)]
        assert [college.submit(offer).status_code for offer in offers[:4]] == [201, 201, 201, 409]
        self.take(engine, 4)
        assert [college.submit(offer).status_code for offer in offers[3:5]] == [201, 409]
        self.take(engine, 2)
        assert college.submit(offers[4]).json["code"] == "quota-exceeded"
        college.signatory.post(f"{API}/offers/{offers[0]['id']}/withdrawal")
        assert college.submit(offers[5]).json["code"] == "quota-exceeded"

    def take(self, engine, most):
        """Have every call take so many offers of each kind."""
        kind = "one || jsonb_build_object('quota', CAST(:most AS integer))"
        kinds = f"SELECT jsonb_agg({kind}) FROM jsonb_array_elements(kinds) AS one"
        with engine.begin() as connection:
            connection.execute(sa.text(f"UPDATE call SET kinds = ({kinds})"), {"most": most})

    def test_each_kind_has_a_quota_of_its_own(self, college, call, place):
        for _ in range(3):
            assert college.submit(college.ready(call, place)).status_code == 201
        part = {"title": "A", "title_en": "A", "hours": 34, "digital_hours": 34}
        both = [part, part | {"hours": 136, "digital_hours": 136}]
        assert college.submit(college.ready(call, place, kind="module_set", parts=both)).status_code == 201


class TestDeadline:
    @pytest.mark.parametrize(
        ("closes", "last"),
        [
            ("2026-12-11T22:00:00Z", "23:59 in winter time"),
            ("2027-03-28T01:00:00Z", "the hour that the clock skips"),
            ("2027-10-31T00:30:00Z", "an hour that comes twice"),
        ],
    )
    def test_the_last_instant_is_in_and_the_next_one_is_out(self, offering, clock, closes, last):
        closes_at = datetime.fromisoformat(closes)
        clock.held = closes_at - timedelta(hours=2)
        call = offering.call()
        college = offering.institution()
        place = college.place()
        in_time, late = college.ready(call, place), college.ready(call, place)
        clock.held = closes_at - timedelta(milliseconds=1)
        assert college.submit(in_time).status_code == 201
        clock.held = closes_at
        refused = college.submit(late)
        assert (refused.status_code, refused.json["code"]) == (409, "offers-closed")
        path = f"{API}/offers/{late['id']}"
        body = {"funding_source": call["funding_source"], "confirmed": True}
        assert college.editor.put(path, body, version=late["version"]).json["code"] == "offers-closed"
        withdrawn = college.signatory.post(f"{API}/offers/{in_time['id']}/withdrawal")
        assert withdrawn.json["code"] == "offers-closed"
        offering.work()
        assert state_of(college, in_time) == "in_evaluation"
        assert state_of(college, late) == "draft"

    def test_before_the_phase_begins_one_can_draft_and_not_submit(self, offering, clock):
        call = offering.call(offers=(1, 2))
        college = offering.institution()
        offer = college.ready(call, college.place())
        refused = college.submit(offer)
        assert (refused.status_code, refused.json["code"]) == (409, "offers-not-open-yet")

    def test_offers_are_locked_at_the_deadline_and_opened_with_the_evaluation(self, offering, clock, engine):
        clock.held = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
        call = offering.call(evaluation=(3, 4))
        college = offering.institution()
        offer = college.ready(call, college.place())
        assert college.submit(offer).status_code == 201
        clock.held += timedelta(hours=2)
        offering.work()
        assert state_of(college, offer) == "locked"
        clock.held += timedelta(hours=1)
        offering.work()
        assert state_of(college, offer) == "in_evaluation"
        told = [
            (one["phase"], one["state"])
            for one in events(engine, "call_phase_changed")
            if one["call_id"] == call["id"]
        ]
        assert told == [
            ("needs_approval", "closed"),
            ("preparation", "closed"),
            ("offers", "open"),
            ("offers", "closed"),
            ("evaluation", "open"),
        ]

    def test_an_offer_in_time_that_is_stored_after_the_deadline_was_worked_off_is_locked_too(
        self, offering, clock
    ):
        clock.held = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
        call = offering.call()
        college = offering.institution()
        offer = college.ready(call, college.place())
        clock.held += timedelta(hours=2)
        offering.work()
        clock.held -= timedelta(milliseconds=1)
        assert college.submit(offer).status_code == 201
        clock.held += timedelta(milliseconds=1)
        offering.work()
        assert state_of(college, offer) == "in_evaluation"
