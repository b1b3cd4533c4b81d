"""What the agency does around a call over HTTP: needs, documents, questions, offers from outside, closing."""

import csv
import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from ila_catalog.domain.questions import MOST_OPEN
from ila_kit.clock import as_instant
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
API = "/api/catalog/v1"
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
PDF = b"%PDF-1.7 nolikums"
PAPER = ("nolikums.pdf", PDF, "application/pdf")


@pytest.fixture
def call(offering, clock):
    """A published copy of call 1 whose offers are open at noon."""
    clock.held = NOON
    return offering.call()


@pytest.fixture
def path(call):
    """Where the call is."""
    return f"{API}/calls/{call['id']}"


@pytest.fixture
def public(call):
    """Where everybody reads the call."""
    return f"{API}/public/calls/{call['id']}"


@pytest.fixture
def council(offering):
    """A member of the supervisory council."""
    return offering.client.as_(uuid4(), "council_member")


def told(engine, call):
    with engine.connect() as connection:
        query = sa.text(
            "SELECT body->'data' FROM outbox WHERE type = 'catalog.call_published.v1' ORDER BY id"
        )
        return [body for (body,) in connection.execute(query) if body["call_id"] == call["id"]]


def need(**changes):
    areas = [
        {"area": 1, "lowest_level": 4, "highest_level": 6},
        {"area": 5, "lowest_level": 4, "highest_level": 5},
    ]
    return {"areas": areas, "text_lv": "Dati", "text_en": "Data", "source": "protokols 7"} | changes


