"""Sanctions of organisations over HTTP on PostgreSQL: who may what, what is kept, what is told."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from ila_identity.consumers import TIMERS
from ila_identity.store import provider_tables as p
from ila_identity.store import tables as t
from ila_kit.ids import uuid7
from ila_kit.store.tables import outbox
from ila_kit.store.timers import run_due

pytestmark = pytest.mark.integration
PATH = "/api/identity/v1/organisations"
GROUNDS = {"facts": "Nodarbības nenotika.", "legal_basis": "MK noteikumi Nr. 506"}
REPLY = {"reply": "Nodarbības notika citā telpā."}


@pytest.fixture
def place(engine):
    """The id of an organisation."""
    made = uuid7()
    row = {"id": made, "title": f"Iestāde {made}", "created_at": sa.func.now(), "approved_at": sa.func.now()}
    with engine.begin() as connection:
        connection.execute(t.organisation.insert().values(row))
    return made


@pytest.fixture
def officer(api):
    return api.as_(uuid7(), "sanction_officer")


@pytest.fixture
def admin(api, place):
    return api.as_(uuid7(), ("provider_admin", place))


def told(engine, place):
    """What was told of an organisation: kind, scopes and version."""
    with engine.connect() as connection:
        events = connection.execute(sa.select(outbox.c.type, outbox.c.body).order_by(outbox.c.id)).all()
    mine = [(row.type, row.body["data"]) for row in events if "identity.provider_" in row.type]
    return [
        (kind.split(".")[1], data["scopes"], data["version"])
        for kind, data in mine
        if data["organisation_id"] == str(place)
    ]


def later(deps, days):
    """Run the timers as if it were so many days later."""
    moved = replace(deps.units, clock=lambda: datetime.now(UTC) + timedelta(days=days))
    return run_due(moved, TIMERS)


def test_sanctions_are_imposed_replied_to_lifted_and_told(place, officer, admin, engine):
    suspended = officer.post(f"{PATH}/{place}/suspension", GROUNDS | {"scope": "payments"})
    assert (suspended.status_code, suspended.json["state"]) == (200, "suspended")
    assert (suspended.json["barred"], suspended.json["version"]) == (["payments"], 2)
    assert officer.post(f"{PATH}/{place}/suspension", GROUNDS | {"scope": "new_offers"}).status_code == 200
    same = officer.post(f"{PATH}/{place}/suspension", GROUNDS | {"scope": "payments"})
    assert (same.status_code, same.json["code"]) == (409, "sanction-in-force")

    newest, first = admin.get(f"{PATH}/{place}/sanctions").json["items"]
    assert (newest["scope"], first["scope"], first["reply_state"]) == ("new_offers", "payments", "awaited")
    assert (first["facts"], first["ends_on"]) == (GROUNDS["facts"], None)
    path = f"{PATH}/{place}/sanctions/{first['id']}/reply"
    replied = admin.post(path, REPLY, key="once")
    assert (replied.status_code, replied.json["reply"]) == (200, REPLY["reply"])
    assert admin.post(path, REPLY, key="once").data == replied.data
    assert admin.post(path, REPLY).json["code"] == "wrong-state"

    lifted = officer.post(f"{PATH}/{place}/reinstatement", {"reason": "mended", "sanction_id": first["id"]})
    assert (lifted.json["state"], lifted.json["barred"]) == ("suspended", ["new_offers"])
    assert officer.post(f"{PATH}/{place}/reinstatement", {"reason": "mended"}).json["state"] == "active"
    assert officer.post(f"{PATH}/{place}/reinstatement", {"reason": "again"}).json["code"] == "wrong-state"
    assert told(engine, place) == [
        ("provider_suspended", ["payments"], 2),
        ("provider_suspended", ["new_offers", "payments"], 3),
        ("provider_suspended", ["new_offers"], 4),
        ("provider_reinstated", ["new_offers"], 5),
    ]
    by_state = admin.get(f"{PATH}/{place}/sanctions?state=lifted&scope=payments").json["items"]
    assert [(one["end_reason"], one["reply"]) for one in by_state] == [("mended", REPLY["reply"])]
    with engine.connect() as connection:
        text = connection.scalar(sa.text("SELECT string_agg(x::text, '') FROM audit_entry x"))
        assert GROUNDS["facts"] not in text
        assert REPLY["reply"] not in text


def test_a_closed_organisation_keeps_its_history_and_nobody_of_it(place, officer, admin, api, engine):
    closed = officer.post(f"{PATH}/{place}/closure", GROUNDS)
    assert (closed.json["state"], closed.json["barred"]) == ("closed", ["new_enrolments", "new_offers"])
    sanction = officer.get(f"{PATH}/{place}/sanctions").json["items"][0]
    assert (sanction["scope"], sanction["reply_state"]) == ("closure", None)
    refused = [
        officer.post(f"{PATH}/{place}/suspension", GROUNDS | {"scope": "all"}),
        officer.post(f"{PATH}/{place}/reinstatement", {"reason": "x"}),
        officer.post(f"{PATH}/{place}/closure", GROUNDS),
        admin.post(f"{PATH}/{place}/sanctions/{sanction['id']}/reply", REPLY),
    ]
    assert [one.json["code"] for one in refused] == ["wrong-state"] * 4
    added = admin.post(f"{PATH}/{place}/bank-accounts", {"iban": "LV80BANK0000435195001", "holder": "SIA A"})
    assert added.json["code"] == "organisation-closed"


def test_time_ends_a_sanction_and_the_wait_for_a_reply(place, officer, admin, deps, engine):
    ends_on = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    body = GROUNDS | {"scope": "all", "ends_on": ends_on}
    assert officer.post(f"{PATH}/{place}/suspension", body).status_code == 200
    later(deps, 19)
    sanction = admin.get(f"{PATH}/{place}/sanctions").json["items"][0]
    assert (sanction["state"], sanction["reply_state"]) == ("in_force", "missed")
    assert admin.post(f"{PATH}/{place}/sanctions/{sanction['id']}/reply", REPLY).json["code"] == "wrong-state"
    later(deps, 22)
    later(deps, 23)
    ended = admin.get(f"{PATH}/{place}/sanctions").json["items"][0]
    assert (ended["state"], ended["ended_by"], ended["ends_on"]) == ("ended", None, ends_on)
    assert [kind for kind, _, _ in told(engine, place)] == ["provider_suspended", "provider_reinstated"]
    assert admin.get(f"{PATH}/{place}").json["state"] == "active"


def test_of_two_officers_at_once_one_imposes_and_one_is_refused_by_name(place, api, engine):
    start = threading.Barrier(6)

    def impose(_):
        start.wait()
        client = api.as_(uuid7(), "sanction_officer")
        return client.post(f"{PATH}/{place}/suspension", GROUNDS | {"scope": "payments"})

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(impose, range(6)))
    assert sorted(one.status_code for one in answers) == [200, 409, 409, 409, 409, 409]
    assert {one.json["code"] for one in answers if one.status_code == 409} == {"sanction-in-force"}
    assert len(told(engine, place)) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"scope": None},
        {"scope": "closure"},
        {"scope": "everything"},
        {"facts": ""},
        {"facts": "x" * 10_001},
        {"legal_basis": ""},
        {"ends_on": "2024-02-30"},
        {"ends_on": "2024-02-20"},
        {"reason": "x"},
    ],
)
def test_a_bad_sanction_is_refused_and_nothing_is_kept(place, officer, engine, change):
    body = {name: one for name, one in (GROUNDS | {"scope": "all"} | change).items() if one is not None}
    answer = officer.post(f"{PATH}/{place}/suspension", body)
    assert answer.status_code == 422
    with engine.connect() as connection:
        query = sa.select(sa.func.count()).where(p.sanction.c.organisation_id == place)
        assert connection.scalar(query) == 0


def test_others_neither_see_nor_do_what_is_not_theirs(place, officer, api):
    officer.post(f"{PATH}/{place}/suspension", GROUNDS | {"scope": "all"})
    sanction = officer.get(f"{PATH}/{place}/sanctions").json["items"][0]["id"]
    path = f"{PATH}/{place}/sanctions/{sanction}/reply"
    stranger = api.as_(uuid7(), ("provider_admin", uuid7()))
    assert stranger.get(f"{PATH}/{place}/sanctions").status_code == 404
    assert stranger.post(path, REPLY).status_code == 404
    for role in ("provider_editor", "provider_trainer"):
        client = api.as_(uuid7(), (role, place))
        assert client.get(f"{PATH}/{place}/sanctions").status_code == 200
        assert client.post(path, REPLY).status_code == 403
    assert officer.post(path, REPLY).status_code == 403
    weak = api.as_(uuid7(), ("provider_admin", place), acr="substantial")
    assert weak.post(path, REPLY).json["code"] == "assurance-too-low"
    for step in ("suspension", "reinstatement", "closure"):
        for role in ("user_approver", "platform_admin", ("provider_admin", place)):
            assert api.as_(uuid7(), role).post(f"{PATH}/{place}/{step}", GROUNDS).status_code == 403
    assert officer.post(f"{PATH}/{uuid7()}/suspension", GROUNDS | {"scope": "all"}).status_code == 404
