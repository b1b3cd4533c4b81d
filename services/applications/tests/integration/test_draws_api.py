"""A draw over HTTP on PostgreSQL: committed, pinned, given a public value, and recomputed."""

import runpy
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from ila_applications.consumers import TIMERS
from ila_applications.store import draw_tables as d
from ila_applications.store import tables as t
from ila_kit.ids import uuid7
from ila_kit.store.timers import run_due
from sqlalchemy.exc import DBAPIError

pytestmark = pytest.mark.integration
PATH = "/api/applications/v1/applications"
CALLS = "/api/applications/v1/calls"
AMOUNT = {"amount": "608.99", "currency": "EUR"}
PINNED = datetime(2024, 12, 6, 22, 6, tzinfo=UTC)
VALUE = {"value": "3 11 19 32 47 2 9"}
DUE = ("draw_commit_due", "draw_pin_due", "draw_value_due", "draw_lots_due", "places_due")
SCRIPT = Path(__file__).parents[4] / "portal/src/ila_portal/static/recompute_draw.py"
faults = runpy.run_path(str(SCRIPT))["faults"]
STRATA = [{"code": "55-74", "lowest_age": 55, "highest_age": 74, "percent": 50}]


class Drawing:
    """A call opened by a draw, with one programme."""

    def __init__(self, service, as_person, places=2, strata=()):
        self.service, self.as_person = service, as_person
        rules = {"opening_mode": "draw", "draw_strata": list(strata)}
        rules |= {"draw_source_lv": "Skaitļi", "draw_source_en": "Numbers"}
        self.programme = service.publish(places=places, rules=rules)
        with service.engine.connect() as connection:
            query = sa.select(t.programme.c.call_id).where(t.programme.c.id == self.programme)
            self.call = str(connection.scalar(query))
        self.path = f"{CALLS}/{self.call}/draw"

    def apply(self, born=date(1984, 3, 12)):
        person = uuid7()
        self.service.people.births[person] = born
        client = self.as_person(person)
        application = client.post(PATH, {"programme_id": self.programme}).json["id"]
        confirmed = {"confirmed": True, "programme_version": 1, "quoted_amount": AMOUNT}
        assert client.post(f"{PATH}/{application}/submission", confirmed).status_code == 201
        return client, application

    def pin(self):
        self.service.job().run()
        self.service.now = PINNED
        self.timers()

    def draw(self):
        self.pin()
        self.give_value()
        self.timers()

    def give_value(self):
        for step in ("public-value", "public-value/confirmation"):
            officer = self.as_person(uuid7(), "draw_officer")
            assert officer.post(f"{self.path}/{step}", VALUE).status_code == 201

    def timers(self):
        run_due(self.service.deps.units, {name: TIMERS[name] for name in DUE})

    def listed(self, client):
        return self.read(client, "list")

    def read(self, client, what):
        with client.get(f"{self.path}/{what}") as answer:
            return answer.json

    def state(self, client, application):
        return client.get(f"{PATH}/{application}").json["state"]

    def taken(self):
        with self.service.engine.connect() as connection:
            query = sa.select(t.places.c.taken).where(t.places.c.programme_id == self.programme)
            return connection.scalar(query)


@pytest.fixture
def drawing(service, as_person):
    return Drawing(service, as_person)


