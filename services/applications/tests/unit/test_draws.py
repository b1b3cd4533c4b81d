"""The draw: committed, pinned, given a public value, recomputed; money and places for winners only."""

import hashlib
import hmac
import logging
import re
import runpy
import sys
from dataclasses import asdict, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ila_applications.api.schemas import happened
from ila_applications.consumers import HANDLERS, TIMERS
from ila_applications.domain import draws, lots
from ila_applications.domain.draws import DRAW_OFFICER, Secret
from ila_applications.domain.errors import EnteredByYou, NoPublicValue, PublicValueDiffers
from ila_applications.domain.lots import Candidate, arrange, entries_sha256, pin
from ila_applications.domain.offerings import Stratum
from ila_applications.usecases.applications import withdraw_application
from ila_applications.usecases.contests import ContestRefusal, DecideContest, contest_refusal, decide_contest
from ila_applications.usecases.draws import (
    LOTS_DUE,
    PIN_DUE,
    VALUE_DUE,
    commit_draw,
    confirm_value,
    enter_value,
)
from ila_applications.usecases.funds import offer_place
from ila_applications.usecases.offerings import learn_call, learn_programme
from ila_applications.usecases.places import PLACES_DUE, end_in_time
from ila_kit.actor import EVERYTHING, Scope
from ila_kit.events import Envelope
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState

SECRET = Secret(b"s" * 32, b"p" * 32)
SCRIPT = Path(__file__).parents[4] / "portal/src/ila_portal/static/recompute_draw.py"
RECOMPUTE = runpy.run_path(str(SCRIPT))
VALUE = "3 11 19 32 47 2 9"
OLDER = Stratum(code="55-74", lowest_age=55, highest_age=74, percent=50)


class DrawWorld:
    """A world whose call is opened by a draw; time moves by hand, due timers are called."""

    def __init__(self, world, **rules) -> None:
        self.world, self.unit = world, world.unit
        sources = {"draw_source_lv": "Skaitļi", "draw_source_en": "Numbers"}
        self.call = replace(world.call, opening_mode="draw", version=2, **sources | rules)
        learn_call(self.unit, self.call, 2)

    @property
    def draw(self):
        return self.unit.draws.get(self.call.id)

    def apply(self, people=3, born=date(1984, 3, 12)):
        return [self.world.submit(self.world.person(born)) for _ in range(people)]

    def pass_to(self, when):
        """Move the time on, calling what is due of draws in its order."""
        self.unit.now = when
        while due := [key for key, at in self.unit.timers.items() if at <= when and key[1] in DRAWS]:
            for subject, name in sorted(due, key=lambda key: key[1] == PLACES_DUE):
                del self.unit.timers[subject, name]
                TIMERS[name](self.unit, subject)

    def pin(self):
        self.world.job.run()
        self.pass_to(self.call.pin_at)

    def give_value(self, value=VALUE):
        self.world.acting(DRAW_OFFICER)
        enter_value(self.unit, self.call.id, value)
        self.world.acting(DRAW_OFFICER)
        confirm_value(self.unit, self.call.id, value)
        self.pass_to(self.unit.now)

    def draw_lots(self):
        self.pin()
        self.give_value()

    def entry(self, application):
        return self.unit.draws.entries([application.id])[application.id]

    def states(self, applications):
        return sorted(self.world.state(one) for one in applications)

    def told(self):
        return [one for one in self.unit.events if one.type.endswith("found_eligible.v1")]


DRAWS = (PIN_DUE, VALUE_DUE, LOTS_DUE, PLACES_DUE)


@pytest.fixture
def drawing(world) -> DrawWorld:
    return DrawWorld(world)


def test_the_seed_is_committed_when_the_call_is_heard_of_and_revealed_with_the_list(drawing):
    before = drawing.draw
    drawing.apply()
    learn_call(drawing.unit, replace(drawing.call, version=3), 3)
    assert drawing.draw == before
    assert (before.seed, before.key_sha256, before.drawn_at) == (None, None, None)
    drawing.draw_lots()
    after = drawing.draw
    revealed = bytes.fromhex(after.seed) + bytes.fromhex(after.key_sha256)
    assert hashlib.sha256(revealed).hexdigest() == before.commitment == after.commitment
    assert [action for action, *_ in drawing.unit.audited if action.startswith("draw_")] == [
        "draw_committed",
        "draw_pinned",
        "draw_value_entered",
        "draw_value_confirmed",
        "draw_made",
    ]


