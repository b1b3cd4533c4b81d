"""A person who asks is erased everywhere, and only what the law keeps stays, by an id that tells nobody."""

from uuid import UUID

import pytest
import sqlalchemy as sa
from ila_identity.consumers import HANDLERS, TIMERS
from ila_identity.store import employer_tables as e
from ila_identity.store import my_data_tables as m
from ila_identity.store import tables as t
from ila_kit.actor import Role, process_actor
from ila_kit.clock import utc_now
from ila_kit.events import Envelope
from ila_kit.ids import uuid7
from ila_kit.store.tables import outbox

pytestmark = pytest.mark.integration
PATH = "/api/identity/v1/persons/me/erasure"
REQUESTED, ERASED = "identity.person_erasure_requested.v1", "identity.person_erased.v1"


@pytest.fixture
def person(sign_in, new_code):
    return sign_in(personal_code=new_code())


@pytest.fixture
def me(api, person):
    return api.as_(person, "learner")


def answer(deps, person, *services):
    """Have services tell that they erased their part."""
    for service in services:
        envelope = Envelope(
            id=uuid7(),
            source=service,
            type=f"{service}.person_erased.v1",
            subject=str(person),
            time=utc_now(),
            sequence=1,
            data={"person_id": str(person), "kept": [], "erased_at": "2024-11-20T10:00:00Z"},
        )
        with deps.units.open(process_actor("identity")) as unit:
            HANDLERS[envelope.type](unit, envelope)
            unit.commit()


def told(engine, type_, person):
    with engine.connect() as connection:
        bodies = connection.scalars(sa.select(outbox.c.body).where(outbox.c.type == type_))
        return [body["data"] for body in bodies if body["subject"] == str(person)]


def state(engine, person):
    with engine.connect() as connection:
        return connection.scalar(sa.select(t.account.c.state).where(t.account.c.person_id == person))


def left(engine, person):
    """What is left of a person in the tables that describe people."""
    with engine.connect() as connection:
        rows = [
            connection.execute(sa.select(table).where(table.c.person_id == person)).all()
            for table in (t.login, t.personal_code, t.register_fact, m.person_export)
        ]
        named = connection.execute(sa.select(t.person).where(t.person.c.id == person)).one()
    return sum(map(len, rows)), (named.given_name, named.family_name, named.email)


def test_the_account_closes_at_once_and_every_service_is_asked(me, person, engine):
    asked = me.post(PATH)

    assert (asked.status_code, asked.json["state"]) == (202, "closed")
    assert state(engine, person) == "closed"
    assert len(told(engine, REQUESTED, person)) == 1
    assert told(engine, "identity.person_disabled.v1", person)[0]["state"] == "closed"
    assert me.post(PATH).json["code"] == "wrong-state"


def test_a_registration_of_an_employer_that_came_to_nothing_tells_nothing_any_more(
    me, person, deps, engine, registers, jobs
):
    path = "/api/identity/v1/employer-registrations"
    form = {"contact_email": "me@personas.example"}
    refused = me.post(path, form | {"legal_person_number": registers.company()}).json["id"]
    jobs.employers()
    waiting = me.post(path, form | {"legal_person_number": registers.company()}).json["id"]
    me.post(PATH)
    answer(deps, person, "applications", "funding")
    jobs.employers()

    with engine.connect() as connection:
        rows = connection.execute(sa.select(e.employer_registration)).all()
    mine = {str(row.id): row for row in rows if str(row.registrant_id) == person}
    assert mine.keys() == {refused, waiting}
    assert {(row.state, row.contact_email, row.sealed_answer) for row in mine.values()} == {
        ("refused", "", None)
    }


@pytest.mark.parametrize(
    "order",
    [
        ("applications", "funding"),
        ("funding", "applications"),
        ("funding", "funding", "applications", "applications", "funding", "applications"),
    ],
)
def test_after_the_last_answer_in_any_order_nothing_describes_the_person(me, person, deps, engine, order):
    me.post("/api/identity/v1/persons/me/exports")
    me.post(PATH)

    answer(deps, person, *order)

    assert state(engine, person) == "erased"
    assert left(engine, person) == (0, ("", "", None))
    [erased] = told(engine, ERASED, person)
    assert any("BR-901" in reason for reason in erased["kept"])
    assert me.get("/api/identity/v1/persons/me").status_code == 404


def test_before_the_last_answer_everything_is_still_there(me, person, deps, engine):
    me.post(PATH)
    answer(deps, person, "funding", "funding")

    assert state(engine, person) == "closed"
    assert left(engine, person)[1][1] == "Apsīte"


def test_an_answer_that_nobody_asked_for_changes_nothing(person, deps, engine):
    answer(deps, person, "applications", "funding")

    assert state(engine, person) == "opened"
    assert left(engine, person)[1][1] == "Apsīte"


def test_nobody_signs_in_while_the_erasure_is_under_way_and_comes_as_somebody_new_after_it(
    api, gateway, deps, engine, new_code, sign_in
):
    code = new_code()
    person = sign_in(personal_code=code)
    api.as_(person, "learner").post(PATH)
    with pytest.raises(AssertionError):
        sign_in(personal_code=code)

    answer(deps, person, "applications", "funding")

    again = sign_in(personal_code=code)
    assert str(again) != str(person)


def test_other_services_are_told_nothing_of_who_was_erased(me, person, deps, api):
    me.post(PATH)
    answer(deps, person, "applications", "funding")

    names = api.as_("svc:applications", "identity.names").post(
        "/api/identity/v1/person-names", {"person_ids": [str(person)], "purpose": "teaching"}
    )
    facts = api.as_("svc:applications", "identity.facts").post(
        "/api/identity/v1/person-facts", {"person_ids": [str(person)], "purpose": "eligibility"}
    )
    assert names.json == {"names": []}
    assert facts.json == {"facts": [], "missing": [str(person)]}


def test_who_still_acts_for_others_is_refused_by_name(me, person, deps, engine):
    with deps.units.open(process_actor("identity")) as unit:
        unit.connection.execute(
            t.role_grant.insert().values(
                id=uuid7(),
                person_id=UUID(str(person)),
                role=Role("auditor").name,
                granted_at=utc_now(),
                granted_by="test",
                reason="test",
            )
        )
        unit.commit()

    refused = me.post(PATH)

    assert (refused.status_code, refused.json["code"]) == (409, "roles-held")
    assert state(engine, person) == "opened"


def test_services_that_do_not_answer_are_asked_again_aloud(me, person, deps, engine, caplog):
    me.post(PATH)
    with deps.units.open(process_actor("identity")) as unit:
        TIMERS["erasure_due"](unit, UUID(str(person)))
        unit.commit()

    assert len(told(engine, REQUESTED, person)) == 2
    assert "ALARM" in caplog.text
