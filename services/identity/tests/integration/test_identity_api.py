"""Identity over HTTP on PostgreSQL."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import sqlalchemy as sa
from ila_identity.store import tables as t
from ila_kit.ids import uuid7
from ila_kit.store.tables import audit_entry, outbox
from ila_kit.testing.http import ApiClient

pytestmark = pytest.mark.integration
SIGN_INS = "/api/identity/v1/sign-ins"
FACTS = "/api/identity/v1/person-facts"


def stated(**changes):
    subject = uuid4().hex
    return {
        "issuer": "https://eid.example",
        "subject": subject,
        "personal_code": f"32{random.randrange(10**4):04}-{random.randrange(10**5):05}",
        "given_name": "Zane",
        "family_name": "Apsīte",
        "birth_date": "1998-02-06",
        "email": "zane@personas.example",
        "acr": "high",
    } | changes


def published(engine, type_, subject=None):
    with engine.connect() as connection:
        bodies = connection.scalars(sa.select(outbox.c.body).where(outbox.c.type == type_))
        return [body["data"] for body in bodies if subject in (None, body["subject"])]


def test_a_sign_in_registers_a_person_who_then_sees_themselves(api, gateway):
    answer = gateway.post(SIGN_INS, stated())
    assert answer.status_code == 200
    person = answer.json["person_id"]
    assert answer.json["roles"] == [{"role": "learner", "organisation": None}]
    me = api.as_(person, "learner").get("/api/identity/v1/persons/me")
    assert (me.status_code, me.json["given_name"], me.json["account"]["state"]) == (200, "Zane", "opened")
    assert me.json["personal_code"].startswith("******-***")


def test_fifty_first_sign_ins_at_once_make_one_person_and_one_account(app, engine):
    body, start = stated(), threading.Barrier(10)

    def enter(number):
        if number < 10:
            start.wait()
        client = ApiClient(app.test_client(), "identity").as_("svc:gateway", "identity.sign_in")
        return client.post(SIGN_INS, body | {"subject": f"{body['subject']}-{number % 5}"})

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(enter, range(50)))
    assert {answer.status_code for answer in answers} == {200}
    people = {answer.json["person_id"] for answer in answers}
    assert len(people) == 1
    assert len(published(engine, "identity.account_opened.v1", people.pop())) == 1
    with engine.connect() as connection:
        query = sa.select(sa.func.count()).select_from(t.login)
        assert connection.scalar(query.where(t.login.c.subject.startswith(body["subject"]))) == 5


def test_a_changed_code_is_kept_as_history_of_one_person(gateway, engine):
    body = stated()
    first = gateway.post(SIGN_INS, body).json["person_id"]
    assert gateway.post(SIGN_INS, body | {"personal_code": "399999-00001"}).json["person_id"] == first
    with engine.connect() as connection:
        rows = connection.execute(
            sa.select(t.personal_code).where(t.personal_code.c.person_id == first)
        ).all()
    assert sorted(row.replaced_at is None for row in rows) == [False, True]
    assert gateway.post(SIGN_INS, stated(subject=body["subject"])).json["person_id"] == first


def test_no_row_holds_a_code_that_can_be_read(gateway, engine):
    body = stated()
    gateway.post(SIGN_INS, body)
    code = body["personal_code"].replace("-", "").encode()
    with engine.connect() as connection:
        for row in connection.execute(sa.select(t.personal_code)):
            assert code not in row.sealed
            assert code not in row.fingerprint
        for table in ("outbox", "audit_entry", "person", "login", "idempotency_key"):
            text = connection.scalar(sa.text(f"SELECT string_agg(x::text, '') FROM {table} x")) or ""
            assert body["personal_code"] not in text
            assert code.decode() not in text


def test_two_persons_behind_one_sign_in_are_refused(gateway):
    one, other = stated(), stated()
    gateway.post(SIGN_INS, one)
    gateway.post(SIGN_INS, other)
    answer = gateway.post(SIGN_INS, one | {"personal_code": other["personal_code"]})
    assert (answer.status_code, answer.json["code"]) == (409, "identity-conflict")
    assert other["personal_code"] not in answer.text


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"personal_code": "123456-78901"}, "malformed-personal-code"),
        ({"role": "platform_admin"}, "invalid-request"),
        ({"birth_date": "1998-02-30"}, "invalid-request"),
        ({"acr": "godlike"}, "invalid-request"),
        ({"subject": ""}, "invalid-request"),
        ({"given_name": "\u202eenaZ"}, "invalid-request"),
    ],
)
def test_bad_statements_are_refused(gateway, change, code):
    answer = gateway.post(SIGN_INS, stated() | change)
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_a_persona_holds_its_roles_and_the_auditor_sees_the_grant(api, gateway, engine, deps):
    answer = gateway.post(SIGN_INS, stated(persona="provider-a-admin"))
    place = str(deps.personas.of("provider-a-admin")[0].organisation)
    assert {"role": "provider_admin", "organisation": place} in answer.json["roles"]
    person = answer.json["person_id"]
    again = gateway.get(f"/api/identity/v1/persons/{person}/roles")
    assert again.json == {"person_id": person, "roles": answer.json["roles"], "disabled": False}
    grants = api.as_(uuid7(), "auditor").get(f"/api/identity/v1/role-grants?person_id={person}")
    assert [grant["role"] for grant in grants.json["items"]] == ["provider_admin"]
    assert grants.json["items"][0]["granted_by"] == "svc:gateway"
    assert len(published(engine, "identity.role_granted.v1", grants.json["items"][0]["id"])) == 1


def test_a_disabled_account_is_refused_and_shown_as_disabled(gateway, engine):
    body = stated()
    person = gateway.post(SIGN_INS, body).json["person_id"]
    with engine.begin() as connection:
        update = t.account.update().where(t.account.c.person_id == person)
        connection.execute(update.values(state="restricted"))
    assert gateway.post(SIGN_INS, body).json["code"] == "account-disabled"
    assert gateway.get(f"/api/identity/v1/persons/{person}/roles").json["disabled"] is True


def test_facts_are_told_to_a_machine_and_each_look_is_noted(api, gateway, engine):
    people = [gateway.post(SIGN_INS, stated()).json["person_id"] for _ in range(3)]
    stranger = str(uuid7())
    machine = api.as_("svc:applications", "identity.facts")
    answer = machine.post(FACTS, {"person_ids": [*people, stranger], "purpose": "eligibility"})
    assert answer.status_code == 200
    assert [fact["person_id"] for fact in answer.json["facts"]] == people
    assert answer.json["facts"][0]["birth_date"] == "1998-02-06"
    assert answer.json["missing"] == [stranger]
    with engine.connect() as connection:
        query = sa.select(audit_entry).where(audit_entry.c.action == "personal_data_viewed")
        looks = {row.subject_id: row for row in connection.execute(query)}
    assert set(people) <= looks.keys()
    assert stranger not in looks
    assert (looks[people[0]].actor, looks[people[0]].details["purpose"]) == (
        "svc:applications",
        "eligibility",
    )


@pytest.mark.parametrize(
    "body",
    [
        {"person_ids": [], "purpose": "x"},
        {"person_ids": [str(uuid7())] * 201, "purpose": "x"},
        {"person_ids": ["1"], "purpose": "x"},
        {"person_ids": [str(uuid7())]},
        {"person_ids": [str(uuid7())], "purpose": "x", "attributes": ["email"]},
    ],
)
def test_bad_questions_for_facts_are_refused(api, body):
    answer = api.as_("svc:applications", "identity.facts").post(FACTS, body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-request")


def test_each_route_is_for_its_own_callers(api, gateway):
    person = gateway.post(SIGN_INS, stated()).json["person_id"]
    learner, admin = api.as_(person, "learner"), api.as_(uuid7(), "platform_admin")
    for client in (learner, admin, api.as_("svc:applications", "identity.facts")):
        assert client.post(SIGN_INS, stated()).status_code == 403
        assert client.get(f"/api/identity/v1/persons/{person}/roles").status_code == 403
    for client in (learner, admin, gateway):
        assert client.post(FACTS, {"person_ids": [person], "purpose": "curiosity"}).status_code == 403
    assert learner.get("/api/identity/v1/role-grants").status_code == 403
    assert gateway.get("/api/identity/v1/persons/me").status_code == 403
    assert api.post(SIGN_INS, stated()).status_code == 401


def test_an_unknown_person_answers_not_found(api, gateway):
    assert gateway.get(f"/api/identity/v1/persons/{uuid7()}/roles").status_code == 404
    assert api.as_(uuid7(), "learner").get("/api/identity/v1/persons/me").status_code == 404


def test_a_restricted_person_is_out_until_reinstated(api, gateway, engine):
    body = stated()
    person = gateway.post(SIGN_INS, body).json["person_id"]
    path = f"/api/identity/v1/persons/{person}"
    admin = api.as_(uuid7(), "platform_admin")
    restricted = admin.post(f"{path}/restriction", {"reason": "a stolen phone"})
    assert (restricted.status_code, restricted.json["state"]) == (200, "restricted")
    [told] = published(engine, "identity.person_disabled.v1", person)
    assert told["version"] == restricted.json["version"] == 2
    assert gateway.get(f"{path}/roles").json["disabled"]
    refused = gateway.post(SIGN_INS, body)
    assert (refused.status_code, refused.json["code"]) == (403, "account-disabled")
    again = admin.post(f"{path}/restriction", {"reason": "twice"})
    assert (again.status_code, again.json["code"]) == (409, "wrong-state")
    assert admin.post(f"{path}/reinstatement", {"reason": "found again"}).json["state"] == "active"
    assert gateway.post(SIGN_INS, body).status_code == 200


def test_a_sign_in_and_a_restriction_at_once_leave_the_person_restricted(app, api, gateway, engine):
    body = stated()
    person = gateway.post(SIGN_INS, body).json["person_id"]
    start = threading.Barrier(2)

    def enter(_):
        start.wait()
        client = ApiClient(app.test_client(), "identity").as_("svc:gateway", "identity.sign_in")
        return client.post(SIGN_INS, body).status_code

    def restrict(_):
        start.wait()
        client = ApiClient(app.test_client(), "identity").as_(uuid7(), "platform_admin")
        path = f"/api/identity/v1/persons/{person}/restriction"
        return client.post(path, {"reason": "a stolen phone"}).status_code

    with ThreadPoolExecutor(2) as pool:
        entered, restricted = pool.submit(enter, 0), pool.submit(restrict, 0)
    assert entered.result() in (200, 403)
    assert restricted.result() == 200
    assert gateway.get(f"/api/identity/v1/persons/{person}/roles").json["disabled"]