class TestNeeds:
    def test_a_need_is_proposed_approved_and_counts_from_then_on(
        self, offering, call, path, public, council, engine
    ):
        proposed = offering.manager.post(f"{path}/learning-needs", need())
        assert (proposed.status_code, proposed.json["state"]) == (201, "proposed")
        assert len(offering.client.get(public).json["learning_needs"]) == 5
        approved = council.post(f"{path}/learning-needs/{proposed.json['id']}/approval")
        assert (approved.json["state"], approved.json["approved_on"]) == ("approved", "2026-12-01")
        shown = offering.client.get(public).json["learning_needs"][-1]
        assert [(one["area"], one["area_lv"]) for one in shown["areas"]] == [
            (1, "Informācijas un datu pratība"),
            (5, "Problēmu risināšana"),
        ] or len(shown["areas"]) == 2
        assert (shown["area"], shown["text_en"], shown["provisional"]) == (1, "Data", False)
        versions = [one["version"] for one in told(engine, call)]
        assert versions == sorted(set(versions))
        assert versions[-1] == offering.client.get(public).json["version"]
        college = offering.institution()
        content = {"learning_need_id": shown["id"], "place_id": college.place()["id"]}
        one = college.programme(call, **content, digcomp=[{"area": 1, "level": 4}])
        assert "need-not-covered" in {p["code"] for p in one["problems"]}
        both = college.programme(call, **content, digcomp=[{"area": 1, "level": 4}, {"area": 5, "level": 5}])
        assert both["problems"] == []
        assert college.complete(both).status_code == 201
        withdrawal = f"{path}/learning-needs/{shown['id']}/withdrawal"
        used = council.post(withdrawal, {"reason": "Novecojusi."})
        assert (used.status_code, used.json["code"], used.json["programmes"]) == (409, "need-in-use", 1)

    def test_the_list_has_every_state_in_one_query(self, offering, path, council, queries):
        ids = [offering.manager.post(f"{path}/learning-needs", need()).json["id"] for _ in range(4)]
        council.post(f"{path}/learning-needs/{ids[0]}/approval")
        council.post(f"{path}/learning-needs/{ids[1]}/refusal", {"reason": "Jau ir."})
        offering.manager.post(f"{path}/learning-needs/{ids[2]}/withdrawal", {"reason": "Kļūda."})
        first = offering.manager.get(path).json["learning_needs"][0]["id"]
        assert council.post(f"{path}/learning-needs/{first}/withdrawal", {"reason": "Nē."}).status_code == 201
        with queries() as seen:
            items = offering.manager.get(f"{path}/learning-needs").json["items"]
        assert len(seen) == 2
        states = [one["state"] for one in items]
        assert sorted(states) == ["approved"] * 5 + ["proposed", "refused", "withdrawn", "withdrawn"]
        assert {one["id"]: one["state"] for one in items}[first] == "withdrawn"
        page, paged = {"next": ""}, []
        while page["next"] is not None:
            after = f"&after={page['next']}" if page["next"] else ""
            page = offering.manager.get(f"{path}/learning-needs?limit=2{after}").json
            paged += page["items"]
        assert paged == items
        assert len(offering.manager.get(f"{path}/learning-needs?state=refused").json["items"]) == 1

    def test_of_many_approvals_at_once_one_counts(self, offering, call, path, public):
        proposed = offering.manager.post(f"{path}/learning-needs", need()).json
        url = f"{path}/learning-needs/{proposed['id']}/approval"
        members = [offering.client.as_(uuid4(), "council_member") for _ in range(8)]
        before = offering.client.get(public).json["version"]
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda member: member.post(url).status_code, members))
        assert sorted(answers) == [201, *[409] * 7]
        after = offering.client.get(public).json
        assert (after["version"], len(after["learning_needs"])) == (before + 1, 6)

    def test_needs_that_are_approved_at_once_all_stay(self, offering, path, public, council):
        made = [offering.manager.post(f"{path}/learning-needs", need()).json["id"] for _ in range(12)]
        with ThreadPoolExecutor(6) as pool:
            url = f"{path}/learning-needs/{{}}/approval"
            answers = list(pool.map(lambda one: council.post(url.format(one)).status_code, made))
        assert answers == [201] * 12
        shown = offering.client.get(public).json["learning_needs"]
        assert {*made} <= {one["id"] for one in shown}

    def test_a_need_is_never_both_used_and_taken_away(self, offering, call, path, public, council):
        college = offering.institution()
        place = college.place()
        for _ in range(5):
            proposed = offering.manager.post(f"{path}/learning-needs", need()).json["id"]
            council.post(f"{path}/learning-needs/{proposed}/approval")
            aims = [{"area": 1, "level": 4}, {"area": 5, "level": 5}]
            made = college.programme(call, learning_need_id=proposed, place_id=place["id"], digcomp=aims)
            withdrawal = f"{path}/learning-needs/{proposed}/withdrawal"
            with ThreadPoolExecutor(2) as pool:
                taken = pool.submit(council.post, withdrawal, {"reason": "Novecojusi."})
                used = pool.submit(college.complete, made)
            assert sorted([taken.result().status_code, used.result().status_code]) in ([201, 409], [201, 422])

    def test_who_may(self, offering, path, council):
        proposed = offering.manager.post(f"{path}/learning-needs", need()).json
        approval = f"{path}/learning-needs/{proposed['id']}/approval"
        assert offering.manager.post(approval).status_code == 403
        assert council.post(f"{path}/learning-needs", need()).status_code == 403
        both = offering.client.as_(uuid4(), "call_manager", "council_member")
        own = both.post(f"{path}/learning-needs", need()).json
        refused = both.post(f"{path}/learning-needs/{own['id']}/approval")
        assert (refused.status_code, refused.json["code"]) == (403, "proposer-approves")

    def test_a_need_nobody_decides_lapses(self, offering, path, clock, council):
        shown = offering.manager.get(path).json
        long = offering.call(
            "call-long",
            offers=(-2, 2000),
            evaluation=(2000, 2100),
            agreements=(2100, 2200),
            applications=(2200, 2300),
            group_formation=(2300, 2400),
            learning=(2400, 2500),
        )
        proposed = offering.manager.post(f"{API}/calls/{long['id']}/learning-needs", need()).json
        clock.held = NOON + timedelta(days=60)
        offering.work()
        items = offering.manager.get(f"{API}/calls/{long['id']}/learning-needs?state=lapsed").json["items"]
        assert [one["id"] for one in items] == [proposed["id"]]
        assert shown["state"] == "published"


