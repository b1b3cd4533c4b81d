"""What people see: their applications, the timeline, the next step."""

import pytest
from ila_applications.api.schemas import shown, shown_next, shown_timeline
from ila_applications.api.texts import both
from ila_applications.usecases.funds import offer_place
from ila_applications.usecases.views import (
    list_applications,
    open_applications,
    show_application,
    show_timeline,
    view,
)
from ila_kit.actor import EVERYTHING, Actor, Scope
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.money import parse_amount
from ila_kit.store.listing import PageRequest


def as_person(world, person):
    world.unit.actor = Actor(str(person))
    world.unit.audited.clear()
    return Scope(person=person)


def test_a_timeline_says_what_happened_and_what_comes_next_and_by_when(world):
    application = world.decided()
    offer_place(world.unit, application.id, uuid7(), parse_amount("608.99"))
    body = shown_timeline(show_timeline(world.unit, application.id, EVERYTHING))
    assert [item["action"] for item in body["items"]] == ["begin", "submit", "check", "pass", "offer"]
    assert body["items"][-1]["text_lv"] == "Finansējums 608,99 EUR rezervēts, vieta piedāvāta."
    assert body["items"][-1]["text_en"].startswith("€608.99 is held for you")
    assert (body["next"]["who"], body["next"]["by"]) == ("you", world.now(application).due_at)
    assert "22.11.2024 12:00" in body["next"]["text_en"]


def test_an_owner_sees_what_they_may_do_and_leaves_no_entry(world):
    application = world.decided()
    scope = as_person(world, application.person_id)
    body = shown(show_application(world.unit, application.id, scope))
    assert body["actions"] == ["withdraw"]
    assert body["checks"][0]["text_lv"] == "Pieteikšanās dienā Jums ir vismaz 18 gadi."
    assert world.unit.audited == []


def test_a_look_by_somebody_else_is_noted_for_every_person_shown(world):
    applications = [world.submit(), world.submit()]
    as_person(world, uuid7())
    list_applications(world.unit, PageRequest(), EVERYTHING)
    seen = [entry[2] for entry in world.unit.audited if entry[0] == "personal_data_viewed"]
    assert sorted(seen) == sorted(str(one.person_id) for one in applications)


def test_foreign_applications_are_missing(world):
    application = world.submit()
    for show in (show_application, show_timeline):
        with pytest.raises(Missing):
            show(world.unit, application.id, Scope(person=uuid7()))


def test_what_waits_for_the_person_comes_first(world):
    application = world.decided()
    assert [shown_next(case)["who"] for case in open_applications(world.unit, application.person_id)] == [
        "budget"
    ]


def test_a_refusal_tells_how_to_contest_it(world):
    application = world.decided(world.person(born=None))
    world.unit.now = application.due_at
    refusal = {"code": "something-new", "rule": "some_rule", "fact": "x"}
    assert "apstrīd" not in both("rules", "refusals", "something-new", refusal)["text_en"]
    assert "contest" in both("rules", "refusals", "something-new", refusal)["text_en"]
    assert (
        shown(view(open_applications(world.unit, application.person_id)[0], world.unit.actor))["refusal"]
        is None
    )
