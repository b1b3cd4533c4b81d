"""What the agency does with calls over HTTP: copy, change, publish, and move the schedule by two persons."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa
from ila_kit.clock import as_instant
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
API = "/api/catalog/v1/calls"
NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def noon(clock):
    """Time stands still at noon."""
    clock.held = NOON
    return clock


@pytest.fixture
def template(offering):
    """Call 1, as officers see it."""
    listed = offering.manager.get(f"{API}?code=call-1").json["items"][0]
    return offering.manager.get(f"{API}/{listed['id']}").json


def new_call(offering, template, by=None, **changes):
    body = {
        "code": "call-2",
        "title_lv": "2. uzaicinājums",
        "title_en": "Second call",
        "based_on": template["id"],
        "phases": offering.windows(NOON),
    } | changes
    return (by or offering.manager).post(API, body)


def patch(client, path, body, version):
    headers = client._headers({"If-Match": f'"{version}"'})
    return client._client.patch(path, json=body, headers=headers)


def move(client, call, reason="Kļūda grafikā", **windows):
    phases = [
        {"name": name, "opens_at": as_instant(opens), "closes_at": as_instant(closes)}
        for name, (opens, closes) in windows.items()
    ]
    path = f"{API}/{call['id']}/schedule-changes"
    return client.post(path, {"phases": phases, "reason": reason})


def confirm(client, call, change):
    return client.post(f"{API}/{call['id']}/schedule-changes/{change['id']}/confirmation")


def hours(since, until):
    return NOON + timedelta(hours=since), NOON + timedelta(hours=until)


class TestCopies:
    def test_a_copy_takes_what_the_template_decided_and_has_ids_of_its_own(self, offering, template, noon):
        made = new_call(offering, template, parameters={"group_minimum": 1})
        assert made.status_code == 201, made.json
        copy = made.json
        assert (copy["state"], copy["version"], copy["edition"]) == ("draft", 1, 1)
        for kept in ("kinds", "requirements", "funding_source", "activity", "project_number"):
            assert copy[kept] == template[kept]
        for own in ("learning_needs", "documents"):
            assert len(copy[own]) == len(template[own])
            assert not {one["id"] for one in copy[own]} & {one["id"] for one in template[own]}
        assert copy["parameters"]["group_minimum"]["value"] == 1
        assert copy["parameters"]["minimum_age"] == template["parameters"]["minimum_age"]
        assert all(phase["opens_at"] == phase["planned_opens_at"] for phase in copy["phases"])
        assert offering.client.get(f"/api/catalog/v1/public/calls/{copy['id']}").status_code == 404

    @pytest.mark.parametrize(
        ("changes", "fault"),
        [
            ({"parameters": {"group_minimum": 0}}, "parameters.group_minimum"),
            ({"parameters": {"learning_hour_minutes_studies": 61}}, "learning_hour_minutes_studies"),
            ({"parameters": {"co_payment_percent": 100}}, "parameters.co_payment_percent"),
            ({"parameters": {"budget_limit": {"amount": "0.00", "currency": "EUR"}}}, "budget_limit"),
        ],
    )
    def test_parameters_outside_their_bounds_are_refused_by_name(
        self, offering, template, noon, changes, fault
    ):
        refused = new_call(offering, template, **changes)
        assert (refused.status_code, refused.json["code"]) == (422, "faulty-data")
        assert fault in refused.json["faults"][0]

    def test_learning_hours_may_be_nominal(self, offering, template, noon):
        made = new_call(
            offering,
            template,
            parameters={
                "learning_hour_minutes_vocational": 0,
                "learning_hour_minutes_studies": 0,
                "budget_limit": {"amount": "1000.00", "currency": "EUR"},
            },
        )
        assert made.status_code == 201
        assert made.json["parameters"]["learning_hour_minutes_vocational"]["value"] == 0
        assert made.json["parameters"]["budget_limit"]["value"] == {"amount": "1000.00", "currency": "EUR"}

    def test_a_schedule_lacks_no_phase_and_shows_no_offer_early(self, offering, template, noon):
        windows = offering.windows(NOON)
        assert new_call(offering, template, phases=windows[1:]).json["code"] == "faulty-data"
        early = offering.windows(NOON, evaluation=(1, 4))
        assert "evaluation" in new_call(offering, template, phases=early).json["faults"][0]
        backwards = offering.windows(NOON, learning=(900, 10))
        assert new_call(offering, template, phases=backwards).status_code == 422

    def test_a_code_is_given_once(self, offering, template, noon):
        assert new_call(offering, template).status_code == 201
        assert new_call(offering, template).json["code"] == "code-taken"
        assert new_call(offering, template, code="call-3", based_on=str(uuid7())).status_code == 404

    def test_only_a_call_manager_makes_calls(self, offering, template):
        for role in ("auditor", "provider_admin", "council_member"):
            somebody = offering.client.as_(uuid4(), role)
            assert somebody.post(API, {"code": "x"}).status_code == 403


class TestDrafts:
    def test_who_wrote_a_draft_publishes_no_copy_of_it(self, offering, template, noon):
        draft = new_call(offering, template).json
        copied = new_call(offering, draft, by=offering.second, code="call-3")
        assert copied.status_code == 201, copied.json
        refused = offering.manager.post(f"{API}/{copied.json['id']}/publication")
        assert (refused.status_code, refused.json["code"]) == (403, "own-draft")

    def test_nobody_publishes_a_call_they_wrote_a_part_of(self, offering, template, noon):
        call = new_call(offering, template).json
        path, third = f"{API}/{call['id']}", offering.client.as_(uuid4(), "call_manager")
        assert patch(offering.second, path, {"title_en": "Third call"}, 1).status_code == 200
        for writer in (offering.manager, offering.second):
            assert writer.get(path).json["actions"] == []
            refused = writer.post(f"{path}/publication")
            assert (refused.status_code, refused.json["code"]) == (403, "own-draft")
        assert offering.client.get(f"/api/catalog/v1/public/calls/{call['id']}").status_code == 404
        seen = third.get(path).json
        assert len(seen["writers"]) == 2
        assert seen["actions"] == ["publish"]
        assert third.post(f"{path}/publication").json["actions"] == ["close"]

    def test_a_draft_is_changed_and_a_published_call_is_not(self, offering, template, noon):
        call = new_call(offering, template).json
        path = f"{API}/{call['id']}"
        body = {"title_en": "Third call", "parameters": {"minimum_age": 21}}
        changed = patch(offering.manager, path, body, 1)
        assert changed.status_code == 200, changed.json
        assert (changed.json["title_en"], changed.json["title_lv"]) == ("Third call", call["title_lv"])
        assert changed.json["content_hash"] != call["content_hash"]
        assert patch(offering.manager, path, body, 1).status_code == 412
        published = offering.second.post(f"{path}/publication").json
        assert (published["state"], published["version"]) == ("published", 3)
        assert patch(offering.manager, path, body, 3).json["code"] == "wrong-state"
        assert offering.second.post(f"{path}/publication").json["code"] == "wrong-state"
        assert offering.client.get(f"/api/catalog/v1/public/calls/{call['id']}").status_code == 200

    def test_publication_is_told_with_what_others_need(self, offering, noon, engine):
        call = offering.call()
        with engine.connect() as connection:
            query = sa.text("SELECT body->'data' FROM outbox WHERE type = 'catalog.call_published.v1'")
            told = [body for (body,) in connection.execute(query) if body["call_id"] == call["id"]]
        assert [one["group_minimum"] for one in told] == [1]
        assert told[0]["learning_hour_minutes_vocational"] == 0
        assert told[0]["learning_hour_minutes_studies"] == 45
        assert told[0]["drop_out_rule"] == "completion_only"


class TestScheduleChanges:
    def test_another_manager_moves_the_phases_and_everybody_hears(self, offering, noon, engine):
        call = offering.call()
        change = move(offering.manager, call, offers=hours(-2, 3), evaluation=hours(3, 4))
        assert (change.status_code, change.json["state"]) == (201, "proposed")
        shown = offering.manager.get(f"{API}/{call['id']}").json
        assert shown["phases"][2]["closes_at"] == as_instant(NOON + timedelta(hours=2))
        assert change.json["actions"] == ["withdraw"]
        own = confirm(offering.manager, call, change.json)
        assert (own.status_code, own.json["code"]) == (403, "same-proposer")
        (seen,) = offering.second.get(f"{API}/{call['id']}/schedule-changes").json["items"]
        assert seen["actions"] == ["apply", "withdraw"]
        applied = confirm(offering.second, call, change.json)
        assert (applied.status_code, applied.json["state"]) == (201, "applied")
        assert applied.json["confirmed_by"] != applied.json["proposed_by"]
        moved = offering.manager.get(f"{API}/{call['id']}").json
        offers = moved["phases"][2]
        assert offers["closes_at"] == as_instant(NOON + timedelta(hours=3))
        assert offers["planned_closes_at"] == as_instant(NOON + timedelta(hours=2))
        listed = offering.manager.get(f"{API}/{call['id']}/schedule-changes").json["items"]
        assert [(one["reason"], one["state"]) for one in listed] == [("Kļūda grafikā", "applied")]
        assert confirm(offering.second, call, change.json).json["code"] == "wrong-state"
        public = offering.client.get(f"/api/catalog/v1/public/calls/{call['id']}/schedule-changes")
        assert [set(one) for one in public.json["items"]] == [{"id", "phases", "reason", "applied_at"}]

    def test_closing_offers_now_opens_the_evaluation_at_once(self, offering, noon):
        call = offering.call()
        at = NOON + timedelta(seconds=2)
        change = move(
            offering.manager, call, offers=(NOON - timedelta(hours=2), at), evaluation=(at, hours(0, 4)[1])
        )
        confirm(offering.second, call, change.json)
        noon.held = at
        offering.work()
        states = offering.manager.get(f"{API}/{call['id']}").json["phase_states"]
        assert (states["offers"], states["evaluation"]) == ("closed", "open")

    def test_published_programmes_tell_anew_when_one_can_apply(self, loaded, offering, engine):
        call = offering.manager.get(f"{API}?code=call-1").json["items"][0]
        phases = {one["name"]: one for one in call["phases"]}
        applications = phases["applications"]
        closes = datetime.fromisoformat(applications["closes_at"]) + timedelta(days=1)
        window = {
            "name": "applications",
            "opens_at": applications["opens_at"],
            "closes_at": as_instant(closes),
        }
        path = f"{API}/{call['id']}/schedule-changes"
        change = offering.manager.post(path, {"phases": [window], "reason": "Svētku diena"})
        assert change.status_code == 201, change.json
        assert confirm(offering.second, call, change.json).status_code == 201
        with engine.connect() as connection:
            query = sa.text(
                "SELECT body->'data'->>'applications_close_at', (body->>'sequence')::int FROM outbox "
                "WHERE type = 'catalog.programme_published.v1' ORDER BY id DESC LIMIT 3"
            )
            assert list(connection.execute(query)) == [(as_instant(closes), 2)] * 3

    @pytest.mark.parametrize(
        ("windows", "code"),
        [
            ({"offers": (-2, -1)}, "schedule-in-the-past"),
            ({"offers": (-1, 2)}, "schedule-in-the-past"),
            ({"preparation": (-8, 1)}, "phase-is-over"),
            ({"offers": (-2, 3)}, "faulty-data"),
            ({"agreements": (9, 10)}, "faulty-data"),
        ],
    )
    def test_the_past_stays_and_the_order_holds(self, offering, noon, windows, code):
        call = offering.call()
        refused = move(offering.manager, call, **{name: hours(*pair) for name, pair in windows.items()})
        assert refused.json["code"] == code

    def test_a_proposal_that_the_deadline_overtook_is_not_applied(self, offering, noon):
        call = offering.call()
        change = move(offering.manager, call, offers=hours(-2, 1.5)).json
        noon.held = NOON + timedelta(hours=1.6)
        assert confirm(offering.second, call, change).json["code"] == "schedule-in-the-past"
        noon.held = NOON + timedelta(hours=2.1)
        assert confirm(offering.second, call, change).json["code"] == "phase-is-over"

    def test_one_proposal_waits_at_a_time_and_lapses_by_itself(self, offering, noon):
        call = offering.call()
        change = move(offering.manager, call, learning=hours(10, 901)).json
        assert move(offering.second, call, learning=hours(10, 902)).json["code"] == "schedule-pending"
        noon.held = NOON + timedelta(days=15)
        offering.work()
        listed = offering.manager.get(f"{API}/{call['id']}/schedule-changes?state=lapsed").json["items"]
        assert [one["id"] for one in listed] == [change["id"]]
        assert move(offering.second, call, learning=hours(10, 902)).status_code == 201

    def test_a_draft_has_no_schedule_to_move_and_strangers_move_none(self, offering, template, noon):
        call = new_call(offering, template).json
        assert move(offering.manager, call, learning=hours(10, 901)).json["code"] == "wrong-state"
        stranger = offering.client.as_(uuid4(), "provider_admin")
        assert move(stranger, call, learning=hours(10, 901)).status_code == 403


class TestOneDeadlineForAll:
    def test_no_route_takes_a_deadline_for_one_institution(self):
        document = json.loads((Path(__file__).parents[2] / "openapi.json").read_text())
        taking = {
            f"{method.upper()} {path.removeprefix('/api/catalog/v1')}": names
            for path, item in document["paths"].items()
            for method, operation in item.items()
            if method != "parameters"
            if "closes_at" in (names := set(_members(document, operation.get("requestBody", {}))))
        }
        assert set(taking) == {
            "POST /calls",
            "PATCH /calls/{call_id}",
            "POST /calls/{call_id}/schedule-changes",
        }
        for names in taking.values():
            assert not [name for name in names if "organisation" in name or "provider" in name]

    @pytest.mark.parametrize("place", ["window", "body"])
    def test_a_deadline_moved_for_one_is_refused(self, offering, noon, place):
        call, one = offering.call(), {"organisation_id": str(uuid7())}
        opens, closes = map(as_instant, hours(-2, 3))
        window = {"name": "offers", "opens_at": opens, "closes_at": closes}
        body = {"phases": [window | (one if place == "window" else {})], "reason": "Lūgums"}
        body |= one if place == "body" else {}
        refused = offering.manager.post(f"{API}/{call['id']}/schedule-changes", body)
        assert (refused.status_code, refused.json["code"]) == (422, "invalid-request")
        assert offering.manager.get(f"{API}/{call['id']}/schedule-changes").json["items"] == []

    @pytest.mark.parametrize(
        "closes",
        [
            "2027-03-28T01:00:00Z",  # the hour that the clock skips
            "2027-10-31T00:30:00Z",  # the first time that the clock shows 03:30
            "2027-10-31T01:30:00Z",  # the second time
        ],
    )
    def test_a_moved_deadline_holds_for_everybody_in_the_nights_of_the_clock(self, offering, clock, closes):
        deadline = datetime.fromisoformat(closes)
        clock.held = deadline - timedelta(hours=3)
        call = offering.call()
        colleges = [offering.institution() for _ in range(2)]
        ready = [[one.ready(call, one.place()) for _ in range(2)] for one in colleges]
        windows = {
            "offers": (clock.held - timedelta(hours=2), deadline),
            "evaluation": (deadline, deadline + timedelta(hours=1)),
        }
        change = move(offering.manager, call, **windows).json
        assert confirm(offering.second, call, change).status_code == 201
        clock.held = deadline - timedelta(microseconds=1)
        for college, (in_time, _) in zip(colleges, ready, strict=True):
            assert college.submit(in_time).status_code == 201
        clock.held = deadline
        for college, (_, late) in zip(colleges, ready, strict=True):
            assert college.submit(late).json["code"] == "offers-closed"


def _members(document, node):
    """Tell the name of every member of a request body."""
    if isinstance(node, dict):
        if "$ref" in node:
            yield from _members(document, document["components"]["schemas"][node["$ref"].rpartition("/")[2]])
        yield from node.get("properties", {})
        for inner in node.values():
            yield from _members(document, inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _members(document, inner)
