"""Facts and names for services on PostgreSQL; seeds that are told of once."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from ila_identity.store import provider_tables as p
from ila_identity.store import tables as t
from ila_kit.clock import utc_now
from ila_kit.ids import uuid7
from ila_kit.store.tables import audit_entry, outbox
from ila_kit.testing.stores import statements_seen

pytestmark = pytest.mark.integration
FACTS, NAMES = "/api/identity/v1/person-facts", "/api/identity/v1/person-names"


@pytest.fixture
def ask(api):
    def ask(*people):
        body = {"person_ids": [str(one) for one in people], "purpose": "eligibility"}
        return api.as_("svc:applications", "identity.facts").post(FACTS, body).json["facts"]

    return ask


def test_a_fact_of_the_register_arrives_behind_the_request(ask, sign_in, jobs, registers, engine, new_code):
    code = new_code()
    person = sign_in(personal_code=code)
    registers.persons[code.replace("-", "")] = {"birth_date": "1998-02-05", "status": "alive"}
    assert [(one["state"], one["source"], one["alive"]) for one in ask(person)] == [
        ("asked", "e-identity", None)
    ]
    jobs.facts()
    told = ask(person)[0]
    assert (told["state"], told["source"], told["birth_date"]) == (
        "register",
        "population-register",
        "1998-02-05",
    )
    assert told["alive"] is True
    with engine.connect() as connection:
        row = connection.execute(
            sa.select(t.register_fact).where(t.register_fact.c.person_id == person)
        ).one()
        assert code.replace("-", "").encode() not in row.sealed_proof
        for table in ("outbox", "audit_entry", "register_fact"):
            text = connection.scalar(sa.text(f"SELECT string_agg(x::text, '') FROM {table} x")) or ""
            assert code.replace("-", "") not in text
        query = sa.select(audit_entry.c.action).where(audit_entry.c.subject_id == person)
        assert "register_answered" in list(connection.scalars(query))


@pytest.mark.parametrize("fault", ["away", "unavailable", "another", "garbage"])
def test_a_register_in_trouble_is_told_as_unavailable_and_asked_again(
    ask, sign_in, jobs, registers, fault, new_code
):
    code = new_code()
    person = sign_in(personal_code=code)
    registers.persons[code.replace("-", "")] = {"birth_date": "1998-02-05", "status": "dead"}
    registers.fault = fault
    jobs.facts()
    assert [(one["state"], one["birth_date"]) for one in ask(person)] == [("unavailable", "1998-02-06")]
    registers.fault = None
    jobs.facts(later=30)
    told = ask(person)[0]
    assert (told["state"], told["alive"]) == ("register", False)


def test_a_stale_fact_is_asked_for_again(ask, sign_in, jobs, registers, engine, new_code):
    code = new_code()
    person = sign_in(personal_code=code)
    registers.persons[code.replace("-", "")] = {"birth_date": "1998-02-05", "status": "alive"}
    jobs.facts()
    with engine.begin() as connection:
        mine = t.register_fact.c.person_id == person
        old = t.register_fact.c.valid_until - timedelta(days=2)
        connection.execute(t.register_fact.update().where(mine).values(valid_until=old))
    assert ask(person)[0]["state"] == "asked"
    jobs.facts()
    assert ask(person)[0]["state"] == "register"


def test_a_sign_in_asks_no_register_and_two_hundred_facts_take_few_statements(
    ask, sign_in, registers, engine, statement, gateway
):
    people = [sign_in() for _ in range(5)]
    assert registers.calls == 0
    with statements_seen(engine) as few:
        ask(people[0])
    with statements_seen(engine) as many:
        ask(*people)
    assert len(many) == len(few) <= 5
    body = statement()
    gateway.post("/api/identity/v1/sign-ins", body)
    gateway.post("/api/identity/v1/sign-ins", body)
    with statements_seen(engine) as seen:
        gateway.post("/api/identity/v1/sign-ins", body)
    assert len(seen) <= 9


SUPPORT = {
    "reference": "ESF-1",
    "source": "ESF 8.4.1",
    "family": "vocational",
    "title": "Programmēšana",
    "supported_on": "2022-03-01",
}


def test_earlier_support_is_told_as_the_register_told_it_since_the_time_asked_for(
    api, sign_in, jobs, registers, engine, new_code
):
    code = new_code()
    person, stranger = sign_in(personal_code=code), str(uuid7())
    registers.supports[code.replace("-", "")] = {"supports": [SUPPORT]}
    now = utc_now()

    def ask(since=now):
        questions = [{"person_id": one, "since": since.isoformat()} for one in (person, stranger)]
        answer = api.as_("svc:funding", "identity.earlier_support").post(
            "/api/identity/v1/earlier-support", {"questions": questions, "purpose": "no double funding"}
        )
        assert answer.json["missing"] == [stranger]
        (told,) = answer.json["answers"]
        return told

    assert (ask()["state"], ask()["supports"]) == ("asked", [])
    registers.fault = "unavailable"
    jobs.supports()
    assert ask()["state"] == "unavailable"
    registers.fault = None
    jobs.supports(later=30)
    told = ask()
    assert (told["state"], told["supports"]) == ("register", [SUPPORT])
    assert ask(utc_now() + timedelta(hours=1))["state"] == "asked"
    with engine.connect() as connection:
        kept = connection.execute(
            sa.select(t.support_answer).where(t.support_answer.c.person_id == person)
        ).one()
        assert str(kept.id) == told["answer_id"]
        assert code.replace("-", "").encode() not in kept.sealed_proofs
        for table in ("outbox", "audit_entry", "support_answer", "support_question"):
            text = connection.scalar(sa.text(f"SELECT string_agg(x::text, '') FROM {table} x")) or ""
            assert code.replace("-", "") not in text


def test_only_who_holds_money_is_told_of_earlier_support(api, sign_in):
    person = sign_in()
    body = {"questions": [{"person_id": person, "since": utc_now().isoformat()}], "purpose": "x"}
    for caller in (api.as_("svc:funding", "identity.facts"), api.as_(person, "learner", "auditor")):
        assert caller.post("/api/identity/v1/earlier-support", body).status_code == 403
    funding = api.as_("svc:funding", "identity.earlier_support")
    for bad in ({"questions": [], "purpose": "x"}, body | {"questions": [{"person_id": person}]}):
        assert funding.post("/api/identity/v1/earlier-support", bad).status_code == 422


def test_names_are_told_masked_to_who_may_ask_and_each_look_is_noted(api, sign_in, engine, new_code):
    code = new_code()
    person, stranger = sign_in(personal_code=code), str(uuid7())
    body = {"person_ids": [person, stranger, person], "purpose": "members of a group"}
    answer = api.as_("svc:applications", "identity.names").post(NAMES, body)
    assert answer.json == {
        "names": [
            {
                "person_id": person,
                "given_name": "Zane",
                "family_name": "Apsīte",
                "masked_code": f"******-***{code[-2:]}",
            }
        ]
    }
    for caller in (api.as_("svc:funding", "identity.facts"), api.as_(person, "learner", "provider_admin")):
        assert caller.post(NAMES, body).status_code == 403
    for bad in ({"person_ids": [], "purpose": "x"}, {"person_ids": [person]}, body | {"what": "code"}):
        assert api.as_("svc:applications", "identity.names").post(NAMES, bad).status_code == 422
    with engine.connect() as connection:
        query = sa.select(audit_entry).where(
            audit_entry.c.subject_id == person, audit_entry.c.action == "personal_data_viewed"
        )
        assert [row.details["purpose"] for row in connection.execute(query)] == ["members of a group"]


def test_seeded_organisations_are_told_of_once_with_an_invented_account(
    jobs, registers, engine, deps, gateway, statement
):
    seeds = {str(one): seed for one, seed in deps.personas.organisations.items()}
    gateway.post("/api/identity/v1/sign-ins", statement(persona="provider-a-admin"))
    registers.fault = "away"
    assert jobs.seeds() == 0
    registers.fault = None
    for seed in seeds.values():
        registers.institution(seed.viis_number)
    assert jobs.seeds() == len(seeds)
    assert jobs.seeds() == 0
    with engine.connect() as connection:
        bodies = connection.scalars(
            sa.select(outbox.c.body).where(outbox.c.type == "identity.provider_approved.v1")
        )
        told = [body["data"] for body in bodies if body["subject"] in seeds]
        states = connection.scalars(
            sa.select(p.bank_account.c.state).where(p.bank_account.c.organisation_id.in_(seeds))
        )
        assert list(states) == ["confirmed"] * len(seeds)
    assert sorted(one["organisation_id"] for one in told) == sorted(seeds)
    assert all((one["approved_by"], one["registration_id"]) == ([], None) for one in told)
    assert {one["institution_type"] for one in told} == {"Koledža"}