class TestDocuments:
    def form(self, **changes):
        return {
            "kind": "call_regulations",
            "title_lv": "Nolikums",
            "title_en": "Regulations",
            "dated": "2026-12-01",
            "source": "aģentūra",
        } | changes

    def test_of_documents_that_are_added_at_once_none_is_lost(self, offering, path, public):
        form = self.form(number="1-2", url="https://example.org/1-2")
        with ThreadPoolExecutor(6) as pool:
            answers = list(
                pool.map(lambda _: offering.manager.post(f"{path}/document-links", form), range(12))
            )
        assert {one.status_code for one in answers} == {201}
        listed = offering.client.get(f"{public}/documents?number=1-2").json["items"]
        assert sorted(one["document_version"] for one in listed) == list(range(1, 13))

    def test_versions_stand_side_by_side_and_everybody_reads_them(self, offering, call, path, public, engine):
        before = offering.client.get(public).json
        added = offering.manager.upload(f"{path}/documents", self.form(), file=PAPER)
        assert added.status_code == 201, added.json
        digest = hashlib.sha256(PDF).hexdigest()
        assert (added.json["document_version"], added.json["sha256"]) == (2, digest)
        link = offering.manager.post(
            f"{path}/document-links", self.form(url="https://example.org/nolikums-3")
        )
        assert (link.status_code, link.json["document_version"], link.json["sha256"]) == (201, 3, None)
        listed = offering.client.get(f"{public}/documents?kind=call_regulations").json["items"]
        assert sorted(one["document_version"] for one in listed) == [1, 2, 3]
        assert all("added_by" not in one for one in listed)
        file = offering.client.get(f"{public}/documents/{added.json['id']}")
        assert (file.status_code, file.data) == (200, PDF)
        assert "attachment" in file.headers["Content-Disposition"]
        assert offering.client.get(f"{public}/documents/{link.json['id']}").status_code == 404
        after = offering.client.get(public).json
        assert after["version"] == before["version"] + 2 == told(engine, call)[-1]["version"]
        assert len(after["documents"]) == len(before["documents"]) + 2
        officers = offering.manager.get(f"{path}/documents?kind=call_regulations").json["items"]
        assert sum(one["added_by"] is not None for one in officers) == 2

    def test_what_is_not_right_is_refused_and_nothing_is_added(self, offering, path, public):
        assert (
            offering.manager.upload(f"{path}/documents", self.form(dated="2026-12-02"), file=PAPER).json[
                "code"
            ]
            == "document-dated-later"
        )
        bad = self.form(url="http://example.org/x")
        assert offering.manager.post(f"{path}/document-links", bad).status_code == 422
        auditor = offering.client.as_(uuid4(), "auditor")
        assert auditor.upload(f"{path}/documents", self.form(), file=PAPER).status_code == 403
        assert len(offering.client.get(f"{public}/documents").json["items"]) == 7

    def test_documents_of_a_draft_are_nobodys_business(self, offering, call, clock):
        body = {
            "code": "draft-1",
            "title_lv": "x",
            "title_en": "x",
            "based_on": call["id"],
            "phases": offering.windows(NOON),
        }
        draft = offering.manager.post(f"{API}/calls", body).json
        added = offering.manager.upload(f"{API}/calls/{draft['id']}/documents", self.form(), file=PAPER)
        assert added.status_code == 201
        public = f"{API}/public/calls/{draft['id']}/documents"
        assert offering.client.get(public).status_code == 404
        assert offering.client.get(f"{public}/{added.json['id']}").status_code == 404

    def test_a_list_is_two_queries_however_long(self, offering, public, queries):
        with queries() as seen:
            whole = offering.client.get(f"{public}/documents").json["items"]
        assert len(seen) == 2
        page, paged = {"next": ""}, []
        while page["next"] is not None:
            after = f"&after={page['next']}" if page["next"] else ""
            page = offering.client.get(f"{public}/documents?limit=2{after}").json
            paged += page["items"]
        assert paged == whole


