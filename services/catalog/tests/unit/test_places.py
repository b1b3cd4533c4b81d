"""A place is what the register of institutions says it is."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.domain.errors import UnknownProvider
from ila_catalog.domain.facts import ADDRESSES, Question, RegisterFact, is_stale, pause_after
from ila_catalog.domain.places import matching
from ila_catalog.domain.states import PLACE
from ila_catalog.usecases.places import end_waiting, enter_place, show_place
from ila_catalog.usecases.registers import PLACE_DUE, postpone_questions, record_answers, want_checks
from ila_kit.actor import Scope
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.registers import RegisterAnswer

CENTRE = {"id": "1", "text": "KRIŠJĀŅA VALDEMĀRA IELA 1C, ZIEMEĻU RAJONS, RĪGA, LV-1010"}
SALDUS = {"id": "2", "text": "Kalnsētas iela 24, Saldus, Saldus novads, LV-3801"}
ADDRESSES_KNOWN = [CENTRE, SALDUS]


@pytest.fixture
def provider(unit, demonstration):
    """An institution that identity told of."""
    provider = demonstration[0].provider
    unit.providers.put(provider)
    return provider


@pytest.fixture
def scope(provider):
    """What its people may touch."""
    return Scope(organisations=frozenset({provider.id}))


def answer(provider, text=None, **changes):
    address = {"id": "7", "text": text, "territory": "LV-RIX", "territory_title": "Rīga"}
    told = {"addresses": [address] if text else []}
    usual = {"key": provider.viis_number, "state": "fresh", "found": True, "answer": told, "hash": "h"}
    return {provider.viis_number: RegisterAnswer(**usual | changes)}


def question(provider, tries=0):
    return Question(
        provider_id=provider.id, viis_number=provider.viis_number, register=ADDRESSES, tries=tries
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Krišjāņa Valdemāra iela 1C, Rīga, LV-1010", CENTRE),
        ("krisjana valdemara iela 1c,RIGA", CENTRE),
        ("Krišjāņa Valdemāra iela 1C, Ziemeļu rajons, Rīga, LV-1010", CENTRE),
        ("Kalnsētas iela 24, Saldus, Saldus novads, LV-3801", SALDUS),
        ("Krišjāņa Valdemāra iela 1, Rīga, LV-1010", None),
        ("Krišjāņa Valdemāra iela 1C", None),
        ("Rīga, Krišjāņa Valdemāra iela 1C", None),
        ("Krišjāņa Valdemāra iela 1C, Rīga, LV-1011", None),
        ("Krišjāņa Valdemāra iela 1C, Liepāja", None),
        (",,,", None),
    ],
)
def test_an_address_is_found_by_what_it_says_and_not_by_how(text, found):
    assert matching(text, ADDRESSES_KNOWN) == found


def test_an_address_that_could_be_two_is_none():
    assert matching("Kalnsētas iela 24, Saldus", [SALDUS, SALDUS | {"id": "3"}]) is None


def test_an_address_that_the_register_has_in_the_same_words_is_that_one():
    plain = {"id": "4", "text": "Krišjāņa Valdemāra iela 1C, Rīga, LV-1010"}
    assert matching("krišjāņa valdemāra iela 1C, Rīga, LV-1010", [CENTRE, plain]) == plain
    assert matching(CENTRE["text"], [CENTRE, plain]) == CENTRE


def test_an_address_without_a_territory_is_matched_all_the_same(unit, provider, scope):
    place = enter_place(unit, provider.id, "Paraugu iela 1, Rīga", scope)
    told = {"id": "7", "text": "Paraugu iela 1, Rīga", "territory": None, "territory_title": None}
    record_answers(unit, [question(provider)], answer(provider, answer={"addresses": [told]}), unit.now)
    assert (unit.places.get(place.id).state, unit.places.get(place.id).territory) == ("matched", "")


@given(st.text(max_size=60))
def test_no_text_breaks_the_comparison(text):
    assert matching(text, ADDRESSES_KNOWN) in (None, CENTRE, SALDUS)


def test_a_place_is_written_down_and_asked_about(unit, provider, scope):
    place = enter_place(unit, provider.id, "Paraugu iela 1, Rīga", scope)
    assert (place.state, unit.facts.wanted) == ("entered", [(provider.id, ADDRESSES)])
    assert unit.timers[place.id, PLACE_DUE] == unit.now + PLACE.timers["entered"].after
    assert show_place(unit, place.id, scope) == place
    for foreign in (Scope(), Scope(organisations=frozenset({uuid7()}))):
        with pytest.raises(Missing):
            show_place(unit, place.id, foreign)
        with pytest.raises(Missing):
            enter_place(unit, provider.id, "Paraugu iela 1, Rīga", foreign)
    untold = uuid7()
    with pytest.raises(UnknownProvider):
        enter_place(unit, untold, "Paraugu iela 1, Rīga", Scope(organisations=frozenset({untold})))


@pytest.mark.parametrize(("told", "state"), [("Paraugu iela 1, Rīga", "matched"), (None, "not_matched")])
def test_the_answer_decides_with_its_proof(unit, provider, scope, told, state):
    place = enter_place(unit, provider.id, "Paraugu iela 1, Rīga", scope)
    record_answers(unit, [question(provider)], answer(provider, told), unit.now)
    found = unit.places.get(place.id)
    assert (found.state, found.provenance["hash"], found.address) == (state, "h", told)
    assert (place.id, PLACE_DUE) not in unit.timers
    record_answers(unit, [question(provider)], answer(provider, told), unit.now)
    assert unit.places.get(place.id) == found


@pytest.mark.parametrize(
    "answers",
    [{}, {"state": "unavailable", "fault": "timeout"}, {"state": "unavailable", "fault": "garbage"}],
)
def test_a_register_that_does_not_answer_decides_nothing_and_is_asked_again(unit, provider, scope, answers):
    place = enter_place(unit, provider.id, "Paraugu iela 1, Rīga", scope)
    given_ = answer(provider, found=False, **answers) if answers else {}
    record_answers(unit, [question(provider, tries=2)], given_, unit.now)
    assert unit.places.get(place.id).state == "entered"
    assert unit.facts.postponed == [
        (provider.viis_number, unit.now + pause_after(2), answers.get("fault", "no answer"))
    ]
    postpone_questions(unit, [question(provider)], "neighbour-unavailable")
    assert unit.facts.postponed[-1][2] == "neighbour-unavailable"


def test_an_institution_that_the_register_does_not_know_has_no_place(unit, provider, scope):
    place = enter_place(unit, provider.id, "Paraugu iela 1, Rīga", scope)
    record_answers(unit, [question(provider)], answer(provider, found=False) | {}, unit.now)
    assert unit.places.get(place.id).state == "not_matched"


def test_a_place_written_down_after_the_question_waits_for_the_next_answer(unit, provider, scope):
    asked_at = unit.now
    unit.now += timedelta(seconds=1)
    place = enter_place(unit, provider.id, "Paraugu iela 1, Rīga", scope)
    record_answers(unit, [question(provider)], answer(provider), asked_at)
    assert unit.places.get(place.id).state == "entered"


def test_silence_ends_as_not_matched(unit, provider, scope):
    place = enter_place(unit, provider.id, "Paraugu iela 1, Rīga", scope)
    end_waiting(unit, place.id)
    assert unit.places.get(place.id).state == "not_matched"
    end_waiting(unit, place.id)
    end_waiting(unit, uuid7())
    assert unit.places.get(place.id).version == 2


@given(st.integers(0, 10_000))
def test_pauses_grow_up_to_five_minutes(tries):
    assert timedelta(seconds=2) <= pause_after(tries) <= pause_after(tries + 1) <= timedelta(minutes=5)


def test_what_a_register_told_lately_is_not_asked_for_again(unit, provider):
    def told(register, age):
        fact = RegisterFact(provider_id=provider.id, register=register, observed_at=unit.now - age)
        unit.facts.rows[provider.id, register] = fact
        return fact

    assert is_stale(None, unit.now)
    fresh = told("viis_institutions", timedelta(hours=24))
    told("programme_licences", timedelta(hours=25))
    assert not is_stale(fresh, unit.now)
    want_checks(unit, provider.id)
    assert unit.facts.wanted == [(provider.id, "programme_licences")]
    told("programme_licences", timedelta())
    want_checks(unit, provider.id)
    assert len(unit.facts.wanted) == 1
