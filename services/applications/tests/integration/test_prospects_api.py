"""What somebody would get before applying, over HTTP: judged as an application would be, kept nowhere."""

from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from ila_applications.store import tables as t
from ila_kit.errors import Unavailable
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
CHECKS = "/api/applications/v1/eligibility-checks"


@pytest.fixture
def programme(service):
    return service.publish()


def ask(client, programme):
    return client.post(CHECKS, {"programme_id": programme})


def test_an_adult_would_be_eligible_and_sees_by_which_facts(as_person, programme):
    answer = ask(as_person(), programme).json
    assert (answer["outcome"], answer["open"], answer["barred"]) == ("eligible", True, False)
    age = next(one for one in answer["checks"] if one["rule"] == "minimum_age")
    assert (age["limit"], age["value"], age["source"]) == (18, 40, "population-register")
    assert age["text_lv"]
    assert age["text_en"]


def test_who_is_too_young_is_told_before_applying(service, as_person, programme):
    person = uuid7()
    service.people.births[person] = date(2008, 1, 1)
    answer = ask(as_person(person), programme).json
    assert answer["outcome"] == "ineligible"
    assert {one["verdict"] for one in answer["checks"]} == {"failed", "passed"}


def test_while_a_register_is_silent_the_answer_is_provisional(service, as_person, programme):
    service.people.state = "unavailable"
    assert ask(as_person(), programme).json["outcome"] == "provisional"


def test_before_the_window_opens_it_says_when(service, as_person, programme):
    service.now = datetime(2024, 11, 1, tzinfo=UTC)
    answer = ask(as_person(), programme).json
    assert (answer["open"], answer["opens_at"]) == (False, "2024-11-13T22:00:00.000000Z")


def test_nothing_is_kept_of_it(service, as_person, programme):
    person = uuid7()
    ask(as_person(person), programme)
    with service.engine.connect() as connection:
        query = sa.select(sa.func.count()).where(t.application.c.person_id == person)
        assert connection.scalar(query) == 0


def test_what_cannot_be_judged_is_refused_by_name(service, as_person, programme):
    assert ask(as_person(), str(uuid7())).json["code"] == "unknown-programme"
    assert ask(as_person(), "nothing").json["errors"].keys() == {"/programme_id"}
    assert ask(as_person(None, "eligibility_officer"), programme).status_code == 403

    def away(person_ids, purpose):
        raise Unavailable(neighbour="identity")

    service.people.facts = away
    assert ask(as_person(), programme).status_code == 503
