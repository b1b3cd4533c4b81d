"""A person gets everything that is kept about them, and nobody else does."""

from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
from ila_identity.app import FILES
from ila_identity.consumers import TIMERS, ExportsJob
from ila_kit.files.sweeping import FilesJob
from ila_kit.ids import uuid7
from ila_kit.store.timers import run_due

pytestmark = pytest.mark.integration
DATA = "/api/identity/v1/persons/me/data"
EXPORTS = "/api/identity/v1/persons/me/exports"


@pytest.fixture
def person(sign_in, new_code):
    return sign_in(personal_code=new_code())


@pytest.fixture
def me(api, person):
    return api.as_(person, "learner")


def test_everything_that_identity_keeps_is_shown_and_the_code_is_masked(me, person):
    body = me.get(DATA).json

    assert (body["service"], body["person_id"]) == ("identity", str(person))
    assert body["parts"]["person"][0]["family_name"] == "Apsīte"
    assert body["parts"]["account"][0]["state"] == "opened"
    [code] = body["parts"]["personal_codes"]
    assert code["personal_code"].startswith("*")
    assert set(body["parts"]) >= {"logins", "roles", "register_facts", "memberships", "access_log"}


def test_nothing_is_kept_about_somebody_unknown(api):
    parts = api.as_(uuid7(), "learner").get(DATA).json["parts"]

    assert {name for name, rows in parts.items() if rows} == set()


def test_only_the_machine_of_exports_is_told_about_others(api, person):
    path = f"/api/identity/v1/persons/{person}/data"

    assert api.as_("svc:identity", "persons.data").get(path).json["parts"]["person"]
    for role in ("learner", "platform_admin", "auditor", "identity.facts"):
        assert api.as_(uuid7(), role).get(path).status_code == 403


def test_an_export_is_collected_taken_and_gone_after_its_time(me, deps, engine):
    asked = me.post(EXPORTS)
    assert (asked.status_code, asked.json["state"]) == (202, "collecting")
    path = asked.headers["Location"]
    assert me.get(f"{path}/file").json["code"] == "export-not-ready"
    assert me.post(EXPORTS).json["code"] == "export-under-way"

    assert ExportsJob(deps).run() == 1

    ready = me.get(path).json
    assert (ready["state"], ready["waiting_for"], ready["file"]) == ("ready", [], f"{path}/file")
    file = me.get(ready["file"])
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    services = orjson.loads(file.data)["services"]
    assert set(services) == {"identity", "applications", "funding"}
    assert services["identity"]["parts"]["person"][0]["given_name"] == "Zane"

    late = replace(deps.units, clock=lambda: deps.units.clock() + timedelta(days=8))
    run_due(late, TIMERS)
    assert me.get(path).json["state"] == "expired"
    assert me.get(f"{path}/file").json["code"] == "export-not-ready"


def test_an_export_waits_for_a_service_that_is_away_and_says_so(me, deps):
    path = me.post(EXPORTS).headers["Location"]
    deps.collector.away = {"funding"}

    assert ExportsJob(deps).run() == 0
    assert me.get(path).json["waiting_for"] == ["funding"]

    deps.collector.away = set()
    later = replace(deps.units, clock=lambda: deps.units.clock() + timedelta(minutes=5))
    assert ExportsJob(replace(deps, units=later)).run() == 1
    assert me.get(path).json["state"] == "ready"


def test_an_export_waits_while_the_store_of_files_is_away(me, deps):
    path = me.post(EXPORTS).headers["Location"]
    deps.kept_files.blobs.away = True

    assert ExportsJob(deps).run() == 0
    assert me.get(path).json["state"] == "collecting"

    deps.kept_files.blobs.away = False
    later = replace(deps.units, clock=lambda: deps.units.clock() + timedelta(minutes=5))
    assert ExportsJob(replace(deps, units=later)).run() == 1


def test_own_exports_are_listed_newest_first_a_page_at_a_time(me, deps):
    first = me.post(EXPORTS).json["id"]
    ExportsJob(deps).run()
    last = me.post(EXPORTS).json["id"]

    listed = me.get(EXPORTS).json
    assert [(one["id"], one["state"]) for one in listed["items"]] == [(last, "collecting"), (first, "ready")]
    assert listed["items"][1] == me.get(f"{EXPORTS}/{first}").json
    page = me.get(f"{EXPORTS}?limit=1").json
    assert [one["id"] for one in page["items"]] == [last]
    page = me.get(f"{EXPORTS}?limit=1&after={page['next']}").json
    assert ([one["id"] for one in page["items"]], page["next"]) == ([first], None)
    ready = me.get(f"{EXPORTS}?state=ready").json["items"]
    assert [one["file"] for one in ready] == [f"{EXPORTS}/{first}/file"]


def test_exports_are_listed_to_their_person_alone_and_with_a_strong_sign_in(api, me, person):
    me.post(EXPORTS)

    assert api.as_(uuid7(), "learner").get(EXPORTS).json == {"items": [], "next": None}
    weak = api.as_(person, "learner", acr="substantial").get(EXPORTS)
    assert (weak.status_code, weak.json["code"]) == (403, "assurance-too-low")
    assert api.as_(person, "auditor").get(EXPORTS).status_code == 403
    assert me.get(f"{EXPORTS}?state=lost").json["code"] == "invalid-request"


def test_an_export_of_somebody_else_is_not_there(api, me):
    path = me.post(EXPORTS).headers["Location"]
    other = api.as_(uuid7(), "learner")

    for address in (path, f"{path}/file", f"{EXPORTS}/{uuid7()}"):
        assert other.get(address).status_code == 404


def test_the_file_of_an_export_is_named_while_it_is_kept(me, deps, engine):
    me.post(EXPORTS)
    ExportsJob(deps).run()

    job = FilesJob(engine, deps.kept_files, FILES)
    assert job.sweep(deps.units.clock() + timedelta(days=1)) == 0