def test_the_source_of_the_public_value_is_named_with_the_commitment_and_stays_once_the_window_opens(drawing):
    assert (drawing.draw.source_lv, drawing.draw.source_en) == ("Skaitļi", "Numbers")
    other = replace(drawing.call, version=3, draw_source_lv="Citi", draw_source_en="Others")
    learn_call(drawing.unit, other, 3)
    assert drawing.draw.source_en == "Numbers"
    drawing.unit.now = drawing.call.applications_open_at - timedelta(seconds=1)
    learn_call(drawing.unit, replace(other, version=4), 4)
    assert drawing.draw.source_en == "Others"


def test_a_call_heard_of_before_there_were_such_draws_is_committed(drawing):
    del drawing.unit.draws.rows[drawing.call.id]
    commit_draw(drawing.unit, drawing.call.id)
    assert drawing.draw.state == "committed"
    assert drawing.unit.timers[drawing.call.id, PIN_DUE] == drawing.call.pin_at


def test_no_entry_enters_or_leaves_the_list_once_it_is_pinned(drawing):
    entries = drawing.apply(4)
    drawing.pin()
    pinned = drawing.unit.draws.pins(drawing.call.id)
    assert drawing.draw.state == "pinned"
    assert drawing.draw.entries_sha256 == entries_sha256(pinned, drawing.draw.places, ())
    gone = entries[0]
    withdraw_application(drawing.unit, gone.id, Scope(person=gone.person_id))
    TIMERS[PIN_DUE](drawing.unit, drawing.call.id)
    drawing.give_value()
    assert drawing.entry(gone).outcome == "gone"
    assert (
        {one.application_id for one in pinned} == {one.id for one in entries} == set(drawing.unit.draws.kept)
    )
    assert drawing.states(entries) == ["eligible"] * 2 + ["waiting", "withdrawn"]


def test_who_comes_after_the_pin_stands_behind_all_lots(drawing):
    drawing.apply(2)
    drawing.pin()
    drawing.unit.now = drawing.call.applications_open_at
    late = drawing.apply(1)[0]
    drawing.world.job.run()
    drawing.unit.now = drawing.call.pin_at + timedelta(days=3)
    drawing.give_value()
    assert (drawing.entry(late).outcome, drawing.entry(late).lot, drawing.entry(late).rank) == (
        "late",
        None,
        None,
    )
    assert drawing.world.state(late) == "waiting"
    learn_programme(drawing.unit, replace(drawing.world.programme, version=2, places=3), 2)
    assert drawing.world.state(late) == "eligible"


def test_two_officers_give_the_public_value_and_nobody_before_the_pin(drawing):
    drawing.apply()
    officer = drawing.world.acting(DRAW_OFFICER)
    with pytest.raises(WrongState):
        enter_value(drawing.unit, drawing.call.id, VALUE)
    drawing.pin()
    with pytest.raises(NoPublicValue):
        confirm_value(drawing.unit, drawing.call.id, VALUE)
    enter_value(drawing.unit, drawing.call.id, "3 11")
    enter_value(drawing.unit, drawing.call.id, VALUE)
    assert drawing.draw.entered_by == str(officer)
    with pytest.raises(EnteredByYou):
        confirm_value(drawing.unit, drawing.call.id, VALUE)
    drawing.world.acting(DRAW_OFFICER)
    with pytest.raises(PublicValueDiffers) as refused:
        confirm_value(drawing.unit, drawing.call.id, "3 11 19 32 47 2 8")
    assert list(refused.value.facts["errors"]) == ["/value"]
    drawing.world.acting("call_manager")
    with pytest.raises(NotYourStep):
        confirm_value(drawing.unit, drawing.call.id, VALUE)
    drawing.world.acting(DRAW_OFFICER)
    confirm_value(drawing.unit, drawing.call.id, VALUE)
    with pytest.raises(WrongState):
        enter_value(drawing.unit, drawing.call.id, "1 2")
    assert not drawing.draw.drawn
    drawing.pass_to(drawing.unit.now)
    assert drawing.draw.drawn


