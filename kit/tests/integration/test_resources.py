"""Routes show who sees what, which version it is, and nothing that was not asked for."""

from uuid import uuid4

import pytest
import sqlalchemy as sa
from ila_kit.testing.http import ApiClient, identity_token
from notes_service.app import create_app, make_deps

pytestmark = pytest.mark.integration
API = "/api/notes/v1"
NOTES = f"{API}/notes"
BODY = {"title": "Maize", "price": {"amount": "1.50", "currency": "EUR"}, "day": "2024-11-20"}


@pytest.fixture
def school():
    """An organisation."""
    return uuid4()


def titles(client):
    return sorted(item["title"] for item in client.get(f"{NOTES}?limit=200").json["items"])


def test_a_new_thing_has_its_place_and_its_version(notes):
    writer = notes.by(uuid4(), "writer")
    response = writer.post(NOTES, BODY)
    assert response.status_code == 201
    assert response.headers["Location"] == f"{NOTES}/{response.json['id']}"
    assert response.headers["ETag"] == '"1"'
    assert response.headers["Content-Type"] == "application/json"
    again = writer.get(response.headers["Location"])
    assert (again.json, again.headers["ETag"]) == (response.json, '"1"')


def test_values_are_shown_as_the_contract_says(notes):
    body = notes.by(uuid4(), "writer").post(NOTES, BODY).json
    assert body["price"] == {"amount": "1.50", "currency": "EUR"}
    assert body["day"] == "2024-11-20"
    assert body["created_at"].endswith("Z")


@pytest.mark.parametrize("header", ['"1"', 'W/"1"', '"0", "1"', "*", 'W/"7",  W/"1"'])
def test_what_the_caller_has_already_is_not_sent_again(notes, header):
    writer = notes.by(uuid4(), "writer")
    path = writer.post(NOTES, BODY).headers["Location"]
    response = writer.get(path, **{"If-None-Match": header})
    assert (response.status_code, response.data, response.headers["ETag"]) == (304, b"", '"1"')
    assert "Content-Type" not in response.headers


@pytest.mark.parametrize("header", ['"2"', "", "1x", '"', '"11"', "a" * 500])
def test_another_version_is_sent(notes, header):
    writer = notes.by(uuid4(), "writer")
    path = writer.post(NOTES, BODY).headers["Location"]
    assert writer.get(path, **{"If-None-Match": header}).status_code == 200


@pytest.mark.parametrize("tag", ['"1"', "1", ' "1" '])
def test_a_change_of_the_newest_version_is_stored(notes, tag):
    writer = notes.by(uuid4(), "writer")
    path = writer.post(NOTES, BODY).headers["Location"]
    response = writer.put(path, BODY | {"title": "Piens"}, **{"If-Match": tag})
    assert (response.status_code, response.headers["ETag"], response.json["title"]) == (200, '"2"', "Piens")


def test_of_two_changes_of_one_version_one_is_stored(notes, together):
    person = uuid4()
    path = notes.by(person, "writer").post(NOTES, BODY).headers["Location"]
    changes = [
        lambda title=title: (
            notes.by(person, "writer").put(path, BODY | {"title": title}, version=1).status_code
        )
        for title in "abcde"
    ]
    assert sorted(together(changes)) == [200, 412, 412, 412, 412]


def test_what_is_gone_is_answered_without_body_and_without_type(notes):
    writer = notes.by(uuid4(), "writer")
    path = writer.post(NOTES, BODY).headers["Location"]
    response = writer.delete(path)
    assert (response.status_code, response.data) == (204, b"")
    assert "Content-Type" not in response.headers
    assert writer.get(path).status_code == 404


def test_people_see_their_own_things_and_nobody_elses(notes):
    one, other = notes.by(uuid4(), "writer"), notes.by(uuid4(), "writer")
    path = one.post(NOTES, BODY | {"title": "mine"}).headers["Location"]
    other.post(NOTES, BODY | {"title": "yours"})
    assert titles(one) == ["mine"]
    assert other.get(path).status_code == 404


def test_members_see_the_things_of_organisations_they_hold_the_role_in(notes, school):
    author, stranger = uuid4(), uuid4()
    notes.by(author, "writer").post(NOTES, BODY | {"title": "ours", "organisation_id": str(school)})
    notes.by(author, "writer").post(NOTES, BODY | {"title": "private"})
    assert titles(notes.by(uuid4(), ("editor", school))) == ["ours"]
    assert titles(notes.by(stranger, ("editor", uuid4()))) == []
    # A role held in an organisation gives nothing of one's own, and one of no use gives nothing at all.
    assert titles(notes.by(author, ("editor", uuid4()))) == []
    assert notes.by(author, ("learner", school)).get(NOTES).status_code == 403