class TestQuestions:
    def member(self, offering, person=None):
        return offering.client.as_(person or uuid7(), ("provider_editor", uuid7()))

    def ask(self, who, path, text="Vai drīkst iesniegt divus piedāvājumus?"):
        return who.post(f"{path}/questions", {"text": text})

    def test_answers_are_for_everybody_and_nobody_learns_who_asked(self, offering, path, public, queries):
        person = uuid7()
        asker, other = self.member(offering, person), self.member(offering)
        asked = self.ask(asker, path, "Vai Jānis Paraugs drīkst iesniegt divus?")
        assert (asked.status_code, asked.json["state"]) == (201, "asked")
        assert asked.json["due_at"] == as_instant(NOON + timedelta(hours=2))
        assert offering.client.get(f"{public}/questions").json["items"] == []
        answer = {"text_lv": "Jā.", "text_en": "Yes.", "published_text": "Vai drīkst iesniegt divus?"}
        url = f"{path}/questions/{asked.json['id']}/answer"
        assert offering.manager.post(url, answer).status_code == 201
        fixed = offering.manager.post(url, {"text_lv": "Līdz trim.", "reason": "Kļūda."})
        assert fixed.status_code == 201
        with queries() as seen:
            read = offering.client.get(f"{public}/questions")
        assert len(seen) == 2
        [item] = read.json["items"]
        assert (item["question"], item["answer"]["text_lv"], item["answer"]["answer_version"]) == (
            "Vai drīkst iesniegt divus?",
            "Līdz trim.",
            2,
        )
        assert [one["text_lv"] for one in item["earlier"]] == ["Jā."]
        for listed in (read, offering.manager.get(f"{path}/questions"), other.get(f"{path}/questions")):
            assert str(person) not in listed.text
        assert "Paraugs" not in read.text
        assert [one["id"] for one in asker.get(f"{path}/questions").json["items"]] == [asked.json["id"]]
        assert other.get(f"{path}/questions").json["items"] == []

    def test_who_asks_all_at_once_has_no_more_open_than_others(self, offering, path):
        editor = self.member(offering)
        with ThreadPoolExecutor(max_workers=8) as pool:
            answers = list(pool.map(lambda _: self.ask(editor, path).status_code, range(MOST_OPEN + 8)))
        assert sorted(answers) == [201] * MOST_OPEN + [409] * 8

    def test_after_the_deadline_they_are_refused_by_name(self, offering, path, clock):
        editor = self.member(offering)
        clock.held = NOON + timedelta(hours=2) - timedelta(microseconds=1)
        assert self.ask(editor, path).status_code == 201
        clock.held = NOON + timedelta(hours=2)
        late = self.ask(editor, path)
        assert (late.status_code, late.json["code"]) == (409, "questions-closed")
        waiting = offering.manager.get(f"{path}/questions?state=asked").json["items"]
        url = f"{path}/questions/{waiting[0]['id']}/answer"
        assert offering.manager.post(url, {"text_lv": "Jā."}).status_code == 201

    def test_what_waits_is_found_and_alarms(self, offering, path, clock, caplog):
        member = self.member(offering)
        self.ask(member, path)
        clock.held = NOON + timedelta(hours=1)
        answered = self.ask(member, path).json
        url = f"{path}/questions/{answered['id']}/answer"
        assert offering.manager.post(url, {"text_lv": "Jā."}).status_code == 201
        clock.held = NOON + timedelta(hours=2)
        offering.work()
        waiting = offering.manager.get(f"{path}/questions?answered=false").json["items"]
        assert [one["state"] for one in waiting] == ["overdue"]
        done = offering.manager.get(f"{path}/questions?answered=true").json["items"]
        assert [one["id"] for one in done] == [answered["id"]]
        assert len(offering.manager.get(f"{path}/questions?state=overdue").json["items"]) == 1
        assert "ALARM" in caplog.text

    @pytest.mark.parametrize("text", ["", "īss", "x" * 2_001, "Vai\x00 tā drīkst būt?"])
    def test_lengths_and_characters_are_limited(self, offering, path, text):
        assert self.ask(self.member(offering), path, text).status_code in (400, 422)

    def test_who_may(self, offering, path):
        assert self.ask(offering.client, path).status_code == 401
        for role in ("learner", "auditor", "council_member", "call_manager"):
            assert self.ask(offering.client.as_(uuid7(), role), path).status_code == 403
        asked = self.ask(self.member(offering), path).json
        auditor = offering.client.as_(uuid7(), "auditor")
        url = f"{path}/questions/{asked['id']}/answer"
        assert auditor.post(url, {"text_lv": "Jā."}).status_code == 403
        assert auditor.get(f"{path}/questions").status_code == 403
        foreign = f"{API}/calls/{uuid7()}/questions/{asked['id']}/answer"
        assert offering.manager.post(foreign, {"text_lv": "Jā."}).status_code == 404