def test_a_missing_public_value_raises_the_alarm_every_day_and_nothing_else(drawing, caplog):
    entries = drawing.apply()
    drawing.pin()
    with caplog.at_level(logging.ERROR):
        drawing.pass_to(drawing.call.pin_at + draws.VALUE_TIME)
        drawing.pass_to(drawing.call.pin_at + draws.VALUE_TIME + draws.VALUE_REMINDER)
    assert caplog.text.count("ALARM") == 2
    assert drawing.draw.state == "pinned"
    drawing.unit.now = drawing.world.now(entries[0]).due_at + timedelta(days=40)
    end_in_time(drawing.unit, entries[0].id)
    assert drawing.states(entries) == ["waiting"] * 3
    drawing.give_value()
    assert drawing.states(entries) == ["eligible"] * 2 + ["waiting"]
    assert (drawing.call.id, VALUE_DUE) not in drawing.unit.timers


def test_a_winner_that_is_being_changed_is_not_passed_over(drawing):
    entries = drawing.apply(3)
    drawing.pin()
    drawing.world.acting(DRAW_OFFICER)
    first = min(entries, key=lambda one: lot_of(drawing, one))
    drawing.unit.applications.locked = {first.id}
    drawing.give_value()
    assert (drawing.world.state(first), drawing.world.taken()) == ("waiting", 1)
    drawing.unit.applications.locked = set()
    drawing.pass_to(drawing.unit.now + draws.AGAIN)
    assert (drawing.world.state(first), drawing.world.taken()) == ("eligible", 2)


def lot_of(drawing, application):
    secret = drawing.unit.draws.secret(drawing.call.id)
    return lot(secret, secret.pseudonym(application.id))


def lot(secret, pseudonym, value=VALUE):
    key = hashlib.sha256(secret.seed + value.encode()).digest()
    return hmac.new(key, pseudonym.encode(), hashlib.sha256).hexdigest()


def test_before_the_draw_nobody_has_a_place_or_money(drawing):
    entries = drawing.apply(3)
    drawing.world.job.run()
    drawing.pass_to(drawing.call.pin_at + timedelta(days=2))
    learn_programme(drawing.unit, replace(drawing.world.programme, version=2, places=9), 2)
    assert drawing.states(entries) == ["waiting"] * 3
    assert (drawing.world.taken(), drawing.told()) == (0, [])


def test_who_takes_part_in_a_draw_is_told_so_and_not_that_no_place_is_free(drawing):
    (entry,) = drawing.apply(1)
    drawing.world.job.run()
    queued = next(one for one in drawing.unit.applications.history(entry.id) if one.action == "queue")
    assert happened(queued)["text_en"] == "You meet the conditions and take part in the draw of places."


def test_the_lots_decide_and_money_is_asked_for_winners_in_the_order_of_lots(drawing):
    entries = drawing.apply(5)
    drawing.draw_lots()
    assert drawing.states(entries) == ["eligible"] * 2 + ["waiting"] * 3
    ranked = sorted(entries, key=lambda one: drawing.entry(one).rank)
    assert [drawing.world.state(one) for one in ranked[:2]] == ["eligible"] * 2
    assert [drawing.entry(one).lot for one in ranked] == sorted(drawing.entry(one).lot for one in ranked)
    told = drawing.told()
    assert [(one.application_id, one.drawn, one.turn) for one in told] == [
        (one.id, True, drawing.entry(one).position) for one in ranked[:2]
    ]
    assert drawing.world.taken() == 2


def test_a_place_that_comes_free_goes_to_the_next_lot(drawing):
    entries = drawing.apply(4)
    drawing.draw_lots()
    first, _, third, _ = sorted(entries, key=lambda one: drawing.entry(one).rank)
    withdraw_application(drawing.unit, first.id, Scope(person=first.person_id))
    assert drawing.world.state(third) == "eligible"
    assert drawing.told()[-1].application_id == third.id
    assert drawing.unit.applications.history(third.id)[-1].action == "promote"
    assert drawing.world.taken() == 2


def test_a_winner_whose_money_is_held_is_offered_the_place(drawing):
    entries = drawing.apply(1)
    drawing.draw_lots()
    offer_place(drawing.unit, entries[0].id, uuid7(), Decimal("608.99"))
    assert drawing.world.state(entries[0]) == "offered"


def test_a_second_draw_does_nothing(drawing):
    drawing.apply(4)
    drawing.draw_lots()
    was, events = drawing.draw, len(drawing.unit.events)
    for due in (PIN_DUE, VALUE_DUE, LOTS_DUE):
        TIMERS[due](drawing.unit, drawing.call.id)
    TIMERS[PLACES_DUE](drawing.unit, drawing.world.programme.id)
    assert (drawing.draw, len(drawing.unit.events)) == (was, events)


