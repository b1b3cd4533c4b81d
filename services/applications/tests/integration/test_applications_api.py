"""Applications over HTTP on PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from ila_applications.consumers import TIMERS
from ila_applications.store import tables as t
from ila_kit.actor import EVERYTHING, process_actor
from ila_kit.canonical import sha256_hex
from ila_kit.events import to_json
from ila_kit.ids import uuid7
from ila_kit.store.tables import audit_entry
from ila_kit.store.timers import run_due

pytestmark = pytest.mark.integration
PATH = "/api/applications/v1/applications"
CONFIRMED = {
    "confirmed": True,
    "programme_version": 1,
    "quoted_amount": {"amount": "608.99", "currency": "EUR"},
}
HELD = {
    "hold_id": "01a20bbb-22a8-7a11-a246-39d44a8e7b51",
    "amount": {"amount": "608.99", "currency": "EUR"},
}


@pytest.fixture
def programme(service):
    return service.publish()


def begin(client, programme):
    answer = client.post(PATH, {"programme_id": programme})
    assert answer.status_code == 201, answer.text
    return answer.json["id"]


def submit(client, programme):
    application = begin(client, programme)
    answer = client.post(f"{PATH}/{application}/submission", CONFIRMED)
    assert answer.status_code == 201, answer.text
    return answer.json


def places(service, programme):
    with service.engine.connect() as connection:
        row = connection.execute(sa.select(t.places).where(t.places.c.programme_id == programme)).one()
        return row.total, row.taken


def states(service, programme):
    with service.engine.connect() as connection:
        c = t.application.c
        query = sa.select(c.state).where(c.programme_id == programme).order_by(c.receipt_sequence)
        return list(connection.scalars(query))


def test_the_path_from_a_draft_to_an_offered_place(service, as_person, programme):
    person = uuid7()
    client = as_person(person)
    draft = begin(client, programme)
    changed = client.put(f"{PATH}/{draft}", {"preferred_language": "en", "note": "Vakari, lūdzu"}, version=1)
    assert (changed.status_code, changed.headers["ETag"], changed.json["note"]) == (
        200,
        '"2"',
        "Vakari, lūdzu",
    )
    submitted = client.post(f"{PATH}/{draft}/submission", CONFIRMED)
    assert (submitted.status_code, submitted.json["state"]) == (201, "submitted")
    assert submitted.headers["Location"] == f"{PATH}/{draft}"
    assert submitted.json["receipt"]["application_id"] == draft
    assert submitted.json["receipt"]["received_at"] == "2024-11-20T10:00:00.000000Z"
    service.job().run()
    assert client.get(f"{PATH}/{draft}").json["state"] == "eligible"
    for _ in range(3):
        service.tell("funding.funds_held.v1", application_id=draft, **HELD)
    shown = client.get(f"{PATH}/{draft}").json
    assert (shown["state"], shown["due_at"]) == ("offered", "2024-11-22T10:00:00.000000Z")
    assert [check["verdict"] for check in shown["checks"]] == ["passed", "passed"]
    timeline = client.get(f"{PATH}/{draft}/timeline").json
    actions = [item["action"] for item in timeline["items"]]
    assert actions == ["begin", "change", "submit", "check", "pass", "offer"]
    assert timeline["next"]["by"] == shown["due_at"]
    account = client.get("/api/applications/v1/account").json
    assert account["next_step"]["application_id"] == draft
    assert len(service.told("place_offered", programme)) == 1
    withdrawn = client.post(f"{PATH}/{draft}/withdrawal", {})
    assert (withdrawn.status_code, withdrawn.json["state"]) == (200, "withdrawn")
    assert places(service, programme) == (200, 0)
    assert service.told("application_withdrawn", programme)[0]["from_state"] == "offered"


def test_a_receipt_proves_the_stored_content_and_nobody_can_change_it(service, as_person, programme):
    receipt = submit(as_person(), programme)["receipt"]
    with service.engine.connect() as connection:
        query = sa.select(t.submission).where(t.submission.c.application_id == receipt["application_id"])
        row = connection.execute(query).one()
        made = connection.scalar(
            sa.select(t.application.c.sha256).where(t.application.c.id == row.application_id)
        )
    assert sha256_hex(row.content) == row.sha256 == receipt["sha256"] == made
    for statement in ("UPDATE submission SET sha256 = ''", "DELETE FROM submission", "DELETE FROM happening"):
        with pytest.raises(sa.exc.ProgrammingError), service.engine.begin() as connection:
            connection.execute(sa.text(statement))


def test_the_same_submission_sent_again_gets_the_same_bytes(as_person, programme):
    client = as_person()
    draft = begin(client, programme)
    first = client.post(f"{PATH}/{draft}/submission", CONFIRMED, key="k1")
    again = client.post(f"{PATH}/{draft}/submission", CONFIRMED, key="k1")
    assert (first.status_code, first.data, first.headers["ETag"]) == (
        again.status_code,
        again.data,
        again.headers["ETag"],
    )
    other = client.post(f"{PATH}/{draft}/submission", CONFIRMED | {"quoted_amount": None}, key="k1")
    assert (other.status_code, other.json["code"]) == (422, "idempotency-key-reused")
    assert client.post(f"{PATH}/{draft}/submission", CONFIRMED, key="k2").json["code"] == "wrong-state"


def test_thirty_beginnings_at_once_make_one_application(service, as_person, programme):
    person = uuid7()
    with ThreadPoolExecutor(10) as pool:
        post = lambda _: as_person(person).post(PATH, {"programme_id": programme})  # noqa: E731
        answers = list(pool.map(post, range(30)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 29
    assert {answer.json["code"] for answer in answers if answer.status_code == 409} == {"already-applied"}
    assert states(service, programme) == ["draft"]


def test_two_hundred_applications_for_a_hundred_places_offer_exactly_the_first_hundred(service, as_person):
    programme = service.publish(places=100)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: submit(as_person(), programme), range(200)))
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(lambda _: service.job(batch=30).run(), range(3)))
    service.job().run()
    eligible = service.told("application_found_eligible", programme)
    assert len(eligible) == 100
    with ThreadPoolExecutor(8) as pool:
        tell = lambda one: service.tell("funding.funds_held.v1", application_id=one["application_id"], **HELD)  # noqa: E731
        list(pool.map(tell, eligible * 2))
    assert states(service, programme) == ["offered"] * 100 + ["waiting"] * 100
    assert places(service, programme) == (100, 100)
    assert len(service.told("place_offered", programme)) == 100


def test_withdrawals_and_decisions_at_once_lose_no_place_and_no_waiting_person(service, as_person):
    programme = service.publish(places=5)
    people = [as_person() for _ in range(30)]
    submitted = [submit(client, programme) for client in people]
    service.job(batch=10)._one_batch()

    def withdraw(number):
        return people[number].post(f"{PATH}/{submitted[number]['id']}/withdrawal", {}).status_code

    with ThreadPoolExecutor(6) as pool:
        job = pool.submit(service.job(batch=5).run)
        assert set(pool.map(withdraw, range(0, 20, 2))) == {200}
        job.result()
    service.job().run()
    now = states(service, programme)
    assert (now.count("eligible"), now.count("withdrawn"), now.count("waiting")) == (5, 10, 15)
    assert places(service, programme) == (5, 5)
    told = service.told("application_found_eligible", programme)
    assert len({one["application_id"] for one in told}) == len(told)


def test_the_database_refuses_more_people_than_places(service, as_person):
    programme = service.publish(places=1)
    submit(as_person(), programme)
    service.job().run()
    with pytest.raises(sa.exc.IntegrityError), service.engine.begin() as connection:
        connection.execute(t.places.update().where(t.places.c.programme_id == programme).values(taken=2))


def test_an_offered_place_expires_by_the_scheduler_and_goes_to_the_next(service, as_person):
    programme = service.publish(places=1)
    first, second = submit(as_person(), programme), submit(as_person(), programme)
    service.job().run()
    service.tell("funding.funds_held.v1", application_id=first["id"], **HELD)
    run_due(service.deps.units, TIMERS)
    assert states(service, programme) == ["offered", "waiting"]
    service.now = datetime(2024, 11, 22, 10, 0, tzinfo=UTC)
    run_due(service.deps.units, TIMERS)
    run_due(service.deps.units, TIMERS)
    assert states(service, programme) == ["expired", "eligible"]
    assert [one["application_id"] for one in service.told("place_expired", programme)] == [first["id"]]
    assert places(service, programme) == (1, 1)
    assert second["id"] in {
        one["application_id"] for one in service.told("application_found_eligible", programme)
    }


def test_an_older_snapshot_never_replaces_a_newer_one(service):
    programme = service.publish(places=10)
    with service.deps.units.open(process_actor("applications")) as unit:
        told = to_json(unit.offerings.get(programme).programme)
    told["programme_id"] = told.pop("id")
    service.tell("catalog.programme_published.v1", 3, **told | {"places": 30, "version": 3})
    service.tell("catalog.programme_published.v1", 2, **told | {"places": 20, "version": 2})
    assert places(service, programme) == (30, 0)


def test_a_minor_by_the_e_identity_is_refused(service, as_person, programme):
    person = uuid7()
    service.people.births[person] = date(2006, 11, 21)
    application = submit(as_person(person), programme)["id"]
    service.job().run()
    shown = as_person(person).get(f"{PATH}/{application}").json
    assert (shown["state"], shown["refusal"]["code"]) == ("ineligible", "too-young")
    assert "mēneša" in shown["refusal"]["text_lv"]
    told = service.told("application_refused", programme)
    assert [(one["code"], one["rule"], one["fact"]) for one in told] == [("too-young", "minimum_age", "age")]


@pytest.mark.parametrize(
    ("act", "body"),
    [
        ("post", {"programme_id": "PROGRAMME", "person_id": str(uuid7())}),
        ("post", {"programme_id": "PROGRAMME", "state": "offered"}),
        ("post", {"programme_id": 7}),
        ("put", {"preferred_language": "en", "note": None, "state": "offered"}),
        ("put", {"preferred_language": "ru", "note": None}),
        ("put", {"preferred_language": "en", "note": "x" * 2001}),
        ("submission", CONFIRMED | {"person_id": str(uuid7())}),
        ("submission", CONFIRMED | {"amount": "1.00"}),
        ("submission", CONFIRMED | {"confirmed": False}),
        ("submission", CONFIRMED | {"confirmed": "true"}),
        ("submission", CONFIRMED | {"programme_version": 1.0}),
        ("submission", CONFIRMED | {"programme_version": True}),
        ("submission", CONFIRMED | {"quoted_amount": {"amount": "608.991", "currency": "EUR"}}),
        ("submission", CONFIRMED | {"quoted_amount": {"amount": 608.99, "currency": "EUR"}}),
        ("submission", CONFIRMED | {"quoted_amount": {"amount": "-1.00", "currency": "EUR"}}),
        ("submission", {"programme_version": 1}),
        ("withdrawal", {"state": "enrolled"}),
    ],
)
def test_fields_that_are_not_the_learners_and_odd_values_are_refused(
    service, as_person, programme, act, body
):
    client = as_person()
    draft = begin(client, programme)
    body = {name: programme if value == "PROGRAMME" else value for name, value in body.items()}
    if act == "put":
        answer = client.put(f"{PATH}/{draft}", body, version=1)
    else:
        answer = client.post(PATH if act == "post" else f"{PATH}/{draft}/{act}", body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-request")
    assert client.get(f"{PATH}/{draft}").json["version"] == 1


def test_foreign_ids_answer_like_random_ids(as_person, programme):
    theirs = begin(as_person(), programme)
    client = as_person()

    def answers(application):
        change = {"preferred_language": "en", "note": None}
        for answer in (
            client.get(f"{PATH}/{application}"),
            client.get(f"{PATH}/{application}/timeline"),
            client.put(f"{PATH}/{application}", change, version=1),
            client.post(f"{PATH}/{application}/submission", CONFIRMED),
            client.post(f"{PATH}/{application}/withdrawal", {}),
        ):
            kept = {
                name: value for name, value in answer.json.items() if name not in ("instance", "request_id")
            }
            yield answer.status_code, kept

    assert list(answers(theirs)) == list(answers(uuid7()))
    assert {status for status, _ in answers(theirs)} == {404}
    assert client.get(PATH).json["items"] == []
    assert client.get(f"{PATH}?programme_id={programme}").json["items"] == []


def test_a_list_is_paged_and_filtered(as_person, service):
    client = as_person()
    mine = [begin(client, service.publish()) for _ in range(5)]
    client.post(f"{PATH}/{mine[0]}/withdrawal", {})
    first = client.get(f"{PATH}?limit=3").json
    rest = client.get(f"{PATH}?limit=3&after={first['next']}").json
    assert [one["id"] for one in first["items"] + rest["items"]] == mine[::-1]
    assert rest["next"] is None
    assert [one["id"] for one in client.get(f"{PATH}?state=withdrawn").json["items"]] == [mine[0]]
    for query in ("state=unknown", "person_id=" + str(uuid7()), "sort=note"):
        assert client.get(f"{PATH}?{query}").status_code == 422


def test_each_route_is_for_its_own_callers(service, as_person, programme):
    owner = uuid7()
    client = as_person(owner)
    application = submit(client, programme)["id"]
    for role in ("auditor", "eligibility_officer"):
        reader = as_person(uuid7(), role)
        assert reader.get(f"{PATH}/{application}").status_code == 200
        assert reader.get(PATH).status_code == 200
        assert reader.post(f"{PATH}/{application}/withdrawal", {}).status_code == 403
    for role in ("provider_admin", "platform_admin", "payment_maker", "svc:portal"):
        stranger = as_person(uuid7(), role)
        assert stranger.get(f"{PATH}/{application}").status_code == 403
        assert stranger.post(PATH, {"programme_id": programme}).status_code == 403
    weak = as_person(None, "learner", acr="substantial")
    draft = begin(weak, programme)
    answer = weak.post(f"{PATH}/{draft}/submission", CONFIRMED)
    assert (answer.status_code, answer.json["code"]) == (403, "assurance-too-low")
    with service.engine.connect() as connection:
        looks = audit_entry.c.subject_id == str(owner)
        query = sa.select(audit_entry.c.action).where(looks)
        assert list(connection.scalars(query)).count("personal_data_viewed") == 4


def test_writes_need_their_headers(as_person, programme):
    client = as_person()
    draft = begin(client, programme)
    change = {"preferred_language": "en", "note": None}
    assert client.put(f"{PATH}/{draft}", change).status_code == 428
    assert client.put(f"{PATH}/{draft}", change, version=9).status_code == 412
    answer = client.post(f"{PATH}/{draft}/submission", CONFIRMED, Idempotency_Key="")
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency-key-required")


def test_the_window_decides_to_the_microsecond(service, as_person, programme):
    client = as_person()
    draft = begin(client, programme)
    service.now = datetime(2024, 12, 6, 22, 0, tzinfo=UTC)
    late = client.post(f"{PATH}/{draft}/submission", CONFIRMED)
    assert (late.status_code, late.json["code"]) == (409, "applications-closed")
    service.now = datetime(2024, 11, 13, 21, 59, 59, 999999, tzinfo=UTC)
    early = client.post(f"{PATH}/{draft}/submission", CONFIRMED)
    assert (early.status_code, early.json["code"]) == (409, "applications-not-open-yet")
    service.now = datetime(2024, 12, 6, 21, 59, 59, 999999, tzinfo=UTC)
    assert client.post(f"{PATH}/{draft}/submission", CONFIRMED).status_code == 201


def test_an_unknown_programme_is_refused(as_person):
    answer = as_person().post(PATH, {"programme_id": str(uuid7())})
    assert (answer.status_code, answer.json["code"]) == (422, "unknown-programme")


def test_seats_taken_always_equal_the_applications_that_have_one(service):
    query = """
    SELECT count(*) FROM places WHERE taken <> (SELECT count(*) FROM application
      WHERE application.programme_id = places.programme_id AND state IN
      ('eligible', 'provisional', 'waiting_for_funds', 'offered', 'accepted', 'enrolled', 'learning'))
    """
    with service.engine.connect() as connection:
        assert connection.scalar(sa.text(query)) == 0
    with (
        service.deps.units.open(process_actor("applications")) as unit,
        pytest.raises(Exception, match="not-found"),
    ):
        unit.applications.get(uuid7(), EVERYTHING)