class TestOutsideOffers:
    def arrival(self, **changes):
        return {
            "channel": "e_mail",
            "received_at": as_instant(NOON - timedelta(hours=3)),
            "sender_title": "Paraugu skola",
            "sender_number": "9900000001",
        } | changes

    def post(self, **changes):
        returned = {"returned_at": as_instant(NOON - timedelta(hours=1)), "returned_by": "Lietvedība"}
        return self.arrival(channel="post") | returned | changes

    def test_the_channel_decides_and_a_correction_is_a_version(self, offering, path, engine, queries):
        made = offering.manager.post(f"{path}/outside-offers", self.arrival())
        assert (made.status_code, made.json["state"], made.json["version"]) == (201, "non_compliant", 1)
        entry = f"{path}/outside-offers/{made.json['id']}"
        fixed = self.post(reason="Atnāca pa pastu.")
        assert offering.manager.put(entry, fixed, version=1).json["state"] == "returned_unopened"
        assert offering.manager.put(entry, fixed, version=1).status_code == 412
        with queries() as seen:
            versions = offering.manager.get(f"{entry}/versions").json["items"]
        assert len(seen) == 2
        assert [(one["version"], one["channel"], one["reason"]) for one in versions] == [
            (1, "e_mail", None),
            (2, "post", "Atnāca pa pastu."),
        ]
        offering.manager.post(f"{path}/outside-offers", self.arrival(sender_number=None))
        with queries() as seen:
            items = offering.manager.get(f"{path}/outside-offers").json["items"]
        assert (len(seen), len(items)) == (2, 2)
        filtered = offering.manager.get(f"{path}/outside-offers?state=returned_unopened").json["items"]
        assert [one["version"] for one in filtered] == [2]
        with engine.connect() as connection:
            query = "SELECT count(*) FROM outbox WHERE body::text LIKE '%Paraugu skola%'"
            assert connection.scalar(sa.text(query)) == 0

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"channel": "post"}, "return-not-recorded"),
            ({"returned_by": "x"}, "nothing-to-return"),
            ({"received_at": as_instant(NOON + timedelta(hours=1))}, "times-out-of-order"),
            ({"sender_number": "12"}, "invalid-request"),
            ({"channel": "pigeon"}, "invalid-request"),
        ],
    )
    def test_what_does_not_go_together_is_refused_by_name(self, offering, path, changes, code):
        refused = offering.manager.post(f"{path}/outside-offers", self.arrival(**changes))
        assert (refused.status_code, refused.json["code"]) == (422, code)

    def test_the_table_is_safe_for_spreadsheets(self, offering, path):
        offering.manager.post(f"{path}/outside-offers", self.post(sender_title='=HYPERLINK("x")', note="-1"))
        table = offering.manager.get(f"{path}/outside-offers.csv")
        assert table.status_code == 200
        [row] = csv.DictReader(io.StringIO(table.data.decode("utf-8-sig")))
        assert (row["sender_title"], row["note"]) == ('\'=HYPERLINK("x")', "'-1")

    def test_only_officers_see_it(self, offering, path):
        for role in ("learner", "council_member", "commission_member"):
            somebody = offering.client.as_(uuid7(), role)
            assert somebody.get(f"{path}/outside-offers").status_code == 403
        auditor = offering.client.as_(uuid7(), "auditor")
        assert auditor.get(f"{path}/outside-offers").status_code == 200
        assert auditor.post(f"{path}/outside-offers", self.arrival()).status_code == 403


class TestClosing:
    def test_a_call_that_nobody_offered_to_is_closed_and_stays_readable(
        self, offering, call, path, public, clock, engine
    ):
        early = offering.manager.post(f"{path}/closure")
        assert (early.status_code, early.json["code"]) == (409, "call-still-runs")
        clock.held = NOON + timedelta(hours=2)
        closed = offering.manager.post(f"{path}/closure")
        assert (closed.status_code, closed.json["state"]) == (201, "closed")
        assert told(engine, call)[-1]["state"] == "closed"
        assert offering.client.get(public).status_code == 200
        assert offering.client.get(f"{public}/documents").status_code == 200
        assert offering.manager.post(f"{path}/closure").json["code"] == "wrong-state"
        college = offering.institution()
        body = offering.content(call) | {"organisation_id": str(college.id), "call_id": call["id"]}
        assert college.editor.post(f"{API}/programmes", body).status_code == 404

    def test_an_undecided_offer_keeps_it_open(self, offering, call, path, clock):
        college = offering.institution()
        assert college.submit(college.ready(call, college.place())).status_code == 201
        clock.held = NOON + timedelta(hours=3)
        offering.work()
        refused = offering.manager.post(f"{path}/closure")
        assert (refused.json["code"], refused.json["running"]) == ("call-still-runs", "offers")

    def test_it_closes_by_itself_some_days_after_its_last_phase(self, offering, path, clock):
        clock.held = NOON + timedelta(hours=900)
        offering.work()
        assert offering.manager.get(path).json["state"] == "published"
        clock.held += timedelta(days=181)
        offering.work()
        assert offering.manager.get(path).json["state"] == "closed"