def test_roles_in_many_organisations_add_up(notes):
    schools, author = [uuid4(), uuid4(), uuid4()], uuid4()
    for number, school in enumerate(schools):
        notes.by(author, "writer").post(NOTES, BODY | {"title": str(number), "organisation_id": str(school)})
    reader = notes.by(uuid4(), ("editor", schools[0]), ("editor", schools[1]), ("learner", schools[2]))
    assert titles(reader) == ["0", "1"]


def test_platform_wide_roles_see_everything_and_change_nothing(notes):
    path = notes.by(uuid4(), "writer").post(NOTES, BODY).headers["Location"]
    auditor = notes.by(uuid4(), "auditor")
    assert auditor.get(path).status_code == 200
    assert auditor.put(path, BODY, version=1).status_code == 403


def test_a_platform_wide_role_held_in_an_organisation_still_needs_no_rows_of_it(notes, school):
    path = notes.by(uuid4(), "writer").post(NOTES, BODY).headers["Location"]
    assert notes.by(uuid4(), ("auditor", school)).get(path).status_code == 200


def test_anybody_is_greeted_and_a_bad_token_is_nobody(notes):
    assert notes.anybody().get(f"{API}/public/greeting").json == {"id": "visitor", "roles": []}
    person = uuid4()
    assert notes.by(person, "writer").get(f"{API}/public/greeting").json["id"] == str(person)
    response = notes.anybody().get(f"{API}/public/greeting", headers={"Authorization": "Bearer x"})
    assert response.status_code == 401


def test_whoever_signed_in_may_ask_who_they_are(notes):
    person = uuid4()
    assert notes.by(person).get(f"{API}/me").json == {"id": str(person), "roles": []}


def test_a_machine_sees_what_the_person_it_acts_for_sees(notes):
    person = uuid4()
    notes.by(person, "writer").post(NOTES, BODY | {"title": "theirs"})
    for act, expected in (({"sub": str(person)}, ["theirs"]), ({"sub": "svc:other"}, []), (None, [])):
        token = identity_token("notes", "svc:portal", "writer", act=act)
        assert titles(ApiClient(notes.app.test_client(), "notes", token)) == expected


def test_health_says_whether_there_is_work_to_be_done(notes):
    assert notes.anybody().get("/health/live").json == {"status": "ok"}
    response = notes.anybody().get("/health/ready")
    assert response.status_code == 200
    assert response.json == {"status": "ok", "checks": {"database": "ok", "migrations": "ok"}}


def test_health_says_what_failed_and_nothing_about_it():
    client = create_app(
        deps=make_deps(sa.create_engine("postgresql://nobody@127.0.0.1:1/none"))
    ).test_client()
    assert client.get("/health/live").status_code == 200
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json == {"status": "not ready", "checks": {"database": "failed", "migrations": "failed"}}


def test_an_auditor_reads_who_did_what(notes):
    person = uuid4()
    note = notes.by(person, "writer").post(NOTES, BODY, **{"X-Request-Id": "request-3"}).json
    response = notes.by(uuid4(), "auditor").get(f"{API}/audit-events?subject_id={note['id']}")
    (entry,) = response.json["items"]
    assert (entry["actor"], entry["action"], entry["request_id"]) == (
        str(person),
        "note_written",
        "request-3",
    )
    assert notes.by(uuid4(), "platform_admin").get(f"{API}/audit-events").status_code == 403


def test_an_auditor_lists_what_happened_since(notes):
    auditor = notes.by(uuid4(), "auditor")
    notes.by(uuid4(), "writer").post(NOTES, BODY)
    assert auditor.get(f"{API}/audit-events?updated_since=2200-01-01T00:00:00Z").json["items"] == []
    assert auditor.get(f"{API}/audit-events?updated_since=2020-01-01T00:00:00Z&limit=1").json["items"]
    assert auditor.get(f"{API}/audit-events/verification").json["intact"] is True


def test_operators_see_what_waits_and_set_dead_letters_going(notes):
    admin = notes.by(uuid4(), "platform_admin")
    event_id = uuid4()
    with notes.engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO inbox (id, type, body, received_at, state, tries, next_at, reason) VALUES "
            "(%s, 'x.y_done.v1', '{\"subject\": \"s\"}', now(), 'parked', 5, now(), 'poison')",
            (event_id,),
        )
    (letter,) = admin.get(f"{API}/operations/dead-letters").json["items"]
    assert (letter["id"], letter["subject"], letter["tries"]) == (str(event_id), "s", 5)
    path = f"{API}/operations/dead-letters/{event_id}/redelivery"
    assert admin.post(path).status_code == 202
    assert admin.post(path).status_code == 404
    assert notes.value("SELECT state FROM inbox WHERE id = %s", event_id) == "waiting"
    assert admin.get(f"{API}/operations/outbox").json["waiting"] >= 0
    assert admin.get(f"{API}/operations/stuck").status_code == 200
    assert notes.by(uuid4(), "writer").get(f"{API}/operations/stuck").status_code == 403
