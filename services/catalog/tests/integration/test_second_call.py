"""A call unlike call 1 in anything a call may decide: as a file, and over the routes; no code knows of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest
import sqlalchemy as sa
from ila_catalog.cli import run_load
from ila_kit.actor import process_actor
from ila_kit.clock import as_instant

pytestmark = pytest.mark.integration
API = "/api/catalog/v1"
FILE = ("papirs.pdf", b"%PDF-1.7", "application/pdf")
DURING = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
# 11:59 in summer time; the clock went forward two days before.
DEADLINE = datetime(2026, 3, 31, 9, 0, tzinfo=UTC)


@pytest.fixture
def call_1(offering):
    """Call 1, as everybody sees it."""
    listed = offering.manager.get(f"{API}/calls?code=call-1").json["items"][0]
    return offering.client.get(f"{API}/public/calls/{listed['id']}").json


def of_file(offering, deps, other_files, clock):
    """The invented call, loaded from its file."""
    clock.held = DURING
    run_load(replace(deps, files=other_files), "professional-1", demonstration=False)
    listed = offering.manager.get(f"{API}/calls?code=professional-1").json["items"][0]
    offering.work()
    return offering.client.get(f"{API}/public/calls/{listed['id']}").json


def of_routes(offering, other_files, clock, call_1):
    """The same decisions, made over the routes by a call manager and the council."""
    clock.held = DURING
    raw = other_files.call("professional-1")
    lists = {name: raw[name] for name in ("kinds", "requirements", "attachments", "checklist")}
    body = {
        "code": "professional-2",
        "based_on": call_1["id"],
        "with_needs": False,
        "phases": schedule(),
        "parameters": {
            name: {"amount": one["value"], "currency": "EUR"} if name == "budget_limit" else one["value"]
            for name, one in raw["parameters"].items()
        },
    }
    for name in ("title_lv", "title_en", "project_number", "funding_source", "activity"):
        body[name] = raw[name]
    made = offering.manager.post(f"{API}/calls", body)
    assert made.status_code == 201, made.json
    path = f"{API}/calls/{made.json['id']}"
    headers = offering.manager._headers({"If-Match": '"1"'})
    changed = offering.manager._client.patch(path, json=lists, headers=headers)
    assert changed.status_code == 200, changed.json
    need = raw["learning_needs"][0]
    proposed = {name: need[name] for name in ("areas", "text_lv", "text_en", "source")}
    asked = offering.manager.post(f"{path}/learning-needs", proposed)
    assert asked.status_code == 201, asked.json
    council = offering.client.as_(uuid4(), "council_member")
    assert council.post(f"{path}/learning-needs/{asked.json['id']}/approval").status_code == 201
    published = offering.second.post(f"{path}/publication")
    assert published.status_code == 201, published.json
    offering.work()
    return published.json


def schedule():
    """The schedule of the invented call, by its deadline."""
    edges = [-30, -25, -22, 0, 15, 30, 60, 70, 200]
    names = "needs_approval preparation offers evaluation agreements applications group_formation learning"
    instants = [as_instant(DEADLINE + timedelta(days=day)) for day in edges]
    return [
        {"name": name, "opens_at": opens, "closes_at": closes}
        for name, (opens, closes) in zip(names.split(), pairwise(instants), strict=True)
    ]


@pytest.fixture(params=["file", "routes"])
def call(request, offering, deps, other_files, clock, call_1):
    """The invented call, either way."""
    if request.param == "file":
        return of_file(offering, deps, other_files, clock)
    return of_routes(offering, other_files, clock, call_1)


@pytest.fixture
def college(offering):
    """An institution that was registered two years ago: too young for call 1."""
    return offering.institution(institution={"registered_on": "2024-01-01", "accredited": False})


def programme(college, call, place, **changes):
    """A development module without a licence, 40 % of it digital."""
    part = {"title": "Datu drošība", "title_en": "Data safety", "hours": 10, "digital_hours": 4}
    usual = {
        "parts": [part],
        "digcomp": [{"area": 1, "level": 2}, {"area": 4, "level": 3}],
        "learning_need_id": call["learning_needs"][0]["id"],
        "place_id": place["id"],
        "licence_number": None,
    }
    return college.programme(call, **usual | changes)


def offer(college, call, made, papers=("letter_of_intent", "lesson_plan")):
    body = {name: made[name] for name in ("organisation_id", "call_id")} | {"programme_id": made["id"]}
    drafted = college.editor.post(f"{API}/offers", body).json
    path = f"{API}/offers/{drafted['id']}"
    written = {"funding_source": call["funding_source"], "confirmed": True}
    assert college.editor.put(path, written, version=1).status_code == 200
    for kind in papers:
        attached = college.editor.upload(f"{path}/attachments", {"kind": kind}, file=FILE)
        assert attached.status_code == 201, attached.json
    return drafted


def codes(made):
    return {one["code"] for one in made["problems"]}


class TestWhatItDecides:
    def test_both_ways_decide_the_same(self, offering, deps, other_files, clock, call_1):
        file = of_file(offering, deps, other_files, clock)
        routes = of_routes(offering, other_files, clock, call_1)
        for name in ("kinds", "requirements", "attachments", "checklist", "funding_source", "activity"):
            assert routes[name] == file[name], name
        values = [{n: p["value"] for n, p in one["parameters"].items()} for one in (file, routes)]
        assert values[0] == values[1]
        needs = [[(n["areas"], n["text_lv"]) for n in one["learning_needs"]] for one in (file, routes)]
        assert needs[0] == needs[1]

    def test_its_programmes_are_of_its_own_families(self, college, call):
        made = programme(college, call, college.place())
        assert made["family"] == "professional_development"
        assert college.editor.get(f"{API}/programmes").json["items"][0]["family"] == made["family"]

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"kind": "module_set"}, "kind-not-taken"),
            ({"digcomp": [{"area": 1, "level": 4}, {"area": 4, "level": 3}]}, "level-outside-call"),
            ({"digcomp": [{"area": 1, "level": 2}]}, "need-not-covered"),
            (
                {"parts": [{"title": "x", "title_en": "x", "hours": 1000, "digital_hours": 399}]},
                "too-little-digital",
            ),
        ],
    )
    def test_its_rules_refuse_by_name(self, college, call, changes, code):
        assert code in codes(programme(college, call, college.place(), **changes))

    def test_the_other_family_has_other_rules(self, offering, call):
        college = offering.institution(licence={"family": "higher_education"})
        course = {"kind": "study_course", "digcomp": [{"area": 3, "level": 7}], "learning_need_id": None}
        place = college.place()
        assert codes(programme(college, call, place, **course)) == {"fields-missing"}
        made = programme(college, call, place, **course, licence_number="P-1")
        assert (codes(made), made["family"]) == (set(), "micro_credential")
        wrong = offering.institution()
        unfit = programme(wrong, call, wrong.place(), **course, licence_number="P-1")
        assert wrong.complete(unfit).json["code"] == "licence-unfit"

    def test_an_offer_passes_by_its_rules_and_a_third_by_its_quota_does_not(
        self, offering, college, call, clock
    ):
        place = college.place()
        offers = []
        for _ in range(3):
            made = programme(college, call, place)
            assert college.complete(made).status_code == 201, made["problems"]
            offers.append(offer(college, call, made))
        offering.work()
        assert [college.submit(one).status_code for one in offers] == [201, 201, 409]
        assert college.submit(offers[2]).json["code"] == "quota-exceeded"
        clock.held = DEADLINE
        assert college.submit(offers[2]).json["code"] == "offers-closed"

    def test_its_papers_are_its_own(self, college, call):
        made = programme(college, call, college.place())
        assert college.complete(made).status_code == 201
        drafted = offer(college, call, made, papers=())
        path = f"{API}/offers/{drafted['id']}/attachments"
        foreign = college.editor.upload(path, {"kind": "annex_2"}, file=FILE)
        assert (foreign.status_code, foreign.json["code"]) == (422, "file-kind-not-taken")
        assert college.submit(drafted).json["kinds"] == "letter_of_intent, lesson_plan"
        own = f"{API}/programmes/{made['id']}/attachments"
        assert college.editor.upload(own, {"kind": "letter_of_intent"}, file=FILE).status_code == 422
        for kind in ("letter_of_intent", "outline"):
            assert college.editor.upload(path, {"kind": kind}, file=FILE).status_code == 201
        assert college.submit(drafted).status_code == 201

    def test_the_last_instant_counts_although_the_clock_went_forward(self, offering, college, call, clock):
        place = college.place()
        made = [programme(college, call, place) for _ in range(2)]
        drafted = []
        for one in made:
            college.complete(one)
            drafted.append(offer(college, call, one))
        clock.held = DEADLINE - timedelta(microseconds=1)
        assert college.submit(drafted[0]).status_code == 201
        clock.held = DEADLINE
        assert college.submit(drafted[1]).json["code"] == "offers-closed"

    def test_call_1_is_untouched(self, offering, call, call_1):
        again = offering.client.get(f"{API}/public/calls/{call_1['id']}").json
        assert {n: v for n, v in again.items() if n != "phases"} == {
            n: v for n, v in call_1.items() if n != "phases"
        }
        copy = offering.call()
        college = offering.institution()
        ready = college.ready(copy, college.place())
        assert college.submit(ready).status_code == 201

    def test_publication_tells_what_others_need(self, call, engine):
        with engine.connect() as connection:
            query = sa.text("SELECT body->'data' FROM outbox WHERE type = 'catalog.call_published.v1'")
            told = [body for (body,) in connection.execute(query) if body["call_id"] == call["id"]]
        assert {(one["opening_mode"], one["drop_out_rule"], one["state"]) for one in told} == {
            ("draw", "pro_rata", "published")
        }
        assert told[-1]["funding_source"] == "ESF+ 9.9.9"


def test_a_call_of_the_release_before_asks_for_the_papers_it_asked_for(
    offering, engine, call_data, deps, call_1
):
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE call SET attachments = DEFAULT, checklist = DEFAULT"))
        connection.execute(sa.text("UPDATE learning_need SET areas = DEFAULT"))
    with deps.units.read(process_actor("catalog")) as unit:
        found = unit.calls.get(call_data.id).data
    rules = [
        [(one.kind, one.families, one.subjects, one.required, one.instead_of) for one in data.attachments]
        for data in (found, call_data)
    ]
    assert rules[0] == rules[1]
    assert [one.areas for one in found.learning_needs] == [one.areas for one in call_data.learning_needs]
    listed = offering.manager.get(f"{API}/calls/{call_1['id']}/learning-needs").json["items"]
    assert sorted(one["areas"][0]["area"] for one in listed) == [1, 2, 3, 4, 5]


class TestFaultyContent:
    def test_faults_over_the_routes_are_named_with_their_place(self, offering, call_1, clock, other_files):
        clock.held = DURING
        raw = other_files.call("professional-1")
        body = {
            "code": "faulty",
            "title_lv": "x",
            "title_en": "x",
            "based_on": call_1["id"],
            "phases": offering.windows(DURING),
            "kinds": raw["kinds"],
        }
        refused = offering.manager.post(f"{API}/calls", body)
        assert (refused.status_code, refused.json["code"]) == (422, "faulty-data")
        assert any(fault.startswith("requirements[0].families") for fault in refused.json["faults"])
        raw["requirements"][2]["values"] = {"lowest": 1}
        refused = offering.manager.post(f"{API}/calls", body | {"requirements": raw["requirements"]})
        assert "requirements[2].values.lowest is not known here" in refused.json["faults"]
        missing = [{**raw["attachments"][0], "kind": "Bad Kind"}]
        refused = offering.manager.post(f"{API}/calls", body | {"attachments": missing})
        assert (refused.status_code, refused.json["code"]) == (422, "invalid-request")