def test_the_pin_waits_for_checks_under_way_one_day_at_most(drawing):
    early = drawing.apply(1)
    drawing.world.job.run()
    drawing.world.people.away = True
    late = drawing.apply(1)
    drawing.pin()
    assert drawing.draw.state == "committed"
    drawing.pass_to(drawing.call.pin_at + draws.PATIENCE)
    assert drawing.draw.state == "pinned"
    drawing.give_value()
    assert drawing.states(early) == ["eligible"]
    assert drawing.entry(late[0]).outcome == "open"
    drawing.world.people.away = False
    drawing.unit.now += timedelta(minutes=5)
    drawing.world.job.run()
    assert drawing.world.state(late[0]) == "eligible"


def test_a_window_that_is_moved_moves_the_pin_and_ends_nobodys_waiting(drawing):
    applied = drawing.apply(1)
    drawing.world.job.run()
    later = replace(
        drawing.call,
        version=3,
        applications_close_at=drawing.call.applications_close_at + timedelta(days=2),
    )
    learn_call(drawing.unit, later, 3)
    drawing.pass_to(drawing.call.pin_at)
    assert drawing.draw.state == "committed"
    drawing.pass_to(later.pin_at)
    assert drawing.draw.state == "pinned"
    drawing.unit.now = drawing.world.now(applied[0]).due_at
    end_in_time(drawing.unit, applied[0].id)
    assert drawing.states(applied) == ["waiting"]
    drawing.give_value()
    assert drawing.states(applied) == ["eligible"]


def test_nobody_stops_waiting_before_the_draw(drawing):
    application = drawing.apply(1)[0]
    drawing.world.job.run()
    assert drawing.world.now(application).due_at > drawing.call.pin_at


def test_a_refusal_contested_after_the_draw_comes_in_at_its_lot(drawing):
    refused = drawing.apply(1, born=date(2010, 1, 1))[0]
    others = drawing.apply(4)
    drawing.draw_lots()
    assert drawing.entry(refused).outcome == "open"
    drawing.world.acting("learner")
    scope = Scope(person=refused.person_id)
    contest_refusal(drawing.unit, ContestRefusal(application_id=refused.id, reason="Esmu pieaudzis"), scope)
    drawing.world.acting("appeal_officer")
    decision = DecideContest(application_id=refused.id, outcome="upheld", reason="Reģistrs labots")
    decide_contest(drawing.unit, decision, EVERYTHING)
    assert drawing.world.state(refused) == "waiting"
    winners = [one for one in others if drawing.world.state(one) == "eligible"]
    for one in winners:
        withdraw_application(drawing.unit, one.id, Scope(person=one.person_id))
    waiting = [one for one in others if one not in winners]
    before = [one for one in waiting if drawing.entry(one).lot < drawing.entry(refused).lot]
    assert (drawing.world.state(refused) == "eligible") == (len(before) < 2)


def test_who_applies_anew_after_a_refusal_has_one_entry(drawing):
    person = drawing.world.person(date(2010, 1, 1))
    refused = drawing.world.submit(person)
    drawing.world.job.run()
    assert drawing.world.state(refused) == "ineligible"
    drawing.world.people.births[person] = date(1984, 3, 12)
    anew = drawing.world.submit(person)
    drawing.draw_lots()
    assert list(drawing.unit.draws.kept) == [anew.id]


def test_ages_for_whom_places_are_reserved_get_them(world):
    drawing = DrawWorld(world, draw_strata=(OLDER,))
    drawing.apply(20)
    older = drawing.apply(2, born=date(1960, 1, 1))
    drawing.draw_lots()
    winners = [one for _, one in drawing.unit.draws.kept.values() if one.outcome == "place"]
    assert len(winners) == 2
    assert sum(one.application_id in {x.id for x in older} for one in winners) >= 1
    assert {drawing.entry(one).stratum for one in older} == {"55-74"}


def test_the_catalogue_tells_of_reserved_ages(world):
    data = {
        "call_id": str(world.call.id),
        "minimum_age": 18,
        "opening_mode": "draw",
        "offered_place_hours": 48,
        "applications_open_at": "2024-11-13T22:00:00Z",
        "applications_close_at": "2024-12-06T22:00:00Z",
        "version": 2,
        "group_minimum": 10,
        "completion_attendance_percent": 70,
        "completion_needs_test": True,
        "learning_hour_minutes_vocational": 40,
        "learning_hour_minutes_studies": 45,
        "draw_strata": [{"code": "55-74", "lowest_age": 55, "highest_age": 74, "percent": 50}],
    }
    name = "catalog.call_published.v1"
    envelope = Envelope(
        id=uuid7(), source="catalog", type=name, subject="x", time=world.unit.now, sequence=2, data=data
    )
    HANDLERS[name](world.unit, envelope)
    assert world.unit.offerings.call(world.call.id).draw_strata == (OLDER,)


