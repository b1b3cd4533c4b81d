"""Each requirement of the call, at its edges: what passes, what does not, and under which name."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.domain.digcomp import Aim
from ila_catalog.domain.errors import LicenceUnfit, RegisterChecksOpen
from ila_catalog.domain.facts import RegisterFact
from ila_catalog.domain.offers import missing_files
from ila_catalog.domain.places import entered
from ila_catalog.domain.programmes import Part
from ila_catalog.domain.requirements import (
    content_faults,
    digital_share_holds,
    open_registers,
    register_faults,
    years_before,
)
from ila_catalog.usecases.requirements import must_be_approvable
from ila_kit.testing.fakes import NOON

TODAY = date(2024, 10, 10)


@pytest.fixture
def place(demonstration, unit):
    """A matched place."""
    new = entered(demonstration[0].provider.id, "x", unit.now)
    found = {"address": "Kalnsētas iela 24", "territory": "LV-088", "territory_name": "Saldus novads"}
    return new.step("match", {"system"}, unit.now, **found)


@pytest.fixture
def programme(demonstration, call_data, place):
    """A module that meets every requirement of call 1."""
    module = demonstration[0]
    parts = [replace(part, digital_hours=part.hours) for part in module.parts]
    return replace(
        module,
        parts=parts,
        licence_number="P-1",
        learning_need_id=call_data.learning_needs[2].id,
        place_id=place.id,
    )


@pytest.fixture
def faults(call_data, place):
    """Name what is wrong with a programme as it is written."""

    def run(programme, where=place, today=TODAY):
        return [fault.code for fault in content_faults(call_data, programme, where, today)]

    return run


def fact(provider_id, register, answer):
    return RegisterFact(
        provider_id=provider_id,
        register=register,
        found=bool(answer),
        answer=answer or None,
        observed_at=NOON,
    )


def facts_of(programme, licence=None, institution=None):
    usual = {
        "number": "P-1",
        "family": "vocational",
        "qualification": "Programmēšanas tehniķis",
        "lqf_level": 4,
        "study_form": "in_person",
        "running_since": "2021-10-10",
        "accredited": True,
    }
    entry = {"accredited": True, "operating": True, "registered_on": "2021-10-10"}
    owner = programme.provider.id
    return {
        "programme_licences": fact(owner, "programme_licences", {"licences": [usual | (licence or {})]}),
        "viis_institutions": fact(owner, "viis_institutions", entry | (institution or {})),
    }


def test_a_programme_that_meets_everything_has_no_fault(faults, programme):
    assert faults(programme) == []


@pytest.mark.parametrize(
    "name",
    [
        "title_en",
        "description_lv",
        "description_en",
        "digcomp",
        "learning_outcomes",
        "licence_number",
        "learning_need_id",
        "place_id",
    ],
)
def test_what_is_left_empty_is_named(call_data, place, programme, name):
    emptied = {"digcomp": [], "learning_outcomes": [], "learning_need_id": None, "place_id": None}
    bare = replace(programme, **{name: emptied.get(name, "")})
    first = content_faults(call_data, bare, place if bare.place_id else None, TODAY)[0]
    assert (first.code, first.facts["fields"]) == ("fields-missing", name)


def test_a_kind_that_the_call_does_not_take_is_refused(call_data, place, programme):
    narrow = replace(call_data, kinds=[one for one in call_data.kinds if one.kind != "module"])
    assert [f.code for f in content_faults(narrow, programme, place, TODAY)] == ["kind-not-taken"]


@pytest.mark.parametrize(
    "content",
    [
        "general_secondary_basic_course",
        "general_secondary_advanced_course",
        "lifelong_learning_competence_module",
    ],
)
def test_excluded_content_is_refused_in_vocational_programmes(faults, programme, content):
    spoilt = replace(programme, parts=[replace(programme.parts[0], content=content)])
    assert faults(spoilt) == ["content-excluded"]


@pytest.mark.parametrize(("level", "found"), [(3, 1), (4, 0), (5, 0), (6, 0), (7, 1), (8, 1)])
def test_levels_four_to_six_are_taken(faults, programme, level, found):
    aims = [Aim(area=3, level=5), Aim(area=1, level=level)]
    assert faults(replace(programme, digcomp=aims)) == ["level-outside-call"] * found


@given(
    st.integers(1, 2_000).flatmap(lambda hours: st.tuples(st.integers(0, hours), st.just(hours))),
    st.integers(0, 100),
)
def test_the_digital_share_is_exact(digital_and_hours, percent):
    digital, hours = digital_and_hours
    holds = digital_share_holds(digital, hours, percent)
    assert holds == (Decimal(digital) * 100 / Decimal(hours) >= percent)
    assert not holds or digital_share_holds(min(digital + 1, hours), hours, percent)


@pytest.mark.parametrize(
    ("digital", "hours", "holds"),
    [(7_000, 10_000, True), (6_999, 10_000, False), (117, 167, True), (116, 167, False)],
)
def test_seventy_percent_is_enough_and_69_99_is_not(digital, hours, holds):
    assert digital_share_holds(digital, hours, 70) is holds


def test_digital_content_is_counted_over_all_parts(faults, programme):
    parts = [
        Part(title="a", title_en="a", hours=30, digital_hours=0),
        Part(title="b", title_en="b", hours=70, digital_hours=70),
    ]
    both = replace(programme, kind="module_set", parts=parts)
    assert faults(both) == []
    assert faults(replace(both, parts=[replace(parts[0], hours=31), parts[1]])) == ["too-little-digital"]


def test_a_need_counts_from_the_day_of_its_approval(faults, programme):
    assert faults(programme, today=date(2024, 9, 3)) == []
    assert faults(programme, today=date(2024, 9, 2)) == ["need-not-approved"]


def test_a_need_of_another_call_does_not_count(faults, programme):
    foreign = replace(programme, learning_need_id=programme.id)
    assert faults(foreign) == ["need-not-approved"]


def test_the_area_of_the_need_must_be_taught(faults, programme):
    assert faults(replace(programme, digcomp=[Aim(area=1, level=5)])) == ["need-not-covered"]


@pytest.mark.parametrize("state", ["entered", "not_matched"])
def test_a_place_counts_when_it_is_matched(faults, programme, place, state):
    assert faults(programme, replace(place, state=state)) == ["place-not-matched"]
    assert faults(programme, None) == ["place-not-matched"]


class TestRegisters:
    def test_what_the_registers_say_for_it_is_no_fault(self, call_data, programme):
        assert register_faults(call_data, programme, facts_of(programme), TODAY) == []

    def test_what_no_register_has_said_is_open_and_no_fault(self, call_data, programme):
        assert register_faults(call_data, programme, {}, TODAY) == []
        assert open_registers({}) == ["viis_institutions", "programme_licences"]
        assert open_registers(facts_of(programme)) == []

    @pytest.mark.parametrize(
        ("licence", "fact_named"),
        [
            ({"number": "P-9"}, "family"),
            ({"family": "higher_education"}, "family"),
            ({"lqf_level": 3}, "lqf_level"),
            ({"lqf_level": 5}, "lqf_level"),
            ({"study_form": "full_time"}, "study_form"),
            ({"accredited": False}, "accredited"),
            ({"qualification": None}, "qualification"),
            ({"qualification": "Elektriķis"}, "qualification"),
            ({"running_since": "2021-10-11"}, "running_since"),
        ],
    )
    def test_a_licence_that_does_not_fit_is_named_by_the_fact(
        self, call_data, programme, licence, fact_named
    ):
        found = register_faults(call_data, programme, facts_of(programme, licence=licence), TODAY)
        assert [(one.code, one.facts["fact"]) for one in found] == [("licence-unfit", fact_named)]

    @pytest.mark.parametrize(
        ("institution", "fact_named"),
        [
            ({"accredited": False}, "accredited"),
            ({"operating": False}, "operating"),
            ({"registered_on": "2021-10-11"}, "registered_on"),
        ],
    )
    def test_an_institution_that_does_not_fit_is_named_by_the_fact(
        self, call_data, programme, institution, fact_named
    ):
        found = register_faults(call_data, programme, facts_of(programme, institution=institution), TODAY)
        assert [(one.code, one.facts["fact"]) for one in found] == [("institution-unfit", fact_named)]

    def test_an_institution_that_the_register_lacks_does_not_fit(self, call_data, programme):
        facts = facts_of(programme) | {
            "viis_institutions": fact(programme.provider.id, "viis_institutions", {})
        }
        assert [f.code for f in register_faults(call_data, programme, facts, TODAY)] == ["institution-unfit"]

    def test_higher_education_needs_no_accreditation_of_the_institution_and_no_level(
        self, call_data, programme
    ):
        course = replace(programme, kind="study_course")
        licence = {
            "family": "higher_education",
            "study_form": "full_time",
            "lqf_level": 5,
            "qualification": None,
        }
        facts = facts_of(course, licence=licence, institution={"accredited": False})
        assert register_faults(call_data, course, facts, TODAY) == []

    def test_nothing_is_approved_before_the_registers_have_answered_or_against_them(
        self, unit, call_data, world
    ):
        must_be_approvable(unit, world.call, world.programme)
        owner = world.provider.id
        bad = facts_of(world.programme, licence={"lqf_level": 3})
        unit.facts.rows[owner, "programme_licences"] = bad["programme_licences"]
        with pytest.raises(LicenceUnfit):
            must_be_approvable(unit, world.call, world.programme)
        del unit.facts.rows[owner, "programme_licences"]
        with pytest.raises(RegisterChecksOpen, match="programme_licences"):
            must_be_approvable(unit, world.call, world.programme)


@given(st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.integers(0, 50))
def test_years_before_a_day_are_whole_years(day, years):
    earlier = years_before(day, years)
    assert earlier.year == day.year - years
    assert abs((day - earlier).days - years * 365) <= years // 4 + 1
    assert years_before(day + timedelta(days=1), years) >= earlier


def test_the_leap_day_becomes_the_day_before():
    assert years_before(date(2024, 2, 29), 3) == date(2021, 2, 28)


@pytest.mark.parametrize(
    ("attached", "lacking"),
    [
        ("annex_2 annex_3 annex_4 curriculum", ""),
        ("annex_2 annex_3 annex_4 study_plan course_description", ""),
        ("annex_2 annex_3 annex_4 study_plan", "course_description"),
        ("annex_2 annex_3 annex_4 course_description", "study_plan"),
        ("annex_2 annex_3 annex_4", "curriculum"),
        ("curriculum annex_3", "annex_2 annex_4"),
        ("", "annex_2 annex_3 annex_4 curriculum"),
    ],
)
def test_an_offer_lacks_annexes_or_a_description_of_its_content(call_data, attached, lacking):
    for one in call_data.kinds:
        found = missing_files(call_data.attachments, one.kind, one.family, attached.split())
        assert found == lacking.split()


def test_papers_of_another_family_are_not_missed(call_data):
    assert missing_files(call_data.attachments, "module", "another", []) == []


def test_a_paper_may_be_for_some_kinds_of_a_family_only(call_data):
    plan = replace(call_data.attachments[0], kind="set_plan", kinds=["module_set"])
    lacking = {kind: missing_files([plan], kind, "vocational", []) for kind in ("module", "module_set")}
    assert lacking == {"module": [], "module_set": ["set_plan"]}
