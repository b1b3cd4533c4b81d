"""The routes of calls on a real database, as visitors and officers use them."""

from uuid import uuid4

import pytest
from ila_catalog import cli
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
ROOT = "/api/catalog/v1"
PROGRAMMES = f"{ROOT}/public/programmes"


class TestCalls:
    def test_everybody_sees_call_1_with_all_it_decides(self, client, loaded):
        listed = client.get(f"{ROOT}/public/calls").json["items"][0]
        assert (listed["code"], listed["applications_open"]) == ("call-1", True)
        call = client.get(f"{ROOT}/public/calls/{listed['id']}").json
        assert call["parameters"]["budget_limit"]["value"] == {"amount": "2132000.00", "currency": "EUR"}
        assert call["parameters"]["opening_mode"] == {"value": "first_come", "source": "[default]"}
        assert [kind["quota"] for kind in call["kinds"]] == [3, 3, 3, 3]
        assert call["learning_needs"][4]["area_lv"] == "Problēmu risināšana"
        assert {d["number"] for d in call["documents"] if d["kind"] == "annex"} == {"2", "3", "4"}
        assert "state" not in call

    def test_a_moved_schedule_says_so_and_shows_the_plan(self, client, loaded):
        call_id = client.get(f"{ROOT}/public/calls").json["items"][0]["id"]
        call = client.get(f"{ROOT}/public/calls/{call_id}").json
        offers = call["phases"][2]
        assert call["shifted_by_days"] > 0
        assert offers["planned_closes_at"] == "2024-10-11T21:00:00.000000Z"
        assert offers["closes_at"] > offers["planned_closes_at"]
        assert [p["name"] for p in call["phases"] if p["open"]] == ["applications"]

    def test_the_true_schedule_is_the_plan_and_over(self, client, deps):
        cli.run_load(deps, "call-1", demonstration=False)
        call = client.get(f"{ROOT}/public/calls").json["items"][0]
        assert call["shifted_by_days"] == 0
        assert not any(phase["open"] for phase in call["phases"])

    def test_an_unchanged_call_is_not_sent_again(self, client, loaded):
        path = f"{ROOT}/public/calls/" + client.get(f"{ROOT}/public/calls").json["items"][0]["id"]
        tag = client.get(path).headers["ETag"]
        assert tag == '"1.5"'
        assert client.get(path, If_None_Match=tag).status_code == 304
        assert client.get(path, If_None_Match='"1."').status_code == 200

    def test_lists_and_calls_are_one_query_each(self, client, loaded, queries):
        call_id = client.get(f"{ROOT}/public/calls").json["items"][0]["id"]
        programme_id = client.get(PROGRAMMES).json["items"][0]["id"]
        public = f"{ROOT}/public"
        for path in ("calls", f"calls/{call_id}", f"programmes/{programme_id}", "providers"):
            with queries() as seen:
                assert client.get(f"{public}/{path}").status_code == 200
            assert len(seen) == 1, (path, seen)

    @pytest.mark.parametrize("role", ["call_manager", "auditor"])
    def test_officers_see_state_and_edition(self, client, loaded, role):
        officer = client.as_(uuid7(), role)
        listed = officer.get(f"{ROOT}/calls?state=published").json["items"][0]
        answer = officer.get(f"{ROOT}/calls/{listed['id']}")
        assert (answer.json["state"], answer.json["edition"], answer.headers["ETag"]) == (
            "published",
            5,
            '"1"',
        )
        assert officer.get(f"{ROOT}/calls/{listed['id']}", If_None_Match='"1"').status_code == 304
        assert officer.get(f"{ROOT}/calls?state=draft").json["items"] == []

    @pytest.mark.parametrize("path", ["/calls", f"/calls/{uuid4()}"], ids=["list", "one"])
    def test_others_are_kept_out_of_the_officers_side(self, client, loaded, path):
        assert client.get(ROOT + path).json["code"] == "unauthenticated"
        for role in ("learner", "provider_admin", "platform_admin"):
            answer = client.as_(uuid7(), role).get(ROOT + path)
            assert (answer.status_code, answer.json["code"]) == (403, "forbidden")