candidates = st.lists(
    st.tuples(st.uuids(), st.integers(0, 2), st.sampled_from(["waiting", "contested"]), st.integers(18, 80)),
    unique_by=lambda one: one[0],
    max_size=40,
)
PROGRAMMES = [UUID(int=number) for number in (1, 2, 3)]


def drawn(people, places, strata=(OLDER,), value=VALUE, gone=()):
    states = {one.application_id: one.state for one in people if one.application_id not in gone}
    return arrange(SECRET.lot_key(value), pin(SECRET, people, strata), states, places, strata)


@settings(max_examples=60)
@given(candidates, st.integers(0, 15), st.randoms())
def test_any_order_of_entries_gives_the_same_list_and_never_too_many_places(rows, places, chance):
    people = [Candidate(one, PROGRAMMES[which], state, age) for one, which, state, age in rows]
    free = dict.fromkeys(PROGRAMMES, places)
    arranged = drawn(people, free)
    shuffled = list(people)
    chance.shuffle(shuffled)
    assert drawn(shuffled, free) == arranged
    for programme in PROGRAMMES:
        mine = [one for one in arranged if one.programme_id == programme]
        able = [one for one in people if one.programme_id == programme and one.state == "waiting"]
        winners = [one for one in mine if one.outcome == "place"]
        assert len(winners) == min(places, len(able))
        assert [one.rank for one in mine] == list(range(1, len(mine) + 1))
        reserved = min(places * 50 // 100, sum(55 <= one.age <= 74 for one in able))
        assert sum(one.stratum == "55-74" for one in winners) >= reserved


def test_a_lot_is_the_hmac_of_the_pseudonym_under_seed_and_public_value():
    people = [Candidate(uuid7(), PROGRAMMES[0], "waiting", 30)]
    (entry,) = drawn(people, {})
    assert len(entry.pseudonym) == 32
    assert entry.lot == lot(SECRET, entry.pseudonym) != drawn(people, {}, value="1")[0].lot
    assert "ssss" not in repr(SECRET)


def test_the_commitment_binds_the_seed_and_the_key_of_the_pseudonyms():
    assert SECRET.commitment == hashlib.sha256(b"s" * 32 + hashlib.sha256(b"p" * 32).digest()).hexdigest()
    assert SECRET.commitment != Secret(b"s" * 32, b"q" * 32).commitment


FREE = {PROGRAMMES[0]: 3, PROGRAMMES[1]: 40, PROGRAMMES[2]: 0}
STATES = ("waiting", "waiting", "waiting", "needs_evidence")


def published(rows=60):
    """Give a drawn and a pinned list as they are published, of three programmes and all kinds."""
    people = [Candidate(UUID(int=n), PROGRAMMES[n % 3], STATES[n % 4], 20 + n) for n in range(rows)]
    pins = pin(SECRET, people, [OLDER])
    entries = drawn(people, FREE, gone={UUID(int=7), UUID(int=8)})
    head = {
        "recipe": draws.RECIPE,
        "commitment": SECRET.commitment,
        "source_lv": "Skaitļi",
        "source_en": "Numbers",
        "entries_sha256": entries_sha256(pins, FREE, [OLDER]),
        "strata": [asdict(OLDER)],
        "places": {str(one): number for one, number in FREE.items()},
    }
    revealed = {
        "public_value": VALUE,
        "seed": SECRET.seed.hex(),
        "key_sha256": SECRET.key_sha256,
        "list_sha256": lots.list_sha256(entries),
    }
    told = [as_pinned(one) | {name: getattr(one, name) for name in DECIDED} for one in entries]
    return head | revealed | {"entries": told}, head | {"entries": [as_pinned(one) for one in pins]}


DECIDED = ("rank", "position", "outcome")


def as_pinned(one):
    known = {"stratum": one.stratum, "standing": one.standing}
    return {"programme_id": str(one.programme_id), "entry": one.pseudonym, **known}


def test_the_script_finds_that_the_list_follows_from_what_was_pinned():
    told, pinned = published()
    assert {one["outcome"] for one in told["entries"]} == {"place", "waiting", "open", "gone"}
    assert RECOMPUTE["faults"](told, SECRET.commitment, pinned) == []
    assert RECOMPUTE["faults"](published(0)[0]) == []


OTHERS = {
    "entry": st.text("0123456789abcdef", min_size=32, max_size=32),
    "programme_id": st.sampled_from([str(one) for one in PROGRAMMES]),
    "stratum": st.sampled_from([None, "55-74", "18-29"]),
    "standing": st.sampled_from(["able", "open"]),
    "outcome": st.sampled_from(["place", "waiting", "open", "gone", "late"]),
    "rank": st.integers(1, 60),
    "position": st.integers(1, 60),
}


def swap(told):
    first, second = told["entries"][0], told["entries"][1]
    first["entry"], second["entry"] = second["entry"], first["entry"]


@pytest.mark.parametrize(
    "change",
    [
        swap,
        lambda told: told["entries"].pop(),
        lambda told: told["entries"].pop(3),
        lambda told: told["entries"].append(dict(told["entries"][0])),
        lambda told: told["entries"][5].update(outcome="place"),
        lambda told: told["entries"][0].update(outcome="gone"),
        lambda told: told["entries"][0].update(outcome="late"),
        lambda told: told["entries"][0].update(standing="open"),
        lambda told: told["entries"][2].update(rank=1),
        lambda told: told["entries"][2].update(stratum="another"),
        lambda told: told["entries"][0].update(entry="0" * 32),
        lambda told: told["entries"][0].update(programme_id=str(PROGRAMMES[2])),
        lambda told: told["places"].update({str(PROGRAMMES[0]): 4}),
        lambda told: told["strata"][0].update(percent=100),
        lambda told: told["strata"].clear(),
        lambda told: told.update(seed="00" * 32),
        lambda told: told.update(key_sha256="00" * 32),
        lambda told: told.update(public_value="3 11 19 32 47 2 8"),
        lambda told: told.update(commitment="00" * 32),
        lambda told: told.update(entries_sha256="00" * 32),
        lambda told: told.update(list_sha256="00" * 32),
        lambda told: told.update(recipe="ila-draw-1"),
    ],
)
def test_the_script_finds_any_change_of_the_list(change):
    told, _ = published()
    change(told)
    assert RECOMPUTE["faults"](told)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 59), st.sampled_from(sorted(OTHERS)), st.data())
