"""What identity tells of institutions ends the same in any order, told once or often."""

from itertools import permutations

import pytest
from ila_catalog.consumers import HANDLERS
from ila_kit.clock import utc_now
from ila_kit.events import Envelope, NotYet
from ila_kit.ids import uuid7

ORGANISATION = uuid7()


def approved(version, title="Paraugu koledža 01", seat="Paraugu iela 1, Rīga", territory="LV-RIX"):
    return told(
        "approved",
        version,
        viis_number="9900000001",
        title=title,
        institution_type="Koledža",
        seat=seat,
        territory=territory,
        territory_title="Rīga" if territory else "",
    )


def told(what, version, **data):
    kind = f"identity.provider_{what}.v1"
    return Envelope(
        id=uuid7(),
        source="identity",
        type=kind,
        subject=str(ORGANISATION),
        time=utc_now(),
        sequence=version,
        data={"organisation_id": str(ORGANISATION), "version": version} | data,
    )


def hear(unit, envelopes):
    """Handle each as the inbox does: what is not yet to be understood comes again later."""
    waiting = list(envelopes)
    while waiting:
        late = []
        for envelope in waiting:
            try:
                HANDLERS[envelope.type](unit, envelope)
            except NotYet:
                late.append(envelope)
        assert len(late) < len(waiting)
        waiting = late
    return unit.providers.get(ORGANISATION)


STORY = [
    approved(1, title="Vecais nosaukums"),
    told("suspended", 2),
    told("reinstated", 3),
    told("suspended", 4),
    approved(5),
]


@pytest.mark.parametrize("order", list(permutations(STORY)))
def test_any_order_told_three_times_ends_the_same(unit, order):
    provider = hear(unit, [*order, *order, *reversed(order)])
    assert (provider.name, provider.suspended) == ("Paraugu koledža 01", True)


def test_what_is_told_empty_leaves_what_is_known(unit, demonstration):
    known = demonstration[0].provider
    unit.providers.put(known)
    envelope = told(
        "approved",
        1,
        viis_number=known.viis_number,
        title=known.name,
        institution_type="",
        seat="",
        territory="",
        territory_title="",
    )
    envelope.data["organisation_id"] = str(known.id)
    HANDLERS[envelope.type](unit, envelope)
    assert unit.providers.get(known.id) == known


@pytest.mark.parametrize(
    ("scopes", "bars"),
    [
        (["new_offers"], True),
        (["new_enrolments", "new_offers", "payments"], True),
        (["new_enrolments", "payments"], False),
        ([], False),
    ],
)
def test_only_what_bars_new_offers_takes_none(unit, scopes, bars):
    provider = hear(unit, [told("suspended", 2, scopes=scopes), approved(1)])
    assert provider.suspended is bars


def test_of_two_sanctions_that_end_one_after_the_other_the_newest_telling_counts(unit):
    story = [
        approved(1),
        told("suspended", 2, scopes=["new_offers"]),
        told("suspended", 3, scopes=["new_offers", "payments"]),
        told("suspended", 4, scopes=["payments"]),
    ]
    for order in permutations(story):
        assert not hear(unit, [*order, *order]).suspended


def test_nobody_is_suspended_before_being_known(unit):
    with pytest.raises(NotYet):
        HANDLERS["identity.provider_suspended.v1"](unit, told("suspended", 2))
