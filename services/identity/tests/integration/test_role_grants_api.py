"""Roles of the agency over HTTP on PostgreSQL: two persons, toxic pairs, races, revocation."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from ila_identity.store import tables as t
from ila_kit.ids import uuid7
from ila_kit.store.tables import outbox

pytestmark = pytest.mark.integration
PATH = "/api/identity/v1/role-grants"
VIEWED = "identity.personal_data_viewed.v1"


@pytest.fixture
def admin(api):
    return api.as_(uuid7(), "platform_admin")


@pytest.fixture
def second(api):
    return api.as_(uuid7(), "platform_admin")


def body(person, role):
    return {"person_id": person, "role": role, "reason": "joins the department"}


def roles_of(api, person):
    path = f"/api/identity/v1/persons/{person}/roles"
    return [one["role"] for one in api.as_("svc:gateway", "identity.sign_in").get(path).json["roles"]]


def told(engine, person):
    with engine.connect() as connection:
        events = connection.execute(sa.select(outbox.c.type, outbox.c.body).order_by(outbox.c.id)).all()
    mine = [row for row in events if row.body["data"].get("person_id") == person]
    return [row.type.split(".")[1] for row in mine if "role_" in row.type]


def test_a_role_of_power_is_proposed_confirmed_listed_and_revoked(api, admin, second, sign_in, engine):
    person = sign_in()
    proposed = admin.post(PATH, body(person, "claim_officer"), key="once")
    assert (proposed.status_code, proposed.json["state"]) == (201, "pending")
    assert admin.post(PATH, body(person, "claim_officer"), key="once").data == proposed.data
    assert admin.post(PATH, body(person, "claim_officer")).json["code"] == "role-proposed"
    assert roles_of(api, person) == ["learner"]
    path = f"{PATH}/{proposed.json['id']}"
    assert admin.post(f"{path}/confirmation").json["code"] == "second-person-needed"
    assert (
        api.as_(person, "platform_admin").post(f"{path}/confirmation").json["code"] == "second-person-needed"
    )
    assert api.as_(uuid7(), "auditor").post(f"{path}/confirmation").status_code == 403
    done = second.post(f"{path}/confirmation")
    assert (done.status_code, done.json["state"], done.json["id"]) == (200, "active", proposed.json["id"])
    assert roles_of(api, person) == ["learner", "claim_officer"]

    toxic = admin.post(PATH, body(person, "payment_maker"))
    assert (toxic.status_code, toxic.json["code"]) == (422, "toxic-roles")
    plain = admin.post(PATH, body(person, "news_editor")).json
    waits = admin.post(PATH, body(person, "appeal_officer")).json
    listed = api.as_(uuid7(), "auditor").get(f"{PATH}?person_id={person}").json["items"]
    assert [(one["id"], one["state"]) for one in listed] == [
        (waits["id"], "pending"),
        (plain["id"], "active"),
        (done.json["id"], "active"),
    ]
    pending = admin.get(f"{PATH}?person_id={person}&state=pending&limit=1").json
    assert [one["id"] for one in pending["items"]] == [waits["id"]]

    gone = admin.delete(path)
    assert (gone.status_code, gone.json["state"]) == (200, "revoked")
    assert roles_of(api, person) == ["learner", "news_editor"]
    assert admin.delete(path).json["code"] == "wrong-state"
    assert admin.delete(f"{PATH}/{uuid7()}").status_code == 404
    assert told(engine, person) == ["role_granted", "role_granted", "role_revoked"]


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        (
            "lv",
            "Loma «maksājumu sagatavotājs» nav savienojama ar lomu «maksājumu pieprasījumu pārbaudītājs».",
        ),
        ("en-GB,en;q=0.9", "The role “payment maker” does not go together with “claim officer”."),
    ],
)
def test_a_refusal_calls_roles_by_their_titles_and_keeps_the_codes(admin, second, sign_in, language, detail):
    person = sign_in()
    proposed = admin.post(PATH, body(person, "claim_officer")).json["id"]
    second.post(f"{PATH}/{proposed}/confirmation")

    refused = admin.post(PATH, body(person, "payment_maker"), Accept_Language=language)

    assert (refused.status_code, refused.json["code"]) == (422, "toxic-roles")
    assert refused.json["detail"] == detail
    assert (refused.json["role"], refused.json["held"]) == ("payment_maker", "claim_officer")
    wrong = admin.post(PATH, body(person, "provider_trainer"), Accept_Language="en").json
    assert wrong["detail"].startswith("The role “trainer of an institution” is given")
    assert wrong["role"] == "provider_trainer"


def test_the_list_names_people_and_a_page_is_one_look_at_each_of_them(api, admin, sign_in, engine):
    person = sign_in()
    for role in ("claim_officer", "news_editor"):
        admin.post(PATH, body(person, role))
    viewer = uuid7()
    rows = api.as_(viewer, "auditor").get(f"{PATH}?person_id={person}").json["items"]
    assert [(one["given_name"], one["family_name"]) for one in rows] == [("Zane", "Apsīte")] * 2
    with engine.connect() as connection:
        told = connection.scalars(sa.select(outbox.c.body).where(outbox.c.type == VIEWED))
        [look] = [one["data"] for one in told if one["data"]["viewer"] == str(viewer)]
    assert (look["person_ids"], look["what"]) == ([person], ["given_name", "family_name"])
    assert (look["viewer_roles"], look["purpose"]) == (["auditor"], "giving and supervising roles")
    own = api.as_(person, "platform_admin").get(f"{PATH}?person_id={person}")
    assert [one["given_name"] for one in own.json["items"]] == ["Zane"] * 2
    with engine.connect() as connection:
        told = connection.scalars(sa.select(outbox.c.body).where(outbox.c.type == VIEWED))
        assert person not in {one["data"]["viewer"] for one in told}


def test_of_two_toxic_roles_confirmed_at_once_one_is_refused(api, admin, sign_in):
    person = sign_in()
    proposals = [
        admin.post(PATH, body(person, role)).json["id"] for role in ("payment_maker", "payment_checker")
    ]
    start = threading.Barrier(8)

    def confirm(number):
        start.wait()
        path = f"{PATH}/{proposals[number % 2]}/confirmation"
        return api.as_(uuid7(), "platform_admin").post(path)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(confirm, range(8)))
    assert [one.status_code for one in answers].count(200) == 1
    assert {one.json["code"] for one in answers if one.status_code != 200} <= {"toxic-roles", "wrong-state"}
    assert len(roles_of(api, person)) == 2


def test_a_role_of_a_membership_is_not_revoked_here(api, admin, sign_in, engine):
    place, grant = uuid7(), uuid7()
    with engine.begin() as connection:
        now = sa.func.now()
        connection.execute(t.organisation.insert().values(id=place, title="Iestāde", created_at=now))
        row = {"id": grant, "person_id": sign_in(), "role": "provider_admin", "organisation_id": place}
        row |= {"granted_at": now, "granted_by": "test", "reason": "test"}
        connection.execute(t.role_grant.insert().values(row))
    assert admin.delete(f"{PATH}/{grant}").json["code"] == "membership-role"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"role": "provider_admin"}, "membership-role"),
        ({"role": "emperor"}, "unknown-role"),
        ({"person_id": str(uuid7())}, "unknown-person"),
        ({"reason": ""}, "invalid-request"),
        ({"organisation_id": str(uuid7())}, "invalid-request"),
    ],
)
def test_a_bad_grant_is_refused_by_name(admin, sign_in, change, code):
    answer = admin.post(PATH, body(sign_in(), "claim_officer") | change)
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_only_a_platform_administrator_with_a_strong_sign_in_grants(api, sign_in):
    person = sign_in()
    for client in (api.as_(uuid7(), "auditor"), api.as_(uuid7(), "user_approver")):
        assert client.post(PATH, body(person, "news_editor")).status_code == 403
    weak = api.as_(uuid7(), "platform_admin", acr="substantial")
    assert weak.post(PATH, body(person, "news_editor")).json["code"] == "assurance-too-low"