def test_the_script_finds_any_change_of_any_entry(number, name, data):
    told, pinned = published()
    entry = told["entries"][number]
    entry[name] = data.draw(OTHERS[name].filter(lambda value: value != entry[name]))
    assert RECOMPUTE["faults"](told)
    if name in pinned["entries"][0]:
        told["entries_sha256"] = hashlib.sha256(b"made anew").hexdigest()
        assert RECOMPUTE["faults"](told, SECRET.commitment, pinned)


@given(st.integers(0, 59))
def test_the_script_finds_any_entry_that_is_left_out(number):
    told, _ = published()
    del told["entries"][number]
    assert RECOMPUTE["faults"](told)


def left_out(people):
    return people[1:]


def put_in(people):
    return [*people, Candidate(UUID(int=999), PROGRAMMES[0], "waiting", 30)]


def put_off(people):
    return [people[0]._replace(state="needs_evidence"), *people[1:]]


@pytest.mark.parametrize("change", [left_out, put_in, put_off])
def test_a_list_made_wholly_anew_is_not_the_one_that_was_pinned(change):
    _, pinned = published()
    people = [Candidate(UUID(int=n), PROGRAMMES[n % 3], STATES[n % 4], 20 + n) for n in range(60)]
    told, _ = published()
    other = change(people)
    entries = drawn(other, FREE)
    told["entries_sha256"] = entries_sha256(pin(SECRET, other, [OLDER]), FREE, [OLDER])
    told["list_sha256"] = lots.list_sha256(entries)
    told["entries"] = [as_pinned(one) | {name: getattr(one, name) for name in DECIDED} for one in entries]
    assert RECOMPUTE["faults"](told) == []
    assert RECOMPUTE["faults"](told, SECRET.commitment, pinned)


def test_the_script_needs_nothing_but_the_standard_library():
    modules = set(
        re.findall(r"^(?:import|from) (\w+)(?: import.*|\.\w+)?$", SCRIPT.read_text(), re.MULTILINE)
    )
    assert modules <= sys.stdlib_module_names
