"""Identity's answer, as this service relies on it."""

import pytest
from ila_applications.clients.identity import IdentityPeople
from ila_kit.errors import Unavailable
from ila_kit.ids import uuid7

FACT = {
    "birth_date": "1984-03-12",
    "source": "population-register",
    "state": "register",
    "alive": True,
    "observed_at": "2024-11-14T06:00:00Z",
    "legal_basis": "the regulation",
    "something_new": True,
}


class FakeNeighbour:
    """Answers the same whatever is asked, and notes the questions."""

    def __init__(self, answer):
        self.answer, self.asked = answer, []

    def post(self, path, body):
        self.asked.append((path, body))
        return self.answer


def people(answer):
    neighbour = FakeNeighbour(answer)
    return IdentityPeople(lambda: neighbour), neighbour


def test_facts_are_read_by_person():
    person, stranger = uuid7(), uuid7()
    known, neighbour = people({"facts": [FACT | {"person_id": str(person)}], "missing": [str(stranger)]})
    found = known.facts([person, stranger], "eligibility")
    assert [(one, fact.birth_date.isoformat()) for one, fact in found.items()] == [(person, "1984-03-12")]
    asked = {"person_ids": [str(person), str(stranger)], "purpose": "eligibility"}
    assert neighbour.asked == [("/api/identity/v1/person-facts", asked)]


def test_facts_about_somebody_else_are_never_taken():
    known, _ = people({"facts": [FACT | {"person_id": str(uuid7())}]})
    assert known.facts([uuid7()], "eligibility") == {}


@pytest.mark.parametrize("answer", [{}, [], None, {"facts": [{}]}, {"facts": [FACT | {"person_id": "x"}]}])
def test_garbage_counts_as_no_answer(answer):
    known, _ = people(answer)
    with pytest.raises(Unavailable):
        known.facts([uuid7()], "eligibility")
