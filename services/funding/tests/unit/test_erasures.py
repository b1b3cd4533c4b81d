"""Funding says what it keeps of a person who is erased, and why, however often it is asked."""

from types import SimpleNamespace

from ila_funding.consumers import HANDLERS
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import FakeUnit


def test_each_request_is_answered_alike_and_changes_nothing():
    unit, person = FakeUnit(), uuid7()
    request = SimpleNamespace(data={"person_id": str(person)})

    for _ in range(2):
        HANDLERS["identity.person_erasure_requested.v1"](unit, request)

    assert [(event.type, event.person_id) for event in unit.events] == [
        ("funding.person_erased.v1", person)
    ] * 2
    assert all("BR-901" in reason for event in unit.events for reason in event.kept)
