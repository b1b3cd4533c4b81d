"""Call 1 is what the slides say; a file with faults is refused with all of them named."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from ila_catalog.domain.call_data import read_call
from ila_catalog.domain.errors import FaultyData
from ila_catalog.domain.phases import NAMES


def faults(raw):
    with pytest.raises(FaultyData) as caught:
        read_call(raw)
    return caught.value.faults


def test_call_1_has_the_schedule_of_the_slide(call_data):
    shown = {p.name: (p.opens_at.isoformat()[:16], p.closes_at.isoformat()[:16]) for p in call_data.phases}
    assert tuple(shown) == NAMES
    assert shown["offers"] == ("2024-09-29T21:00", "2024-10-11T21:00")
    assert shown["evaluation"] == ("2024-10-13T21:00", "2024-10-29T22:00")
    assert shown["applications"] == ("2024-11-13T22:00", "2024-12-06T22:00")
    assert shown["learning"] == ("2024-12-19T22:00", "2025-03-20T22:00")


def test_call_1_takes_three_of_each_kind(call_data):
    assert {kind.kind: (kind.family, kind.quota) for kind in call_data.kinds} == {
        "study_course": ("higher_education", 3),
        "study_module": ("higher_education", 3),
        "module": ("vocational", 3),
        "module_set": ("vocational", 3),
    }


def test_call_1_states_every_requirement_of_the_rules(call_data):
    values = {(one.rule, tuple(one.families)): one.values for one in call_data.requirements}
    both = ("higher_education", "vocational")
    assert {rule for rule, _ in values} == {
        "BR-201",
        "BR-203",
        "BR-204",
        "BR-205",
        "BR-206",
        "BR-207",
        "BR-208",
    }
    assert values["BR-201", ("vocational",)]["lqf_level"] == 4
    assert values["BR-204", ("vocational",)] == {
        "accredited": True,
        "years_running": 3,
        "years_registered": 3,
    }
    assert values["BR-204", ("higher_education",)] == {"years_registered": 3}
    assert values["BR-206", both] == {"percent": 70}
    assert values["BR-207", both] == {"programmes": 2, "lowest_level": 3, "completers": 10}
    assert call_data.levels("vocational") == call_data.levels("higher_education") == (4, 6)


def test_call_1_has_the_defaults_where_the_slides_are_silent(call_data):
    values = {name: parameter.value for name, parameter in call_data.parameters.items()}
    assert values["budget_limit"] == Decimal("2132000.00")
    assert (values["opening_mode"], values["drop_out_rule"]) == ("first_come", "completion_only")
    assert (values["minimum_age"], values["group_minimum"]) == (18, 10)
    assert (values["hold_days"], values["offered_place_hours"]) == (30, 48)
    assert all("[default]" in p.source for name, p in call_data.parameters.items() if name != "minimum_age")


def test_everything_in_call_1_names_its_source(call_data):
    things = [*call_data.phases, *call_data.kinds, *call_data.requirements, *call_data.learning_needs]
    things += [*call_data.attachments, *call_data.checklist]
    for thing in [*things, *call_data.documents, *call_data.parameters.values()]:
        assert "[seed]" in thing.source or "[default]" in thing.source


def test_learning_needs_that_stand_in_for_the_list_say_so(call_data):
    assert [area.area for need in call_data.learning_needs for area in need.areas] == [1, 2, 3, 4, 5]
    assert all(need.provisional and need.approved_on == date(2024, 9, 3) for need in call_data.learning_needs)


def test_the_documents_of_the_call_are_there(call_data):
    found = {(d.kind, d.number): (d.dated, d.url) for d in call_data.documents}
    assert {number for kind, number in found if kind == "annex"} == {"2", "3", "4"}
    assert found["methodology", "1-2e/24/254"][0] == date(2024, 9, 4)
    assert found["methodology", "1-2e/24/254"][1].endswith("/20769/download?attachment")
    assert found["regulation", "506"] == (date(2024, 7, 23), None)


def test_all_faults_are_named_at_once_with_their_place(raw_call):
    raw_call["phases"][2]["until"] = "11.10.2024"
    raw_call["kinds"][0]["quota"] = 0
    raw_call["parameters"]["budget_limit"]["value"] = "2132000.005"
    raw_call["learning_needs"][1]["area"] = 6
    raw_call["documents"][4]["url"] = "http://insecure.example/list"
    raw_call["tilte_lv"] = "misspelt"
    del raw_call["parameters"]["hold_days"]
    places = [fault.split(" ")[0] for fault in faults(raw_call)]
    assert sorted(places) == [
        "documents[4].url",
        "kinds[0].quota",
        "learning_needs[1].area",
        "parameters.budget_limit.value",
        "parameters.hold_days",
        "phases[2].until",
        "tilte_lv",
    ]


@pytest.mark.parametrize(
    ("path", "value", "named"),
    [
        (("id",), "b5a0ac2e-27b4-4b49-9f0c-0a5d3a1a9b57", "id is not an id of version 7"),
        (("edition",), True, "edition is not a whole number"),
        (("edition",), "1", "edition is not a whole number"),
        (("title_lv",), "  ", "title_lv is not a text"),
        (("phases",), [], "phases is not a list with something in it"),
        (("phases", 0, "name"), "easter", "phases[0].name is not one of"),
        (("phases", 0, "from"), "2025-03-30T03:30", "phases[0].from '2025-03-30T03:30'|never happens"),
        (("kinds", 0, "family"), "Higher education", "kinds[0].family is not a name"),
        (
            ("requirements", 5, "values"),
            {"lowest_level": 4, "hihgest_level": 6},
            "hihgest_level is not known",
        ),
        (("requirements", 0, "families"), ["general"], "requirements[0].families holds something else"),
        (("parameters", "opening_mode", "value"), "lottery", "parameters.opening_mode.value is not one of"),
        (("parameters", "draw_reserved_ages", "value"), "18-29", "is not a list of ages with shares"),
        (("parameters", "draw_reserved_ages", "value"), "29-18:20", "is not a list of ages with shares"),
        (("parameters", "draw_reserved_ages", "value"), "18-29:20 29-40:20", "has ages that overlap"),
        (("parameters", "draw_reserved_ages", "value"), "18-29:60 30-40:60", "reserves more than all places"),
        (("parameters", "draw_source_lv", "value"), " ", "draw_source_lv.value is not a text of one"),
        (("parameters", "draw_source_en", "value"), "a\nb", "draw_source_en.value is not a text of one"),
        (("parameters", "budget_limit", "value"), 2132000, "parameters.budget_limit.value is not an amount"),
        (("parameters", "budget_limit", "value"), "0.00", "parameters.budget_limit.value is not above zero"),
        (
            ("parameters", "co_payment_percent", "value"),
            100,
            "parameters.co_payment_percent.value is not a whole number from 0 to 99",
        ),
        (("parameters", "completion_needs_test", "value"), "yes", "is neither true nor false"),
        (("parameters", "surprise"), {"value": 1, "source": "x"}, "parameters.surprise is not known here"),
        (("learning_needs", 0, "approved_on"), "2024-09-03", "learning_needs[0].approved_on is not a date"),
    ],
)
def test_each_kind_of_fault_is_named(raw_call, path, value, named):
    *way, last = path
    place = raw_call
    for step in way:
        place = place[step]
    place[last] = value
    found = "\n".join(faults(raw_call))
    assert any(part in found for part in named.split("|"))


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda raw: raw["phases"].pop(5), "phases lack applications"),
        (lambda raw: raw["phases"].append(dict(raw["phases"][7])), "phases name learning twice"),
        (
            lambda raw: raw["phases"][2].update({"until": "2024-09-29T23:59"}),
            "phases[2] (offers) ends before it begins",
        ),
        (lambda raw: raw["phases"].reverse(), "phases are out of order"),
        (lambda raw: raw["kinds"].append(dict(raw["kinds"][0])), "kinds name study_course twice"),
        (lambda raw: raw["learning_needs"][0].update({"lowest_level": 7}), "lowest level above its highest"),
        (
            lambda raw: raw["kinds"][0].update({"family": "short_studies"}),
            "do not state the DigComp levels once, from lowest to highest, for short_studies",
        ),
        (
            lambda raw: raw["attachments"].append(dict(raw["attachments"][0])),
            "attachments name annex_2 twice",
        ),
        (lambda raw: raw["attachments"].pop(3), "attachments[3].instead_of names what is not required"),
        (
            lambda raw: raw["attachments"][0].update({"instead_of": ["annex_3"]}),
            "attachments[0] is required, and stands instead",
        ),
        (
            lambda raw: raw["attachments"][0].update({"families": ["vocational"], "kinds": ["study_course"]}),
            "attachments[0].kinds names a kind that is of none of its families",
        ),
        (lambda raw: raw["attachments"][0].update({"families": ["arts"]}), "attachments[0].families holds"),
        (lambda raw: raw["checklist"].append(dict(raw["checklist"][0])), "checklist name submitted_on"),
        (lambda raw: raw["requirements"].pop(5), "do not state the DigComp levels once"),
        (
            lambda raw: raw["requirements"][5]["values"].update({"lowest_level": 7}),
            "DigComp level above the highest",
        ),
    ],
)
def test_values_that_do_not_go_together_are_named(raw_call, spoil, named):
    spoil(raw_call)
    assert any(named in fault for fault in faults(raw_call))


@pytest.mark.parametrize("raw", [{}, {"phases": 7, "parameters": []}, {"kinds": [1, "two", None]}])
def test_nonsense_is_refused_and_never_crashes(raw):
    assert len(faults(raw)) > 5


def test_the_hash_tells_a_changed_file_from_the_same_one(raw_call, call_data):
    assert read_call(raw_call).content_hash == call_data.content_hash
    raw_call["kinds"][0]["quota"] = 4
    assert read_call(raw_call).content_hash != call_data.content_hash


def test_instants_are_utc(call_data):
    assert all(phase.opens_at.tzinfo is UTC for phase in call_data.phases)
    assert call_data.phases[0].opens_at == datetime(2024, 9, 2, 21, tzinfo=UTC)
