"""The draw: committed before, recomputed after, money and places for winners only."""

import hashlib
import hmac
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
from ila_applications.consumers import HANDLERS, TIMERS
from ila_applications.domain import draws
from ila_applications.domain.draws import Candidate, Secret, arrange
from ila_applications.domain.offerings import Stratum
from ila_applications.usecases.applications import withdraw_application
from ila_applications.usecases.contests import ContestRefusal, DecideContest, contest_refusal, decide_contest
from ila_applications.usecases.draws import DRAW_DUE, DRAWN_PLACES
from ila_applications.usecases.funds import offer_place
from ila_applications.usecases.offerings import learn_call, learn_programme
from ila_kit.actor import EVERYTHING, Scope
from ila_kit.events import Envelope
from ila_kit.ids import uuid7

SECRET = Secret(b"s" * 32, b"p" * 32)
SCRIPT = Path(__file__).parents[2] / "tools" / "recompute_draw.py"
RECOMPUTE = runpy.run_path(str(SCRIPT))
OLDER = Stratum(code="55-74", lowest_age=55, highest_age=74, percent=50)


class DrawWorld:
    """A world whose call is opened by a draw; time moves by hand, due timers are called."""

    def __init__(self, world, **rules) -> None:
        self.world, self.unit = world, world.unit
        self.call = replace(world.call, opening_mode="draw", version=2, **rules)
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
            for subject, name in sorted(due, key=lambda key: key[1] != DRAW_DUE):
                del self.unit.timers[subject, name]
                TIMERS[name](self.unit, subject)

    def draw_lots(self):
        self.world.job.run()
        self.pass_to(self.call.draw_at)

    def entry(self, application):
        return self.unit.draws.entries([application.id])[application.id]

    def states(self, applications):
        return sorted(self.world.state(one) for one in applications)

    def told(self):
        return [one for one in self.unit.events if one.type.endswith("found_eligible.v1")]


DRAWS = (DRAW_DUE, DRAWN_PLACES)


@pytest.fixture
def drawing(world) -> DrawWorld:
    return DrawWorld(world)


def test_the_seed_is_committed_when_the_call_is_heard_of_and_revealed_with_the_list(drawing):
    before = drawing.draw
    drawing.apply()
    learn_call(drawing.unit, replace(drawing.call, version=3), 3)
    assert drawing.draw == before
    assert (before.seed, before.drawn_at) == (None, None)
    drawing.draw_lots()
    after = drawing.draw
    assert hashlib.sha256(bytes.fromhex(after.seed)).hexdigest() == before.commitment == after.commitment
    assert [action for action, *_ in drawing.unit.audited if action.startswith("draw_")] == [
        "draw_committed",
        "draw_made",
    ]


def test_before_the_draw_nobody_has_a_place_or_money(drawing):
    entries = drawing.apply(3)
    drawing.world.job.run()
    drawing.pass_to(drawing.call.draw_at - timedelta(seconds=1))
    learn_programme(drawing.unit, replace(drawing.world.programme, version=2, places=9), 2)
    assert drawing.states(entries) == ["waiting"] * 3
    assert (drawing.world.taken(), drawing.told()) == (0, [])


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
    TIMERS[DRAW_DUE](drawing.unit, drawing.call.id)
    TIMERS[DRAWN_PLACES](drawing.unit, drawing.world.programme.id)
    assert (drawing.draw, len(drawing.unit.events)) == (was, events)


def test_the_draw_waits_for_checks_under_way_one_day_at_most(drawing):
    early = drawing.apply(1)
    drawing.world.job.run()
    drawing.world.people.away = True
    late = drawing.apply(1)
    drawing.draw_lots()
    assert not drawing.draw.drawn
    drawing.pass_to(drawing.call.draw_at + draws.PATIENCE)
    assert drawing.draw.drawn
    assert drawing.states(early) == ["eligible"]
    assert drawing.entry(late[0]).outcome == "open"
    drawing.world.people.away = False
    drawing.unit.now += timedelta(minutes=5)
    drawing.world.job.run()
    assert drawing.world.state(late[0]) == "eligible"


