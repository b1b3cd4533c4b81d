"""A stored decision calculated again has the same bytes, whatever was decided about rates since."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_funding.domain.replay import replay, training_of
from ila_funding.domain.training import Expense, Item, Kind, Part, Training
from ila_funding.parameters import load_methodologies
from ila_funding.usecases.holds import request_hold
from ila_funding.usecases.replays import replay_all, replay_hold
from ila_kit.events import to_json

METHODOLOGY = load_methodologies().versions[0]


@pytest.fixture
def hold(unit, asked, publish_call, publish_programme):
    """A hold of 608.99, as it is after it was stored and read."""
    publish_call()
    publish_programme()
    request_hold(unit, asked())
    (made,) = unit.holds.rows.values()
    return replace(made, quote=json.loads(json.dumps(made.quote)))


def test_a_stored_price_is_the_same_when_it_is_calculated_again(unit, hold):
    found = replay_hold(unit, hold)
    assert found.identical
    assert found.recomputed_hash == found.stored_hash == hold.quote_hash
    assert found.recomputed_bytes_sha256 == found.stored_bytes_sha256


def test_rates_that_came_since_change_no_stored_price(unit, hold):
    module, *others = METHODOLOGY.kinds
    newer = replace(
        METHODOLOGY,
        version="2",
        known_from=unit.now + timedelta(days=1),
        kinds=(replace(module, rate=Decimal("9.99")), *others),
    )
    unit.methodologies.shipped = (METHODOLOGY, newer)
    assert unit.methodologies.deciding(date(2024, 11, 20), newer.known_from) == newer
    assert replay_hold(unit, hold).identical
    assert not replay(hold, newer).identical


@pytest.mark.parametrize(
    ("tampered", "named"),
    [
        (lambda quote: quote["steps"][0]["inputs"].update(hours=35), "/steps/0/inputs/hours"),
        (lambda quote: quote["steps"][3]["result"].update(amount="608.98"), "/steps/3/result/amount"),
        (lambda quote: quote["training"]["parts"][0].update(hours=33), "/hash"),
        (lambda quote: quote.update(hash="0" * 64), "/hash"),
        (lambda quote: quote["training"].update(continuing_programme="Cita"), "unknown-continuing-programme"),
    ],
)
def test_what_was_changed_by_hand_is_named(unit, hold, tampered, named):
    tampered(hold.quote)
    found = replay_hold(unit, hold)
    assert not found.identical
    assert named in found.differences


def test_money_that_is_not_what_was_decided_is_named(unit, hold):
    assert replay_hold(unit, replace(hold, amount=hold.amount - 1)).differences == ("/amount",)
    split = replace(hold, amount=hold.amount - 1, co_payment=Decimal("1.00"))
    assert replay_hold(unit, split).identical


def test_mended_sentences_change_no_decision(unit, hold):
    hold.quote["steps"][0]["sentence_lv"] = "Citiem vārdiem."
    assert replay_hold(unit, hold).identical


def test_all_holds_are_replayed_in_batches(units, unit, hold):
    first, batches = hold, []

    def batch(after, limit):
        batches.append(after)
        return [] if after else [first] * limit

    unit.holds.batch = batch
    assert len(list(replay_all(lambda: units.read(unit.actor)))) == 500
    assert batches == [None, first.id]


titles = st.text(min_size=1, max_size=20)
parts = st.one_of(
    st.builds(Part, titles, st.integers(1, 2_000)),
    st.builds(Item, titles),
    st.builds(Expense, titles, st.decimals("0.01", "99999.99", places=2)),
)


@given(parts=st.lists(parts, min_size=1, max_size=5), title=st.none() | titles)
def test_what_was_asked_is_read_back_as_it_was(parts, title):
    asked = Training(kind=Kind.MODULE_SET, parts=tuple(parts), continuing_programme=title)
    assert training_of(json.loads(json.dumps(to_json(asked)))) == asked
