"""Loading a call stores and announces what is new, and nothing the second time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from ila_catalog.domain.call_data import read_call
from ila_catalog.domain.errors import (
    AgreementExists,
    CallNotPublished,
    DemonstrationLoaded,
    EditionNotRaised,
    NoAgreementInForce,
)
from ila_catalog.domain.phases import is_open
from ila_catalog.domain.programmes import published
from ila_catalog.domain.states import AGREEMENT, BINDING, CALL, DRAFT, PROGRAMME
from ila_catalog.usecases.loading import LoadCall, load_call
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState

TODAY = date(2026, 11, 24)
SYSTEM = frozenset({"system"})


@pytest.fixture
def demonstrate(unit, call_data, demonstration, templates):
    """Load the demonstration on a day, TODAY unless said."""

    def run(day=TODAY, data=call_data, programmes=demonstration):
        return load_call(unit, LoadCall(data=data, open_on=day, programmes=programmes, templates=templates))

    return run


def said(unit):
    """Return type, subject and sequence of what was published, and forget it."""
    found = [(event.type.split(".")[1], event.subject, sequence) for event, sequence in unit.published]
    unit.published.clear()
    return found


def edited(raw_call, edition, quota):
    raw_call["edition"], raw_call["kinds"][0]["quota"] = edition, quota
    return read_call(raw_call)


def test_the_true_call_is_published_with_its_own_dates(unit, call_data):
    loaded = load_call(unit, LoadCall(data=call_data))
    assert loaded.call_changed
    assert (loaded.call.state, loaded.call.version, loaded.call.shifted_by_days) == ("published", 1, 0)
    assert said(unit) == [("call_published", str(call_data.id), 1)]
    assert unit.programmes.rows == {}
    assert [entry[:2] for entry in unit.audited] == [("call_published", "call")]
    assert unit.calls.locked


def test_a_demonstration_can_be_applied_to_today(unit, demonstrate):
    loaded = demonstrate()
    assert loaded.call.shifted_by_days == 735
    assert is_open(loaded.call.applications, unit.now)
    assert [name for name, _, _ in said(unit)] == [
        "call_published",
        *["agreement_in_force"] * 3,
        *["programme_published"] * 3,
    ]
    assert all(p.state == "published" and p.published_at == unit.now for p in unit.programmes.rows.values())
    assert len(unit.providers.rows) == 3


def test_programmes_move_with_the_schedule(unit, demonstrate, demonstration):
    demonstrate()
    for plan in demonstration:
        stored = unit.programmes.rows[plan.id]
        assert stored.starts_on - plan.starts_on == timedelta(days=735)
        assert stored.ends_on - stored.starts_on == plan.ends_on - plan.starts_on


@pytest.mark.parametrize("later", [0, 1, 16])
def test_loading_again_while_applications_are_open_changes_nothing(unit, demonstrate, later):
    demonstrate()
    unit.published.clear()
    unit.audited.clear()
    again = demonstrate(TODAY + timedelta(days=later))
    assert (again.call_changed, again.programmes_changed) == (False, 0)
    assert unit.published == unit.audited == []


def test_a_demonstration_that_has_run_out_opens_again_for_everyone(unit, demonstrate):
    first = demonstrate().call
    said(unit)
    second = demonstrate(TODAY + timedelta(days=40)).call
    assert second.version == first.version + 1
    assert second.shifted_by_days > first.shifted_by_days
    assert [(name, sequence) for name, _, sequence in said(unit)] == [
        ("call_published", 2),
        *[("programme_published", 2)] * 3,
    ]


def test_changed_content_needs_a_new_edition(unit, call_data, raw_call):
    load_call(unit, LoadCall(data=call_data))
    with pytest.raises(EditionNotRaised):
        load_call(unit, LoadCall(data=edited(raw_call, edition=5, quota=4)))
    assert unit.calls.rows[call_data.id].version == 1


def test_a_new_edition_replaces_the_content_and_is_announced(unit, demonstrate, call_data, raw_call):
    demonstrate()
    said(unit)
    loaded = demonstrate(data=edited(raw_call, edition=6, quota=4))
    assert loaded.call.version == 2
    assert unit.calls.rows[call_data.id].data.kinds[0].quota == 4
    assert [sequence for _, _, sequence in said(unit)] == [2, 2, 2, 2]


def test_a_new_schedule_announces_also_programmes_that_are_not_in_the_file(unit, demonstrate, demonstration):
    demonstrate()
    said(unit)
    demonstrate(TODAY + timedelta(days=40), programmes=demonstration[:1])
    assert sorted(subject for name, subject, _ in said(unit) if name == "programme_published") == sorted(
        str(programme.id) for programme in demonstration
    )


def test_one_changed_programme_is_announced_alone(unit, demonstrate, demonstration):
    demonstrate()
    said(unit)
    changed = replace(demonstration[1], places=150)
    loaded = demonstrate(programmes=(demonstration[0], changed, demonstration[2]))
    assert (loaded.call_changed, loaded.programmes_changed) == (False, 1)
    assert said(unit) == [("programme_published", str(changed.id), 2)]
    assert unit.programmes.rows[changed.id].places == 150


def test_the_true_schedule_does_not_replace_a_demonstration(unit, demonstrate, call_data):
    demonstrate()
    with pytest.raises(DemonstrationLoaded):
        load_call(unit, LoadCall(data=call_data))


def test_a_demonstration_moves_a_call_that_was_loaded_as_planned(unit, demonstrate, call_data):
    load_call(unit, LoadCall(data=call_data))
    assert demonstrate().call.version == 2


def test_demonstration_programmes_stand_under_agreements_in_force(unit, demonstrate):
    demonstrate()
    for programme in unit.programmes.rows.values():
        agreement = unit.agreements.rows[programme.agreement_id]
        assert (agreement.state, agreement.demonstration, agreement.signatures) == ("in_force", True, [])
        assert (agreement.organisation_id, agreement.in_force_at) == (programme.provider.id, unit.now)
        assert agreement.covers(programme.id)
        assert programme.title_lv in agreement.document


def test_programmes_from_before_there_were_agreements_get_theirs(unit, demonstrate):
    demonstrate()
    unit.agreements.rows.clear()
    for programme in unit.programmes.rows.values():
        unit.programmes.rows[programme.id] = replace(programme, agreement_id=None)
    said(unit)
    assert demonstrate().programmes_changed == 3
    assert [(name, sequence) for name, _, sequence in said(unit)] == [
        *[("agreement_in_force", 1)] * 3,
        *[("programme_published", 2)] * 3,
    ]


def test_one_more_programme_of_a_provider_widens_its_agreement(unit, demonstrate, demonstration):
    demonstrate()
    said(unit)
    more = replace(demonstration[0], id=uuid7())
    demonstrate(programmes=(*demonstration, more))
    assert said(unit) == [
        ("agreement_in_force", str(more.agreement_id), 2),
        ("programme_published", str(more.id), 1),
    ]
    assert unit.agreements.rows[more.agreement_id].covers(more.id)


def test_an_agreement_that_was_ended_stays_ended_when_the_demonstration_is_loaded_again(
    unit, demonstrate, demonstration
):
    demonstrate()
    ended = unit.agreements.rows[demonstration[0].agreement_id]
    unit.agreements.rows[ended.id] = replace(ended, state="ended")
    assert demonstrate().programmes_changed == 0
    with pytest.raises(NoAgreementInForce):
        demonstrate(programmes=(*demonstration, replace(demonstration[0], id=uuid7())))


def test_a_demonstration_does_not_stand_beside_a_real_agreement(unit, demonstrate, demonstration, covering):
    unit.agreements.add(covering(demonstration[0]))
    with pytest.raises(AgreementExists):
        demonstrate()


def test_a_programme_is_published_only_for_a_published_call(unit, call_data, demonstration, covering):
    call = load_call(unit, LoadCall(data=call_data)).call
    one = demonstration[0]
    with pytest.raises(CallNotPublished):
        published(one, replace(call, state=DRAFT), covering(one), SYSTEM, unit.now)


@pytest.mark.parametrize("state", sorted(AGREEMENT.states - BINDING))
def test_a_programme_is_published_only_under_an_agreement_in_force(
    unit, call_data, demonstration, covering, state
):
    call = load_call(unit, LoadCall(data=call_data)).call
    one = demonstration[0]
    with pytest.raises(NoAgreementInForce):
        published(one, call, covering(one, state=state), SYSTEM, unit.now)


@pytest.mark.parametrize("state", sorted(BINDING))
def test_an_agreement_in_force_publishes_what_it_covers_and_nothing_else(
    unit, call_data, demonstration, covering, state
):
    call = load_call(unit, LoadCall(data=call_data)).call
    agreement = covering(demonstration[0], state=state)
    assert published(demonstration[0], call, agreement, SYSTEM, unit.now).agreement_id == agreement.id
    with pytest.raises(NoAgreementInForce):
        published(demonstration[1], call, agreement, SYSTEM, unit.now)


@pytest.mark.parametrize("state", sorted(PROGRAMME.states - {"approved"}))
def test_a_programme_is_published_only_when_approved(unit, call_data, demonstration, covering, state):
    call = load_call(unit, LoadCall(data=call_data)).call
    one = replace(demonstration[0], state=state)
    with pytest.raises(WrongState):
        published(one, call, covering(one), SYSTEM, unit.now)


def test_nobody_but_the_system_publishes_a_programme(unit, call_data, demonstration, covering):
    call = load_call(unit, LoadCall(data=call_data)).call
    one = demonstration[0]
    with pytest.raises(NotYourStep):
        published(one, call, covering(one), frozenset({"provider_admin", "call_manager"}), unit.now)


def test_programmes_take_the_way_of_the_mission_and_no_shortcut():
    way = ["complete", "bind", "approve", "publish", "close", "archive"]
    state = PROGRAMME.start
    for action in way[:3]:
        assert "publish" not in PROGRAMME.actions(state)
        state = PROGRAMME.next_state(state, action, {"system", "provider_editor"})
    assert PROGRAMME.actions(state) == ["publish"]
    assert PROGRAMME.next_state("bound", "unbind", {"system"}) == "complete"
    assert CALL.actions("archived") == PROGRAMME.actions("archived") == []