def test_a_draw_is_committed_pinned_made_and_recomputed_from_what_is_published(drawing, as_person):
    visitor = as_person()
    before = visitor.get(drawing.path).json
    assert (before["state"], before["seed"], before["programmes"][0]["entries"]) == ("committed", None, None)
    assert (before["source_lv"], before["source_en"]) == ("Skaitļi", "Numbers")
    assert visitor.get(f"{drawing.path}/entries").json["code"] == "not-pinned-yet"
    assert visitor.get(f"{drawing.path}/list").json["code"] == "not-drawn-yet"
    people = [drawing.apply() for _ in range(5)]
    client, application = people[0]
    mine = client.get(f"{PATH}/{application}/draw-entry").json
    assert (len(mine["entry"]), mine["pinned"], mine["rank"], mine["outcome"]) == (32, None, None, None)
    assert as_person().get(f"{PATH}/{application}/draw-entry").status_code == 404

    drawing.pin()
    pinned = drawing.read(visitor, "entries")
    assert (visitor.get(drawing.path).json["state"], len(pinned["entries"])) == ("pinned", 5)
    assert client.get(f"{PATH}/{application}/draw-entry").json["pinned"] is True
    drawing.give_value()
    drawing.timers()

    after = visitor.get(drawing.path).json
    told = drawing.listed(visitor)
    assert (after["state"], after["commitment"]) == ("drawn", before["commitment"])
    assert (after["programmes"][0]["places"], after["programmes"][0]["entries"]) == (2, 5)
    assert faults(told, before["commitment"], pinned) == []
    assert after["public_value"] == VALUE["value"]
    ranks = {}
    for one, applied in people:
        mine = one.get(f"{PATH}/{applied}/draw-entry").json
        ranks[mine["rank"]] = (one, applied)
        assert mine["entry"] in {row["entry"] for row in told["entries"] if row["rank"] == mine["rank"]}
    assert [drawing.state(*ranks[rank]) for rank in range(1, 6)] == ["eligible"] * 2 + ["waiting"] * 3
    events = drawing.service.told("application_found_eligible", drawing.programme)
    assert [(one["application_id"], one["drawn"], one["turn"]) for one in events] == [
        (ranks[1][1], True, 1),
        (ranks[2][1], True, 2),
    ]
    client, winner = ranks[1]
    assert client.post(f"{PATH}/{winner}/withdrawal", {}).status_code == 200
    assert drawing.state(*ranks[3]) == "eligible"
    assert drawing.taken() == 2


def test_the_public_value_is_given_by_two_officers_after_the_pin(drawing, as_person):
    value, confirmation = (f"{drawing.path}/public-value", f"{drawing.path}/public-value/confirmation")
    first, second = (as_person(uuid7(), "draw_officer") for _ in range(2))
    assert first.post(value, VALUE).json["code"] == "wrong-state"
    drawing.apply()
    drawing.pin()
    assert as_person(uuid7(), "call_manager").post(value, VALUE).status_code == 403
    assert first.post(confirmation, VALUE).json["code"] == "no-public-value"
    entered = first.post(value, VALUE)
    assert (entered.status_code, entered.json["public_value"]) == (201, None)
    assert entered.json["entered_at"] == "2024-12-06T22:06:00.000000Z"
    assert first.post(confirmation, VALUE).json["code"] == "entered-by-you"
    differs = second.post(confirmation, {"value": "3 11"})
    assert (differs.status_code, differs.json["code"]) == (422, "public-value-differs")
    assert list(differs.json["errors"]) == ["/value"]
    assert second.post(value, {"value": " "}).status_code == 422
    assert second.post(confirmation, VALUE).json["state"] == "confirmed"
    assert first.post(value, VALUE).json["code"] == "wrong-state"
    assert first.post(f"{CALLS}/{uuid7()}/draw/public-value", VALUE).status_code == 404


def test_a_pinned_entry_cannot_be_changed_or_removed(drawing):
    drawing.apply()
    drawing.pin()
    mine = d.draw_pin.c.call_id == drawing.call
    for change in (d.draw_pin.update().where(mine).values(standing="open"), d.draw_pin.delete().where(mine)):
        with pytest.raises(DBAPIError, match="draw_pin"), drawing.service.engine.begin() as connection:
            connection.execute(change)


def test_a_place_waits_for_a_winner_who_is_locked(drawing):
    people = [drawing.apply() for _ in range(4)]
    drawing.pin()
    drawing.give_value()
    with drawing.service.engine.connect() as connection:
        for one in people:
            row = t.application.c.id == one[1]
            connection.execute(sa.select(t.application.c.id).where(row).with_for_update())
        drawing.timers()
        assert drawing.taken() == 0
    drawing.service.now += timedelta(minutes=1)
    drawing.timers()
    told = {one["entry"] for one in drawing.listed(people[0][0])["entries"] if one["outcome"] == "place"}
    entries = [one.get(f"{PATH}/{applied}/draw-entry").json for one, applied in people]
    states = {one["entry"]: drawing.state(*applied) for one, applied in zip(entries, people, strict=True)}
    assert {entry for entry, state in states.items() if state == "eligible"} == told


