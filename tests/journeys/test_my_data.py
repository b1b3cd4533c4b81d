"""What people see of the handling of their data, over the gateway: who looked, everything, being erased."""

import pytest
import suite
from citizens import MY_DATA, named

pytestmark = pytest.mark.journey
ME = "/api/identity/v1/persons/me"
VIEWED, EXPORTED, ERASED = map(named, MY_DATA)


def test_a_look_by_an_auditor_is_seen_by_the_person_within_ten_seconds():
    learner = suite.persona(VIEWED)
    application = suite.draft(learner, suite.programme("module_set"))["id"]
    auditor = suite.persona("auditor")
    auditor.read(f"/api/applications/v1/applications/{application}")

    def looks() -> list[tuple[str, str]]:
        rows = learner.read(f"{ME}/access-log?service=applications")["items"]
        who = auditor.read(ME)["id"]
        return [(row["purpose"], row["what"][0]) for row in rows if row["viewer"] == who]

    assert suite.eventually(looks, [("handling of applications", "application")], 10)


def test_everything_about_a_person_is_collected_from_all_services_within_a_minute():
    learner = suite.persona(EXPORTED)
    application = suite.draft(learner, suite.programme("module_set"))["id"]
    asked = learner.post(f"{ME}/exports")
    assert asked.status_code == 202, asked.text
    path = asked.headers["Location"]

    suite.eventually(lambda: learner.read(path)["state"], "ready", 60)

    services = learner.read(f"{path}/file")["services"]
    assert services["identity"]["parts"]["account"][0]["state"] in ("opened", "active")
    assert [row["id"] for row in services["applications"]["parts"]["applications"]] == [application]
    assert set(services) == {"identity", "applications", "funding"}


def test_a_person_who_is_erased_is_let_in_nowhere_and_comes_again_as_somebody_new():
    learner = suite.signed_in(ERASED)
    before = learner.read(ME)["id"]
    application = suite.draft(learner, suite.programme("module_set"))["id"]

    assert learner.post(f"{ME}/erasure").status_code == 202

    suite.eventually(lambda: learner.get(ME).status_code, 401, 60)
    again = suite.signed_in(ERASED, patience=60)
    assert again.read(ME)["id"] != before
    assert again.get(f"/api/applications/v1/applications/{application}").status_code == 404
