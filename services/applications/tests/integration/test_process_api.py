"""From an offered place on, over HTTP on PostgreSQL: accept, contest, prove, decide, and what ends it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from ila_applications.consumers import RECHECK, TIMERS, FactsJob
from ila_applications.store import tables as t
from ila_kit.canonical import sha256_hex
from ila_kit.ids import uuid7
from ila_kit.store.tables import audit_entry, outbox
from ila_kit.store.timers import run_due

pytestmark = pytest.mark.integration
PATH = "/api/applications/v1/applications"
AMOUNT = {"amount": "608.99", "currency": "EUR"}
ACCEPTED = {"confirmed": True, "programme_version": 1, "amount": AMOUNT}
PASSPORT = ("pase.pdf", b"%PDF-1.7", "application/pdf")


@pytest.fixture
def programme(service):
    return service.publish()


def submit(client, programme):
    application = client.post(PATH, {"programme_id": programme}).json["id"]
    confirmed = {"confirmed": True, "programme_version": 1, "quoted_amount": AMOUNT}
    assert client.post(f"{PATH}/{application}/submission", confirmed).status_code == 201
    return application


def offer(service, client, programme):
    application, hold = submit(client, programme), str(uuid7())
    service.job().run()
    service.tell("funding.funds_held.v1", application_id=application, hold_id=hold, amount=AMOUNT)
    return application, hold


def refuse_minor(service, as_person, programme):
    person = uuid7()
    service.people.births[person] = date(2008, 1, 1)
    client = as_person(person)
    application = submit(client, programme)
    service.job().run()
    return client, application


def taken(service, programme):
    with service.engine.connect() as connection:
        return connection.scalar(sa.select(t.places.c.taken).where(t.places.c.programme_id == programme))


def test_a_person_accepts_by_an_own_act_and_is_enrolled_with_the_money_committed(
    service, as_person, programme
):
    person = uuid7()
    client = as_person(person)
    application, hold = offer(service, client, programme)
    shown = client.get(f"{PATH}/{application}").json
    assert (shown["amount"], shown["funds"], shown["ends_on"]) == (AMOUNT, "held", "2025-03-20")
    assert shown["actions"] == ["accept", "withdraw"]
    weak = as_person(person, "learner", acr="substantial")
    answer = weak.post(f"{PATH}/{application}/acceptance", ACCEPTED)
    assert (answer.status_code, answer.json["code"]) == (403, "assurance-too-low")
    first = client.post(f"{PATH}/{application}/acceptance", ACCEPTED, key="k1")
    again = client.post(f"{PATH}/{application}/acceptance", ACCEPTED, key="k1")
    assert (first.status_code, first.json["state"]) == (201, "enrolled")
    assert (first.data, first.headers["ETag"]) == (again.data, again.headers["ETag"])
    answer = client.post(f"{PATH}/{application}/acceptance", ACCEPTED)
    assert (answer.status_code, answer.json["code"]) == (409, "wrong-state")
    assert len(service.told("learner_enrolled", programme)) == 1
    for _ in range(3):
        service.tell("funding.funds_committed.v1", application_id=application, hold_id=hold)
    assert client.get(f"{PATH}/{application}").json["funds"] == "committed"
    timeline = client.get(f"{PATH}/{application}/timeline").json["items"]
    assert [one["action"] for one in timeline[-3:]] == ["accept", "enrol", "commit_funds"]
    assert timeline[-3]["text_lv"] == "Vieta pieņemta par cenu 608,99 EUR."


def test_a_person_gets_everything_that_is_kept_here_and_the_machine_of_exports_is_noted(
    service, as_person, programme
):
    person = uuid7()
    client = as_person(person)
    application, _ = offer(service, client, programme)

    mine = client.get("/api/applications/v1/persons/me/data").json
    machine = as_person("svc:identity", "persons.data").get(f"/api/applications/v1/persons/{person}/data")

    assert [row["id"] for row in mine["parts"]["applications"]] == [application]
    assert mine["parts"]["applications"][0]["amount"] == AMOUNT
    assert set(mine["parts"]) == {
        *("applications", "evidence", "attendance", "results", "messages", "profile")
    }
    assert machine.json["parts"] == mine["parts"]
    assert as_person().get("/api/applications/v1/persons/me/data").json["parts"]["applications"] == []
    with service.engine.connect() as connection:
        told = sa.select(outbox.c.body).where(outbox.c.type == "applications.personal_data_viewed.v1")
        looks = [body["data"] for body in connection.scalars(told)]
    assert [look["what"] for look in looks if look["person_ids"] == [str(person)]] == [["everything"]]


def test_a_person_who_is_erased_keeps_only_what_has_money_behind_it_also_when_told_twice(
    service, as_person, programme
):
    person = uuid7()
    client = as_person(person)
    funded, _ = offer(service, client, programme)
    assert client.post(f"{PATH}/{funded}/acceptance", ACCEPTED).status_code == 201
    draft = client.post(PATH, {"programme_id": service.publish()}).json["id"]
    noted = client.put(f"{PATH}/{draft}", {"preferred_language": "lv", "note": "Par mani"}, version=1)
    assert noted.json["note"] == "Par mani"

    for _ in range(2):
        service.tell("identity.person_erasure_requested.v1", person_id=str(person))

    kept = {row["id"]: row for row in client.get(PATH).json["items"]}
    assert {row["state"] for row in kept.values()} == {"withdrawn"}
    assert (kept[draft]["note"], taken(service, programme)) == (None, 0)
    with service.engine.connect() as connection:
        told = sa.select(outbox.c.body).where(outbox.c.type == "applications.person_erased.v1")
        answers = [body["data"] for body in connection.scalars(told) if body["subject"] == str(person)]
        gone = sa.select(outbox.c.body).where(outbox.c.type == "applications.application_withdrawn.v1")
        withdrawn = [body["subject"] for body in connection.scalars(gone)]
    assert [len(one["kept"]) for one in answers] == [1, 1]
    assert withdrawn.count(funded) == 1, "its money goes back, once"


def test_an_acceptance_is_kept_where_nobody_can_change_it(service, as_person, programme):
    client = as_person()
    application, _ = offer(service, client, programme)
    client.post(f"{PATH}/{application}/acceptance", ACCEPTED)
    with service.engine.connect() as connection:
        query = sa.select(t.acceptance).where(t.acceptance.c.application_id == application)
        row = connection.execute(query).one()
    assert row.content["amount"] == AMOUNT
    assert sha256_hex(row.content) == row.sha256
    with pytest.raises(sa.exc.ProgrammingError), service.engine.begin() as connection:
        connection.execute(sa.text("DELETE FROM acceptance"))


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"amount": {"amount": "1.00", "currency": "EUR"}}, 409, "price-changed"),
        ({"programme_version": 2}, 409, "programme-changed"),
        ({"confirmed": False}, 422, "invalid-request"),
        ({"amount": None}, 422, "invalid-request"),
        ({"person_id": str(uuid7())}, 422, "invalid-request"),
    ],
)
def test_an_acceptance_of_anything_else_is_refused(service, as_person, programme, change, status, code):
    client = as_person()
    application, _ = offer(service, client, programme)
    answer = client.post(f"{PATH}/{application}/acceptance", ACCEPTED | change)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert client.get(f"{PATH}/{application}").json["state"] == "offered"


def test_thirty_acceptances_at_once_enrol_once(service, as_person, programme):
    person = uuid7()
    application, _ = offer(service, as_person(person), programme)
    accept = lambda _: as_person(person).post(f"{PATH}/{application}/acceptance", ACCEPTED)  # noqa: E731
    with ThreadPoolExecutor(10) as pool:
        codes = [answer.status_code for answer in pool.map(accept, range(30))]
    assert sorted(codes) == [201] + [409] * 29
    assert len(service.told("learner_enrolled", programme)) == 1


def test_an_acceptance_that_comes_too_late_is_refused_and_the_place_goes_on(service, as_person, programme):
    client = as_person()
    application, _ = offer(service, client, programme)
    service.now += timedelta(hours=48)
    answer = client.post(f"{PATH}/{application}/acceptance", ACCEPTED)
    assert (answer.status_code, answer.json["code"]) == (409, "place-no-longer-offered")
    run_due(service.deps.units, TIMERS)
    assert client.get(f"{PATH}/{application}").json["state"] == "expired"
    assert [one["reason"] for one in service.told("place_expired", programme)] == ["not-accepted"]
    assert taken(service, programme) == 0


def test_money_that_is_lost_ends_an_enrolment_once(service, as_person, programme):
    client = as_person()
    application, hold = offer(service, client, programme)
    client.post(f"{PATH}/{application}/acceptance", ACCEPTED)
    for _ in range(3):
        service.tell("funding.hold_refused.v1", application_id=application, reason="hold-not-held")
        service.tell(
            "funding.funds_released.v1", application_id=application, hold_id=hold, reason="hold-expired"
        )
    assert client.get(f"{PATH}/{application}").json["state"] == "expired"
    assert [one["reason"] for one in service.told("place_expired", programme)] == ["no-money"]
    assert taken(service, programme) == 0


def test_evidence_is_given_read_and_decided(service, as_person, programme):
    service.people.state = "unavailable"
    client = as_person()
    application, _ = offer(service, client, programme)
    given = client.upload(f"{PATH}/{application}/evidence", {"note": "Pases kopija"}, evidence=PASSPORT)
    assert (given.status_code, given.json["size"], given.json["name"]) == (201, 8, "pase.pdf")
    file = given.headers["Location"]
    officer = as_person(uuid7(), "eligibility_officer")
    assert [one["id"] for one in officer.get(f"{PATH}/{application}/evidence").json["items"]] == [
        given.json["id"]
    ]
    read = officer.get(file)
    assert (read.data, read.headers["X-Content-Type-Options"]) == (PASSPORT[1], "nosniff")
    assert read.headers["Content-Disposition"].startswith("attachment")
    assert as_person().get(file).status_code == as_person().get(f"{PATH}/{application}/evidence").status_code
    assert as_person().get(file).status_code == 404
    assert as_person(uuid7(), "provider_admin").get(file).status_code == 403
    decision = {"outcome": "eligible", "reason": "Pēc pases"}
    assert client.post(f"{PATH}/{application}/decision", decision).status_code == 403
    decided = officer.post(f"{PATH}/{application}/decision", decision)
    assert (decided.status_code, decided.json["state"], decided.json["provisional"]) == (
        201,
        "offered",
        False,
    )
    assert [one["kind"] for one in decided.json["statements"]] == ["evidence", "decision"]
    assert [one["provisional"] for one in service.told("application_found_eligible", programme)] == [
        True,
        False,
    ]
    with service.engine.connect() as connection:
        entries = connection.execute(sa.select(audit_entry.c.details)).scalars()
        assert "Pēc pases" not in str(list(entries))


def test_a_refusal_is_contested_and_upheld_by_somebody_else(service, as_person, programme):
    client, application = refuse_minor(service, as_person, programme)
    contested = client.post(f"{PATH}/{application}/contest", {"reason": "Gads ir kļūdains"})
    assert (contested.status_code, contested.json["state"]) == (201, "contested")
    verdict = {"outcome": "upheld", "reason": "Reģistrā bija kļūda"}
    assert client.post(f"{PATH}/{application}/contest-decision", verdict).status_code == 403
    officer = as_person(uuid7(), "eligibility_officer")
    assert officer.post(f"{PATH}/{application}/contest-decision", verdict).status_code == 403
    appeal = as_person(uuid7(), "appeal_officer")
    upheld = appeal.post(f"{PATH}/{application}/contest-decision", verdict)
    assert (upheld.status_code, upheld.json["state"], upheld.json["refusal"]) == (201, "eligible", None)
    again = appeal.post(f"{PATH}/{application}/contest-decision", verdict)
    assert (again.status_code, again.json["code"]) == (403, "decided-by-you")
    assert taken(service, programme) == 1


def test_a_second_contest_of_what_was_begun_anew_is_refused(service, as_person, programme):
    client, application = refuse_minor(service, as_person, programme)
    client.post(PATH, {"programme_id": programme})
    answer = client.post(f"{PATH}/{application}/contest", {"reason": "Gads ir kļūdains"})
    assert (answer.status_code, answer.json["code"]) == (409, "already-applied")


@pytest.mark.parametrize("act", ["acceptance", "contest", "evidence", "decision", "contest-decision"])
def test_foreign_ids_answer_like_random_ids(service, as_person, programme, act):
    theirs = submit(as_person(), programme)
    bodies = {
        "acceptance": ACCEPTED,
        "contest": {"reason": "xxx"},
        "decision": {"outcome": "eligible", "reason": "xxx"},
        "contest-decision": {"outcome": "upheld", "reason": "xxx"},
    }

    def post(client, application):
        path = f"{PATH}/{application}/{act}"
        return (
            client.upload(path, {}, evidence=PASSPORT)
            if act == "evidence"
            else client.post(path, bodies[act])
        )

    if "decision" in act:
        officer = as_person(uuid7(), "eligibility_officer", "appeal_officer")
        assert post(officer, uuid7()).status_code == 404
        assert post(officer, theirs).json["code"] in ("wrong-state", "not-your-step")
    else:
        answers = [post(as_person(), application).json for application in (theirs, uuid7())]
        for answer in answers:
            del answer["instance"], answer["request_id"]
        assert answers[0] == answers[1]
        assert answers[0]["status"] == 404


def test_a_provisional_decision_is_looked_at_again_by_its_own_job(service, as_person, programme):
    service.people.state = "unavailable"
    client = as_person()
    application = submit(client, programme)
    service.job().run()
    assert client.get(f"{PATH}/{application}").json["state"] == "provisional"
    second_look = FactsJob(service.deps, RECHECK)
    service.now += timedelta(minutes=1)
    second_look.run()
    assert client.get(f"{PATH}/{application}").json["provisional"]
    officer = as_person(uuid7(), "eligibility_officer")
    query = f"programme_id={programme}&provisional="
    assert [one["id"] for one in officer.get(f"{PATH}?{query}true").json["items"]] == [application]
    assert officer.get(f"{PATH}?{query}false").json["items"] == []
    assert officer.get(f"{PATH}?{query}yes").status_code == 422
    service.people.state = "register"
    service.now += timedelta(minutes=1)
    second_look.run()
    shown = client.get(f"{PATH}/{application}").json
    assert (shown["state"], shown["provisional"]) == ("eligible", False)
    told = service.told("application_found_eligible", programme)
    assert [one["provisional"] for one in told] == [True, False]
    assert told[0]["version"] < told[1]["version"]


def test_a_programme_that_is_closed_ends_what_is_not_over_and_hands_nothing_on(service, as_person):
    programme = service.publish(places=2)
    clients = [as_person() for _ in range(4)]
    applications = [offer(service, client, programme)[0] for client in clients[:2]]
    applications += [submit(client, programme) for client in clients[2:]]
    service.job().run()
    clients[0].post(f"{PATH}/{applications[0]}/acceptance", ACCEPTED)
    closed = {"programme_id": programme, "closed_at": "2024-11-20T10:00:00Z"}
    for _ in range(3):
        service.tell("catalog.programme_closed.v1", **closed)
    states = [
        client.get(f"{PATH}/{one}").json["state"] for client, one in zip(clients, applications, strict=True)
    ]
    assert states == ["expired"] * 4
    told = service.told("place_expired", programme)
    assert [one["reason"] for one in told] == ["agreement-ended"] * 2
    assert len(service.told("application_found_eligible", programme)) == 2
    assert taken(service, programme) == 0
    answer = as_person().post(PATH, {"programme_id": programme})
    assert (answer.status_code, answer.json["code"]) == (409, "applications-closed")
