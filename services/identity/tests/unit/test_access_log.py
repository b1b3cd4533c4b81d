"""Who looked at whose data is told once a look, whatever comes twice or late, and never holds the data."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from ila_identity.consumers import HANDLERS
from ila_identity.events.published import PersonalDataViewed
from ila_identity.usecases.persons import names_of
from ila_kit.actor import Actor, Role
from ila_kit.events import Envelope
from ila_kit.ids import uuid7
from ila_kit.looks import note_look
from ila_kit.testing.fakes import NOON, FakeUnit

PLACE = uuid7()


class KeptAccesses:
    """The log in memory: an entry is kept once."""

    def __init__(self):
        self.rows = {}

    def add(self, entries):
        for one in entries:
            self.rows.setdefault((one.look_id, one.person_id), one)


def look(*persons, at=NOON, **changes):
    values = {
        "viewer": "svc:funding",
        "viewer_roles": ["auditor"],
        "organisation_ids": [],
        "acting_for": None,
    }
    values |= {"what": ["account entries"], "purpose": "supervision", "viewed_at": at, "look_id": uuid7()}
    return PersonalDataViewed(person_ids=list(persons), **values | changes)


def told(event, service="funding"):
    return Envelope(
        id=uuid7(),
        source=service,
        type=f"{service}.personal_data_viewed.v1",
        subject=event.subject,
        time=event.viewed_at,
        sequence=1,
        data=event.as_data(),
    )


def hear(unit, *envelopes):
    for envelope in envelopes:
        HANDLERS[envelope.type](unit, envelope)


def reader():
    unit = FakeUnit()
    unit.access_log = KeptAccesses()
    return unit


def test_a_look_at_several_persons_is_kept_for_each_of_them():
    unit, one, other = reader(), uuid7(), uuid7()

    hear(unit, told(look(one, other)))

    kept = list(unit.access_log.rows.values())
    assert [(entry.person_id, entry.service, entry.viewer) for entry in kept] == [
        (one, "funding", "svc:funding"),
        (other, "funding", "svc:funding"),
    ]


@given(st.permutations([0, 1, 2, 0, 1, 2, 0, 1, 2]))
def test_looks_told_three_times_in_any_order_leave_the_same_log(order):
    person = uuid7()
    looks = [told(look(person, at=NOON + timedelta(minutes=number))) for number in range(3)]
    straight, shuffled = reader(), reader()

    hear(straight, *looks)
    hear(shuffled, *(looks[number] for number in order))

    assert shuffled.access_log.rows == straight.access_log.rows


def test_a_look_names_who_in_which_roles_where_why_and_at_what():
    actor = Actor(str(uuid7()), (Role("provider_trainer", PLACE), Role("learner")))
    unit, person = FakeUnit(actor), uuid7()

    note_look(unit, PersonalDataViewed, [person, person], ["attendance"], "teaching", group="g")

    [event] = unit.events
    assert (event.viewer, event.viewer_roles) == (actor.id, ["learner", "provider_trainer"])
    assert (event.organisation_ids, event.person_ids) == ([PLACE], [person])
    assert (event.purpose, event.what, event.viewed_at) == ("teaching", ["attendance"], unit.now)
    assert [entry[0] for entry in unit.audited] == ["personal_data_viewed"]


def test_a_look_at_ones_own_data_is_none_also_when_a_machine_asks_for_the_person():
    person = uuid7()
    for actor in (Actor(str(person)), Actor("svc:identity", acting_for=str(person))):
        unit = FakeUnit(actor)
        note_look(unit, PersonalDataViewed, [person], ["name"], "export")
        assert (unit.events, unit.audited) == ([], [])


def test_what_is_told_of_a_look_never_holds_a_code_or_a_name(world):
    person = world.person("322503-62317")

    [name] = names_of(world.unit, [person], "teaching")

    said = str(world.unit.events[-1].as_data())
    assert name.family_name not in said
    assert "322503" not in said
    assert "62317" not in said
