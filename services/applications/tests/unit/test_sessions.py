"""Sessions: their length by the clock, the hours they cover, the code in the room."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_applications.domain.group_errors import (
    CodeExpired,
    ConfirmationClosed,
    PartHoursExceeded,
    SessionNotBegun,
    SessionOutsideGroup,
    SessionTooShort,
    UnknownPart,
    WrongCode,
)
from ila_applications.domain.groups import Terms, plan
from ila_applications.domain.offerings import Part
from ila_applications.domain.sessions import (
    CODE_DIGITS,
    CODE_VALID,
    CONFIRM_WITHIN,
    Attendance,
    Plan,
    Session,
    hours_of_part,
    lacking_hours,
    schedule,
)
from ila_kit.ids import uuid7
from ila_kit.states import WrongState

START = datetime(2024, 12, 20, 7, 0, tzinfo=UTC)
TRAINER = frozenset({"provider_trainer"})
PARTS = (Part(title="Algoritmi", hours=34), Part(title="Tīkli", hours=136))


def planned(part="Algoritmi", hours=4, minutes=160, starts_at=START):
    ends_at = starts_at + timedelta(minutes=minutes)
    return Plan(title="Nodarbība", part=part, starts_at=starts_at, ends_at=ends_at, learning_hours=hours)


def session(part=1, hours=4, starts_at=START, state="scheduled"):
    return Session(
        id=uuid7(),
        group_id=uuid7(),
        title="Nodarbība",
        part=part,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=40 * hours),
        learning_hours=hours,
        state=state,
        version=1,
        created_at=START,
        updated_at=START,
    )


@pytest.fixture
def scheduled(world):
    terms = Terms(
        title="1", maximum=9, starts_on=date(2024, 12, 20), ends_on=date(2025, 3, 20), trainer_ids=(uuid7(),)
    )
    programme = replace(world.programme, parts=PARTS)
    call = replace(
        world.call, group_minimum=1, learning_hour_minutes_vocational=40, learning_hour_minutes_studies=45
    )
    group = plan(programme, call, uuid7(), terms, START)

    def make(what, others=(), kind="module_set", minutes=None):
        rules = call if minutes is None else replace(call, learning_hour_minutes_vocational=minutes)
        return schedule(group, replace(programme, kind=kind), rules, what, others, START)

    return make


@pytest.mark.parametrize(
    ("kind", "hours", "minutes"),
    [("module", 1, 40), ("module_set", 34, 1360), ("study_course", 1, 45), ("study_module", 4, 180)],
)
def test_a_learning_hour_lasts_as_the_call_says(scheduled, kind, hours, minutes):
    assert scheduled(planned(hours=hours, minutes=minutes), kind=kind).learning_hours == hours
    with pytest.raises(SessionTooShort) as refused:
        scheduled(planned(hours=hours, minutes=minutes - 1), kind=kind)
    assert refused.value.facts == {"needed": minutes, "minutes": minutes - 1}


def test_nominal_hours_are_not_tied_to_the_clock_but_time_runs_forward(scheduled):
    assert scheduled(planned(hours=34, minutes=1), minutes=0).learning_hours == 34
    for minutes in (0, -1):
        with pytest.raises(SessionTooShort):
            scheduled(planned(hours=34, minutes=minutes), minutes=0)


def test_a_session_lies_within_the_legal_days_of_its_group(scheduled):
    first = datetime(2024, 12, 19, 22, 0, tzinfo=UTC)
    last = datetime(2025, 3, 20, 21, 59, tzinfo=UTC) - timedelta(minutes=160)
    for inside in (first, last):
        assert scheduled(planned(starts_at=inside)).starts_at == inside
    for outside in (first - timedelta(minutes=1), last + timedelta(minutes=1)):
        with pytest.raises(SessionOutsideGroup):
            scheduled(planned(starts_at=outside))


def test_sessions_name_a_part_and_never_exceed_it(scheduled):
    with pytest.raises(UnknownPart) as unknown:
        scheduled(planned(part="Cits"))
    assert unknown.value.facts["parts"] == ["Algoritmi", "Tīkli"]
    others = [session(1, 30), session(1, 30, state="cancelled"), session(2, 136)]
    assert scheduled(planned(hours=4), others).part == 1
    with pytest.raises(PartHoursExceeded) as over:
        scheduled(planned(hours=5, minutes=200), others)
    assert over.value.facts == {"part": "Algoritmi", "free": 4}


hours = st.integers(1, 200)
plans = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 60), st.integers(-48, 48), st.booleans()), max_size=12
)


@given(parts=st.lists(hours, min_size=1, max_size=3), sessions=plans)
def test_lacking_hours_and_covered_hours_make_the_programme(parts, sessions):
    parts = [Part(title=str(number), hours=one) for number, one in enumerate(parts)]
    made = [
        session(part, length, START + timedelta(hours=begins), "scheduled" if takes_place else "cancelled")
        for part, length, begins, takes_place in sessions
    ]
    lacking = lacking_hours(parts, made, START)
    over = [one for one in made if one.ends_at <= START]
    for number, part in enumerate(parts, 1):
        covered = hours_of_part(over, number)
        assert lacking.get(number, 0) == max(0, part.hours - covered)
        assert covered <= hours_of_part(made, number)
    assert all(missing > 0 for missing in lacking.values())


def test_only_sessions_that_are_over_cover_anything():
    one = session(1, 34)
    assert lacking_hours(PARTS[:1], [one], one.ends_at - timedelta(microseconds=1)) == {1: 34}
    assert lacking_hours(PARTS[:1], [one], one.ends_at) == {}


def test_a_code_is_taken_while_it_is_shown_and_not_a_moment_longer():
    shown, code = session().with_code(TRAINER, START)
    assert len(code) == CODE_DIGITS
    assert code.isdigit()
    assert code not in str(shown)
    shown.must_be_code(code, START + CODE_VALID - timedelta(microseconds=1))
    with pytest.raises(CodeExpired):
        shown.must_be_code(code, START + CODE_VALID)
    with pytest.raises(WrongCode):
        session().must_be_code(code, START)


@given(st.text(max_size=8))
def test_no_other_text_is_the_code(text):
    shown, code = session().with_code(TRAINER, START)
    if text != code:
        with pytest.raises(WrongCode):
            shown.must_be_code(text, START)


def test_a_new_code_ends_the_old_one_and_a_code_is_of_one_session():
    one, other = session(), session()
    shown, first = one.with_code(TRAINER, START)
    again, second = shown.with_code(TRAINER, START)
    while second == first:
        again, second = shown.with_code(TRAINER, START)
    with pytest.raises(WrongCode):
        again.must_be_code(first, START)
    again.must_be_code(second, START)
    elsewhere = replace(other, code_hash=again.code_hash, code_valid_until=again.code_valid_until)
    with pytest.raises(WrongCode):
        elsewhere.must_be_code(second, START)


def test_codes_are_shown_from_the_beginning_until_a_day_after_the_end():
    one = session()
    with pytest.raises(SessionNotBegun):
        one.with_code(TRAINER, START - timedelta(microseconds=1))
    one.with_code(TRAINER, one.ends_at + CONFIRM_WITHIN - timedelta(microseconds=1))
    with pytest.raises(ConfirmationClosed):
        one.with_code(TRAINER, one.ends_at + CONFIRM_WITHIN)
    with pytest.raises(WrongState):
        session(state="cancelled").with_code(TRAINER, START)


@pytest.mark.parametrize(
    ("present", "confirmed", "counts"),
    [
        (True, True, True),
        (True, False, False),
        (False, True, False),
        (None, True, False),
        (None, False, False),
    ],
)
def test_presence_counts_only_by_the_word_of_both_sides(present, confirmed, counts):
    known = Attendance(
        session_id=uuid7(),
        application_id=uuid7(),
        present=present,
        confirmed_at=START if confirmed else None,
    )
    assert known.attended is counts
