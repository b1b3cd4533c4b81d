"""Organisations, their people and accounts over HTTP on PostgreSQL."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from ila_identity.store import provider_tables as p
from ila_identity.store import tables as t
from ila_kit.ids import uuid7
from ila_kit.store.tables import audit_entry, outbox

pytestmark = pytest.mark.integration
PATH = "/api/identity/v1/organisations"
VIEWED = "identity.personal_data_viewed.v1"
ACCOUNTS = "/api/identity/v1/organisation-accounts"
FIRST, SECOND = "LV80BANK0000435195001", "LV97HABA0012345678910"


@pytest.fixture
def place(engine):
    """The id of an organisation that nobody belongs to yet."""
    made = uuid7()
    now = sa.func.now()
    with engine.begin() as connection:
        row = {"id": made, "title": f"Iestāde {made}", "created_at": now, "approved_at": now}
        connection.execute(t.organisation.insert().values(row))
    return made


@pytest.fixture
def admin(api, place, engine, sign_in):
    """An administrator of the organisation."""
    return grant(engine, sign_in(), "provider_admin", place)


def grant(engine, person, role, place):
    row = {"id": uuid7(), "person_id": person, "role": role, "organisation_id": place}
    row |= {"granted_at": sa.func.now(), "granted_by": "test", "reason": "test"}
    with engine.begin() as connection:
        connection.execute(t.role_grant.insert().values(row))
    return person


def member(code, *roles):
    names = {"given_name": "Edgars", "family_name": "Žagars"}
    return names | {"personal_code": code, "roles": list(roles or ("provider_editor",))}


def told(engine, type_):
    with engine.connect() as connection:
        query = sa.select(outbox.c.body).where(outbox.c.type == type_).order_by(outbox.c.id)
        return [body["data"] for body in connection.scalars(query)]


def roles_of(api, person):
    path = f"/api/identity/v1/persons/{person}/roles"
    return [one["role"] for one in api.as_("svc:gateway", "identity.sign_in").get(path).json["roles"]]


def test_a_member_gets_roles_with_a_second_person_and_loses_them(
    api, place, admin, engine, sign_in, new_code
):
    code = new_code()
    person = sign_in(personal_code=code)
    as_admin = api.as_(admin, ("provider_admin", place))
    added = as_admin.post(f"{PATH}/{place}/members", member(code, "provider_editor", "provider_trainer"))
    assert (added.status_code, added.json["state"]) == (201, "pending")
    assert added.json["personal_code"] == "******-***" + code[-2:]
    path = f"{PATH}/{place}/members/{added.json['id']}"
    own = as_admin.post(f"{path}/confirmation")
    assert (own.status_code, own.json["code"]) == (403, "second-person-needed")
    done = api.as_(uuid7(), "user_approver").post(f"{path}/confirmation")
    assert (done.status_code, done.json["state"], done.json["person_id"]) == (200, "active", person)
    assert roles_of(api, person) == ["learner", "provider_editor", "provider_trainer"]
    again = api.as_(uuid7(), "user_approver").post(f"{path}/confirmation")
    assert (again.status_code, again.json["code"]) == (409, "wrong-state")
    twice = as_admin.post(f"{PATH}/{place}/members", member(code))
    assert (twice.status_code, twice.json["code"]) == (409, "member-already")
    removed = as_admin.delete(path)
    assert (removed.status_code, removed.json["state"]) == (200, "ended")
    assert roles_of(api, person) == ["learner"]
    revoked = [one["role"] for one in told(engine, "identity.role_revoked.v1") if one["person_id"] == person]
    assert revoked == ["provider_editor", "provider_trainer"]
    assert as_admin.delete(path).json["code"] == "wrong-state"
    assert as_admin.post(f"{PATH}/{place}/members", member(code)).status_code == 201
    states = [one["state"] for one in as_admin.get(f"{PATH}/{place}/members").json["items"]]
    assert states == ["pending", "ended"]


def test_roles_wait_for_the_first_sign_in_and_come_once_also_with_ten_at_once(
    api, app, place, admin, engine, gateway, new_code, statement
):
    code = new_code()
    added = api.as_(admin, ("provider_admin", place)).post(f"{PATH}/{place}/members", member(code)).json
    approver = api.as_(uuid7(), "user_approver")
    assert approver.post(f"{PATH}/{place}/members/{added['id']}/confirmation").json["state"] == "confirmed"
    body, start = statement(personal_code=code), threading.Barrier(8)

    def enter(_):
        start.wait()
        return gateway.post("/api/identity/v1/sign-ins", body)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(enter, range(8)))
    assert {answer.status_code for answer in answers} == {200}
    person = answers[0].json["person_id"]
    assert roles_of(api, person) == ["learner", "provider_editor"]
    granted = [one for one in told(engine, "identity.role_granted.v1") if one["person_id"] == person]
    assert len(granted) == 1


def test_two_administrators_confirm_for_each_other_without_the_agency(
    api, place, admin, engine, sign_in, new_code
):
    second = grant(engine, sign_in(), "provider_admin", place)
    added = api.as_(admin, ("provider_admin", place)).post(f"{PATH}/{place}/members", member(new_code())).json
    path = f"{PATH}/{place}/members/{added['id']}/confirmation"
    agency = api.as_(uuid7(), "user_approver").post(path)
    assert (agency.status_code, agency.json["code"]) == (403, "agency-not-needed")
    assert api.as_(second, ("provider_admin", place)).post(path).json["state"] == "confirmed"


def test_a_change_that_waits_says_who_wants_it_and_is_taken_back(
    api, place, admin, engine, sign_in, new_code
):
    code, approver = new_code(), api.as_(uuid7(), "user_approver")
    person, as_admin = sign_in(personal_code=code), api.as_(admin, ("provider_admin", place))
    added = as_admin.post(f"{PATH}/{place}/members", member(code)).json
    path = f"{PATH}/{place}/members/{added['id']}"
    version = approver.post(f"{path}/confirmation").json["version"]
    other = api.as_(grant(engine, sign_in(), "provider_admin", place), ("provider_admin", place))
    changing = as_admin.put(path, {"roles": ["provider_signatory"]}, version).json
    assert (changing["state"], changing["wanted_by"]) == ("changing", admin)
    assert datetime.fromisoformat(changing["due_at"]) > datetime.now(UTC) + timedelta(days=29)
    for stranger in (approver, api.as_(person, ("provider_editor", place))):
        assert stranger.post(f"{path}/change-withdrawal").status_code == 403
    elsewhere = api.as_(uuid7(), ("provider_admin", uuid7()))
    assert elsewhere.post(f"{path}/change-withdrawal").status_code == 404

    kept = other.post(f"{path}/change-withdrawal", key="once")

    assert (kept.status_code, kept.json["state"], kept.json["roles"]) == (200, "active", ["provider_editor"])
    assert (kept.json["wanted"], kept.json["wanted_by"], kept.json["due_at"]) == (None, None, None)
    assert other.post(f"{path}/change-withdrawal", key="once").data == kept.data
    assert other.post(f"{path}/change-withdrawal").json["code"] == "wrong-state"
    assert roles_of(api, person) == ["learner", "provider_editor"]
    with engine.connect() as connection:
        noted = sa.select(audit_entry.c.actor, audit_entry.c.details)
        noted = noted.where(audit_entry.c.action == "member_change_withdrawn")
        [(actor, details)] = connection.execute(noted).all()
    assert (actor != admin, details["proposed_by"]) == (True, admin)


def test_toxic_roles_are_refused_and_nothing_is_granted(api, place, admin, engine, sign_in, new_code):
    code = new_code()
    person = sign_in(personal_code=code)
    grant(engine, person, "commission_member", None)
    added = api.as_(admin, ("provider_admin", place)).post(f"{PATH}/{place}/members", member(code)).json
    refused = api.as_(uuid7(), "user_approver").post(f"{PATH}/{place}/members/{added['id']}/confirmation")
    assert (refused.status_code, refused.json["code"]) == (422, "toxic-roles")
    assert roles_of(api, person) == ["learner", "commission_member"]
    listed = api.as_(uuid7(), "auditor").get(f"{PATH}/{place}/members?state=pending").json["items"]
    assert [one["id"] for one in listed] == [added["id"]]


@pytest.mark.parametrize(
    "change",
    [
        {"roles": []},
        {"roles": ["auditor"]},
        {"roles": ["employer_admin"]},
        {"personal_code": "123456-78901"},
        {"given_name": ""},
        {"birth_date": "2000-01-01"},
    ],
)
def test_a_bad_member_is_refused(api, place, admin, change, new_code):
    answer = api.as_(admin, ("provider_admin", place)).post(
        f"{PATH}/{place}/members", member(new_code()) | change
    )
    assert answer.status_code == 422
    assert "123456" not in answer.text


def test_an_account_is_added_confirmed_by_another_and_told_to_who_pays(api, place, admin, engine):
    as_admin = api.as_(admin, ("provider_admin", place))
    added = as_admin.post(
        f"{PATH}/{place}/bank-accounts", {"iban": "LV80 BANK 0000 4351 9500 1", "holder": "SIA A"}
    )
    assert (added.status_code, added.json["iban"]) == (201, "LV***************5001")
    path = f"{PATH}/{place}/bank-accounts/{added.json['id']}/confirmation"
    assert as_admin.post(path).json["code"] == "second-person-needed"
    signatory = api.as_(uuid7(), ("provider_signatory", place))
    done = signatory.post(path, key="once")
    assert (done.json["state"], done.json["payable_from"]) == ("confirmed", done.json["confirmed_at"])
    assert signatory.post(path, key="once").data == done.data
    assert signatory.post(path).json["code"] == "wrong-state"
    machine = api.as_("svc:funding", "identity.bank_accounts")
    answer = machine.post(
        ACCOUNTS, {"organisation_ids": [str(place), str(uuid7())], "purpose": "payment run"}
    )
    assert [(one["iban"], one["holder"], one["state"]) for one in answer.json["accounts"]] == [
        (FIRST, "SIA A", "confirmed")
    ]
    second = as_admin.post(f"{PATH}/{place}/bank-accounts", {"iban": SECOND, "holder": "SIA A"}).json
    cooled = signatory.post(f"{PATH}/{place}/bank-accounts/{second['id']}/confirmation").json
    wait = datetime.fromisoformat(cooled["payable_from"]) - datetime.fromisoformat(cooled["confirmed_at"])
    assert wait == timedelta(hours=72)
    states = [one["state"] for one in signatory.get(f"{PATH}/{place}/bank-accounts").json["items"]]
    assert states == ["confirmed", "replaced"]
    with engine.connect() as connection:
        for row in connection.execute(sa.select(p.bank_account)):
            assert b"0000435195001" not in row.sealed_iban
        for table in ("outbox", "audit_entry", "idempotency_key"):
            text = connection.scalar(sa.text(f"SELECT string_agg(x::text, '') FROM {table} x")) or ""
            assert "0000435195001" not in text


@pytest.mark.parametrize("iban", ["", "LV81BANK0000435195001", "x" * 51, "DE00"])
def test_a_bad_account_number_is_refused(api, place, admin, iban):
    body = {"iban": iban, "holder": "SIA A"}
    answer = api.as_(admin, ("provider_admin", place)).post(f"{PATH}/{place}/bank-accounts", body)
    assert answer.status_code == 422
    assert answer.json["code"] in ("malformed-iban", "invalid-request")


def test_a_foreign_organisation_answers_like_one_that_is_not_there(api, place):
    foreign = api.as_(uuid7(), ("provider_admin", uuid7()), ("provider_signatory", uuid7()))
    member_id, body = uuid7(), {"iban": FIRST, "holder": "SIA A"}
    for organisation in (place, uuid7()):
        root = f"{PATH}/{organisation}"
        answers = [
            foreign.get(root),
            foreign.get(f"{root}/members"),
            foreign.get(f"{root}/bank-accounts"),
            foreign.post(f"{root}/members", member("327291-09472")),
            foreign.post(f"{root}/members/{member_id}/confirmation"),
            foreign.delete(f"{root}/members/{member_id}"),
            foreign.post(f"{root}/bank-accounts", body),
            foreign.post(f"{root}/bank-accounts/{member_id}/confirmation"),
        ]
        assert [answer.status_code for answer in answers] == [404] * len(answers)
        assert {answer.json["code"] for answer in answers} == {"not-found"}
    assert foreign.get(PATH).json["items"] == []


def test_wrong_roles_are_refused(api, place):
    body = {"iban": FIRST, "holder": "SIA A"}
    root = f"{PATH}/{place}"
    for role in ("provider_editor", "provider_trainer"):
        client = api.as_(uuid7(), (role, place))
        assert client.get(root).status_code == 200
        assert client.get(f"{root}/members").status_code == 200
        assert client.get(f"{root}/bank-accounts").status_code == 403
        assert client.post(f"{root}/members", member("327291-09472")).status_code == 403
        assert client.post(f"{root}/bank-accounts", body).status_code == 403
    signatory = api.as_(uuid7(), ("provider_signatory", place))
    assert signatory.post(f"{root}/bank-accounts", body).status_code == 403
    weak = api.as_(uuid7(), ("provider_admin", place), acr="substantial")
    assert weak.post(f"{root}/members", member("327291-09472")).json["code"] == "assurance-too-low"
    assert api.as_(uuid7(), "learner").get(PATH).status_code == 403
    for scope in ("identity.facts", "identity.names"):
        question = {"organisation_ids": [str(place)], "purpose": "x"}
        assert api.as_("svc:applications", scope).post(ACCOUNTS, question).status_code == 403


def test_organisations_are_listed_to_their_people_and_to_the_agency(api, place, engine):
    own = api.as_(uuid7(), ("provider_trainer", place)).get(PATH).json["items"]
    assert [one["id"] for one in own] == [str(place)]
    seen, after = [], ""
    while after is not None:
        path = f"{PATH}?limit=1&state=active" + (f"&after={after}" if after else "")
        page = api.as_(uuid7(), "contract_officer").get(path).json
        seen, after = seen + [one["title"] for one in page["items"]], page["next"]
    with engine.connect() as connection:
        query = sa.select(t.organisation.c.title).where(t.organisation.c.state == "active")
        assert seen == list(connection.scalars(query.order_by(t.organisation.c.title)))


def test_the_agency_that_reads_who_belongs_to_an_organisation_looks_at_them_and_their_own_people_do_not(
    api, place, admin, engine, sign_in, new_code
):
    code = new_code()
    person, path = sign_in(personal_code=code), f"{PATH}/{place}/members"
    as_admin, approver = api.as_(admin, ("provider_admin", place)), api.as_(uuid7(), "user_approver")
    added = as_admin.post(path, member(code)).json
    approver.post(f"{path}/{added['id']}/confirmation")
    as_admin.post(path, member(new_code()))
    assert as_admin.get(path).status_code == 200
    assert [one for one in told(engine, VIEWED) if person in one["person_ids"]] == []
    assert len(approver.get(path).json["items"]) == 2
    [look] = [one for one in told(engine, VIEWED) if person in one["person_ids"]]
    assert (look["person_ids"], look["what"]) == ([person], ["given_name", "family_name", "masked_code"])
    assert look["purpose"] == "supervision of organisations"