def test_a_change_of_the_list_in_the_database_is_refused_and_one_around_it_is_found(drawing, as_person):
    for _ in range(4):
        drawing.apply()
    drawing.draw()
    entry = d.draw_entry
    swap = entry.update().where(entry.c.rank == 1, entry.c.programme_id == drawing.programme).values(rank=9)
    with pytest.raises(DBAPIError, match="draw_entry"), drawing.service.engine.begin() as connection:
        connection.execute(swap)
    told = drawing.listed(as_person())
    told["entries"][0]["rank"], told["entries"][1]["rank"] = 2, 1
    assert faults(told)


def test_the_seed_is_sealed_until_the_draw(drawing):
    with drawing.service.engine.connect() as connection:
        row = connection.execute(sa.select(d.draw).where(d.draw.c.call_id == drawing.call)).one()
    assert row.seed is None
    secret = drawing.service.deps.units
    with secret.open(None) as unit:
        assert unit.draws.secret(row.call_id).seed not in row.sealed


def test_who_is_next_is_told_what_happens_and_when(drawing):
    client, application = drawing.apply()
    drawing.service.job().run()
    following = client.get(f"{PATH}/{application}/timeline").json["next"]
    assert following["by"] == "2024-12-06T22:05:00.000000Z"
    assert following["text_lv"].startswith("Jūs piedalāties vietu izlozē: 07.12.2024 00:05 tiks nofiksēts")
    drawing.pin()
    following = client.get(f"{PATH}/{application}/timeline").json["next"]
    assert following["by"] is None
    assert following["text_en"].startswith("The entries to the draw are fixed and published.")
    drawing.give_value()
    drawing.timers()
    timeline = client.get(f"{PATH}/{application}/timeline").json["items"]
    assert timeline[-1]["text_en"] == "A place fell to you in the draw (rank 1); it is set apart for you."


def test_reserved_ages_get_their_share_of_the_places(service, as_person):
    drawing = Drawing(service, as_person, places=4, strata=STRATA)
    for _ in range(10):
        drawing.apply()
    for _ in range(2):
        drawing.apply(born=date(1960, 1, 1))
    drawing.draw()
    told = drawing.listed(as_person())
    assert faults(told) == []
    winners = [one for one in told["entries"] if one["outcome"] == "place"]
    assert [one["stratum"] for one in winners].count("55-74") == 2
    assert as_person().get(drawing.path).json["strata"] == STRATA


def test_a_call_without_a_draw_has_none(service, as_person):
    programme = service.publish()
    with service.engine.connect() as connection:
        call = connection.scalar(sa.select(t.programme.c.call_id).where(t.programme.c.id == programme))
    for path in (f"{CALLS}/{call}/draw", f"{CALLS}/{call}/draw/list", f"{CALLS}/{uuid7()}/draw"):
        assert as_person().get(path).status_code == 404
    client = as_person()
    application = client.post(PATH, {"programme_id": programme}).json["id"]
    refused = client.get(f"{PATH}/{application}/draw-entry")
    assert (refused.status_code, refused.json["code"]) == (409, "no-draw")


def test_two_workers_draw_once_while_people_withdraw(drawing):
    people = [drawing.apply() for _ in range(12)]
    drawing.pin()
    drawing.give_value()

    def withdraw(one):
        client, application = one
        assert client.post(f"{PATH}/{application}/withdrawal", {}).status_code == 200

    with ThreadPoolExecutor(6) as threads:
        work = [threads.submit(drawing.timers) for _ in range(2)]
        work += [threads.submit(withdraw, one) for one in people[:6]]
        for one in work:
            one.result()
    drawing.service.now += timedelta(minutes=10)
    drawing.timers()
    states = [drawing.state(*one) for one in people]
    assert states.count("eligible") == drawing.taken() == 2
    assert states.count("withdrawn") == 6
    told = drawing.listed(people[0][0])
    assert faults(told) == []