def test_a_window_that_is_moved_moves_the_draw(drawing):
    drawing.apply(1)
    drawing.world.job.run()
    later = replace(
        drawing.call,
        version=3,
        applications_close_at=drawing.call.applications_close_at + timedelta(days=2),
    )
    learn_call(drawing.unit, later, 3)
    drawing.pass_to(drawing.call.draw_at)
    assert not drawing.draw.drawn
    drawing.pass_to(later.draw_at)
    assert drawing.draw.drawn


def test_nobody_stops_waiting_before_the_draw(drawing):
    application = drawing.apply(1)[0]
    drawing.world.job.run()
    assert drawing.world.now(application).due_at > drawing.call.draw_at


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


@settings(max_examples=60)
@given(candidates, st.integers(0, 15), st.randoms())
def test_any_order_of_entries_gives_the_same_list_and_never_too_many_places(rows, places, chance):
    people = [Candidate(one, PROGRAMMES[which], state, age) for one, which, state, age in rows]
    free = dict.fromkeys(PROGRAMMES, places)
    arranged = arrange(SECRET, people, free, [OLDER])
    shuffled = list(people)
    chance.shuffle(shuffled)
    assert arrange(SECRET, shuffled, free, [OLDER]) == arranged
    for programme in PROGRAMMES:
        mine = [one for one in arranged if one.programme_id == programme]
        able = [one for one in people if one.programme_id == programme and one.state == "waiting"]
        winners = [one for one in mine if one.outcome == "place"]
        assert len(winners) == min(places, len(able))
        assert [one.rank for one in mine] == list(range(1, len(mine) + 1))
        reserved = min(places * 50 // 100, sum(55 <= one.age <= 74 for one in able))
        assert sum(one.stratum == "55-74" for one in winners) >= reserved


def test_a_lot_is_the_hmac_of_the_pseudonym_under_the_seed():
    application = uuid7()
    pseudonym = SECRET.pseudonym(application)
    assert len(pseudonym) == 32
    assert SECRET.lot(pseudonym) == hmac.new(b"s" * 32, pseudonym.encode(), hashlib.sha256).hexdigest()
    assert "ssss" not in repr(SECRET)


TOLD = {PROGRAMMES[0]: 3, PROGRAMMES[1]: 40, PROGRAMMES[2]: 0}


def published(rows=60):
    """Give a list as it is published, of entries of three programmes and all kinds."""
    states = ["waiting", "waiting", "waiting", "needs_evidence"]
    people = [Candidate(UUID(int=n), PROGRAMMES[n % 3], states[n % 4], 20 + n) for n in range(rows)]
    entries = arrange(SECRET, people, TOLD, [OLDER])
    return {
        "recipe": draws.RECIPE,
        "commitment": SECRET.commitment,
        "seed": SECRET.seed.hex(),
        "list_sha256": draws.list_sha256(entries),
        "strata": [asdict(OLDER)],
        "places": {str(one): number for one, number in TOLD.items()},
        "entries": [
            {
                "programme_id": str(one.programme_id),
                "rank": one.rank,
                "position": one.position,
                "entry": one.pseudonym,
                "stratum": one.stratum,
                "outcome": one.outcome,
            }
            for one in entries
        ],
    }


def test_the_script_finds_that_the_list_follows_from_the_seed():
    assert RECOMPUTE["faults"](published(), SECRET.commitment) == []
    assert RECOMPUTE["faults"](published(0)) == []


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
        lambda told: told["entries"][2].update(rank=1),
        lambda told: told["entries"][2].update(stratum="another"),
        lambda told: told["entries"][0].update(entry="0" * 32),
        lambda told: told["places"].update({str(PROGRAMMES[0]): 4}),
        lambda told: told["strata"][0].update(percent=100),
        lambda told: told.update(seed="00" * 32),
        lambda told: told.update(commitment="00" * 32),
        lambda told: told.update(list_sha256="00" * 32),
    ],
)
def test_the_script_finds_any_change_of_the_list(change):
    told = published()
    change(told)
    assert RECOMPUTE["faults"](told)


def test_the_script_needs_nothing_but_the_standard_library():
    modules = set(
        re.findall(r"^(?:import|from) (\w+)(?: import.*|\.\w+)?$", SCRIPT.read_text(), re.MULTILINE)
    )
    assert modules <= sys.stdlib_module_names
