"""Prices of published programmes: told once, by the pinned methodology, in whatever order the news come."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.resources import files
from itertools import permutations

import pytest
from ila_funding.consumers import HANDLERS
from ila_funding.domain.quote import quote
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.events.published import ProgrammePriced
from ila_funding.usecases.programmes import price_programme
from ila_kit.events import Envelope, NotYet, to_json
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import NOON
from jsonschema import Draft202012Validator, FormatChecker

PROGRAMME, CALL, AGREEMENT, ORGANISATION = (uuid7() for _ in range(4))
IN_FORCE = datetime(2024, 11, 5, 22, 30, tzinfo=UTC)  # the 6th in Riga
SCHEMA = json.loads(
    (files("ila_funding") / "events" / "published" / "funding.programme_priced.v1.json").read_text()
)


def told(kind, sequence, subject, /, **data):
    return Envelope(
        id=uuid7(),
        source="catalog",
        type=f"catalog.{kind}.v1",
        subject=str(subject),
        time=NOON,
        sequence=sequence,
        data=to_json(data),
    )


def programme(sequence=1, hours=(34, 136), agreement_id=AGREEMENT, **changes):
    usual = {
        "programme_id": PROGRAMME,
        "call_id": CALL,
        "kind": "module_set",
        "title_lv": "Algoritmi un lokālie tīkli",
        "title_en": "Algorithms and local networks",
        "funding_source": "RRF 2.3.1.4.i",
        "parts": [{"title": f"M{hour}", "hours": hour} for hour in hours],
        "continuing_programme": None,
        "agreement_id": agreement_id,
    }
    return told("programme_published", sequence, PROGRAMME, **usual | changes)


def agreement(in_force_at=IN_FORCE):
    return told(
        "agreement_in_force",
        1,
        AGREEMENT,
        agreement_id=AGREEMENT,
        organisation_id=ORGANISATION,
        call_id=CALL,
        programme_ids=[PROGRAMME],
        number="1",
        in_force_at=in_force_at,
    )


def hear(unit, *envelopes):
    for envelope in envelopes:
        HANDLERS[envelope.type](unit, envelope)
    return unit.told(ProgrammePriced)


def test_a_price_is_the_quote_by_the_methodology_that_the_agreement_pinned(unit):
    assert hear(unit, programme()) == []
    (priced,) = hear(unit, agreement())
    training = Training(kind=Kind.MODULE_SET, parts=(Part("M34", 34), Part("M136", 136)))
    made = quote(training, unit.methodologies.versions[0])
    assert (priced.amount, priced.quote_hash) == (made.amount, made.hash) == (Decimal("608.99"), made.hash)
    assert (priced.methodology_id, priced.methodology_version) == (made.methodology.id, "1-2e/24/254")
    assert (priced.as_of, priced.version) == (date(2024, 11, 6), 1)
    assert unit.published[-1][1] == 1
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(priced.as_data())


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_news_in_any_order_and_twice_end_with_the_same_price(new_unit, order):
    news = [programme(1), programme(2, hours=(80, 80)), agreement()]
    unit = new_unit()
    hear(unit, *(news[one] for one in order), *news)
    last = unit.told(ProgrammePriced)[-1]
    assert (last.amount, last.version) == (Decimal("854.40"), len(unit.told(ProgrammePriced)))
    assert unit.prices.get(PROGRAMME).amount == Decimal("854.40")


def test_a_programme_without_an_agreement_is_priced_as_of_today(unit):
    (priced,) = hear(unit, programme(agreement_id=None))
    assert (priced.amount, priced.as_of) == (Decimal("608.99"), date(2024, 11, 20))


def test_the_same_price_is_not_told_again(unit):
    hear(unit, programme(), agreement(), programme(2), programme(3, title_lv="Cits nosaukums"))
    assert len(unit.told(ProgrammePriced)) == 1


@pytest.mark.parametrize(
    ("news", "reason"),
    [
        ([programme(), agreement(datetime(2024, 9, 3, 9, 0, tzinfo=UTC))], "no-methodology"),
        ([agreement(), programme(continuing_programme="Nezināma")], "unknown-continuing-programme"),
    ],
)
def test_what_cannot_be_priced_is_noted_with_its_reason(unit, news, reason):
    assert hear(unit, *news) == []
    assert unit.prices.refused == {PROGRAMME: reason}
    assert ("refuse_price", "programme", str(PROGRAMME), {"reason": reason}) in unit.audited


def test_who_prices_at_the_same_moment_waits(unit):
    hear(unit, agreement())
    unit.prices.put = lambda price: False
    with pytest.raises(NotYet):
        hear(unit, programme())
    assert unit.told(ProgrammePriced) == []


def test_nothing_is_priced_of_a_programme_that_nobody_told_of(unit):
    price_programme(unit, uuid7())
    assert unit.events == []
