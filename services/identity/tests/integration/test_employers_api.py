"""An employer is registered over HTTP on PostgreSQL, with a register that answers, refuses or is away."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from ila_identity.store import employer_tables as e
from ila_identity.store import tables as t
from ila_kit.ids import uuid7
from ila_kit.store.tables import audit_entry, outbox

pytestmark = pytest.mark.integration
PATH = "/api/identity/v1/employer-registrations"
ORGANISATIONS = "/api/identity/v1/organisations"
VIEWED = "identity.personal_data_viewed.v1"
DAYS = 24 * 3600


@pytest.fixture
def code(new_code):
    return new_code()


@pytest.fixture
def person(sign_in, code):
    return sign_in(personal_code=code)


def form(number, **changes):
    return {"legal_person_number": number, "contact_email": "info@paraugs.example"} | changes


def begun(api, person, number):
    answer = api.as_(person, "learner").post(PATH, form(number))
    assert (answer.status_code, answer.json["state"]) == (201, "asking"), answer.text
    return answer.json["id"]


def seen(api, registration, person=None):
    client = api.as_(person, "learner") if person else api.as_(uuid7(), "auditor")
    return client.get(f"{PATH}/{registration}").json


def employer(api, jobs, person, number):
    registration = begun(api, person, number)
    jobs.employers()
    ended = seen(api, registration, person)
    assert ended["state"] == "registered", ended
    return ended["organisation_id"]


def told(engine, subject):
    with engine.connect() as connection:
        rows = connection.execute(sa.select(outbox.c.type, outbox.c.body).order_by(outbox.c.id))
        return [type_ for type_, body in rows if str(subject) in json.dumps(body)]


def roles_of(api, person):
    path = f"/api/identity/v1/persons/{person}/roles"
    return api.as_("svc:gateway", "identity.sign_in").get(path).json["roles"]


def test_who_represents_a_company_alone_becomes_its_administrator(api, jobs, registers, person, code, engine):
    number = registers.company(code)
    registration = begun(api, person, number)
    waiting = seen(api, registration, person)
    assert (waiting["title"], waiting["register"], waiting["actions"]) == (None, None, ["withdrawal"])
    assert datetime.fromisoformat(waiting["lapses_at"]) > datetime.now(UTC) + timedelta(days=2)
    assert jobs.employers() >= 1
    ended = seen(api, registration, person)
    assert (ended["state"], ended["title"], ended["actions"]) == ("registered", f"SIA Paraugs {number}", [])
    assert ended["register"] == {
        "state": "fresh",
        "observed_at": ended["register"]["observed_at"],
        "legal_basis": "law",
        "hash": "ab" * 32,
    }
    place = ended["organisation_id"]
    assert {"role": "employer_admin", "organisation": place} in roles_of(api, person)
    shown = api.as_(person, ("employer_admin", UUID(place))).get(f"{ORGANISATIONS}/{place}").json
    assert (shown["kind"], shown["legal_person_number"], shown["viis_number"]) == ("employer", number, None)
    assert told(engine, place) == ["identity.employer_registered.v1", "identity.role_granted.v1"]


def test_the_register_names_people_to_nobody(api, jobs, registers, person, code, engine):
    number = registers.company(code)
    employer(api, jobs, person, number)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(e.employer_registration)).mappings().all()
        said = "".join(json.dumps(one) for one in connection.scalars(sa.select(outbox.c.body)))
        said += "".join(map(str, connection.execute(sa.select(audit_entry))))
    said += "".join(str({**row, "sealed_answer": None}) for row in rows)
    said += "".join(row["sealed_answer"].decode("latin1") for row in rows if row["sealed_answer"])
    said += api.as_(uuid7(), "auditor").get(PATH).text
    for secret in (code, code.replace("-", ""), "Liepa"):
        assert secret not in said


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ({}, None),
        ({"needed": 2}, "only_jointly"),
        ({"status": "insolvent"}, "insolvent"),
        ({"status": "liquidated"}, "struck_off"),
    ],
)
def test_what_the_register_says_decides_and_is_told_in_both_languages(
    api, jobs, registers, person, code, made, reason
):
    registration = begun(api, person, registers.company(code, **made))
    jobs.employers()
    ended = seen(api, registration, person)
    assert ended["state"] == ("refused" if reason else "registered")
    assert (ended["reason"] or {}).get("code") == reason
    if reason:
        assert len({ended["reason"]["text_lv"], ended["reason"]["text_en"], reason}) == 3
        assert ended["register"]["hash"]
        assert [one["role"] for one in roles_of(api, person)] == ["learner"]


def test_a_foreign_person_and_an_unknown_number_are_refused(api, jobs, registers, person, new_code):
    foreign = begun(api, person, registers.company(new_code()))
    known = registers.company()
    del registers.legal_persons[known]
    unknown = begun(api, person, known)
    jobs.employers()
    assert seen(api, foreign, person)["reason"]["code"] == "not_entitled"
    assert seen(api, unknown, person)["reason"]["code"] == "unknown_number"
    assert seen(api, unknown, person)["title"] is None


@pytest.mark.parametrize(
    ("body", "refusal", "field"),
    [
        (form("40003009498"), "malformed-number", "/legal_person_number"),
        (form("32250362317"), "malformed-number", "/legal_person_number"),
        (form("4000300949"), "invalid-request", "/legal_person_number"),
        (form(40003009497), "invalid-request", "/legal_person_number"),
        (form("40003009497", contact_email="info"), "invalid-request", "/contact_email"),
        (form("40003009497", title="Mine"), "invalid-request", "/title"),
        ({}, "invalid-request", "/legal_person_number"),
    ],
)
def test_a_bad_registration_is_refused_and_the_field_is_named(api, person, body, refusal, field):
    answer = api.as_(person, "learner").post(PATH, body)
    assert (answer.status_code, answer.json["code"]) == (422, refusal)
    assert field in answer.json["errors"]


def test_the_same_employer_twice_is_refused_by_name(api, jobs, registers, person, code, sign_in, new_code):
    other_code = new_code()
    number, other = registers.company(code, other_code), sign_in(personal_code=other_code)
    begun(api, person, number)
    twice = api.as_(person, "learner").post(PATH, form(number))
    assert (twice.status_code, twice.json["code"]) == (409, "employer-asked-already")
    theirs = begun(api, other, number)
    jobs.employers()
    assert seen(api, theirs, other)["reason"]["code"] == "registered_already"
    late = api.as_(other, "learner").post(PATH, form(number))
    assert (late.status_code, late.json["code"]) == (409, "employer-already-registered")
    assert late.json["legal_person_number"] == number


def test_one_key_makes_one_registration_and_many_at_once_one_employer(
    app, api, jobs, registers, person, code, engine, deps
):
    number, key = registers.company(code), str(uuid4())
    first = api.as_(person, "learner").post(PATH, form(number), key=key)
    again = api.as_(person, "learner").post(PATH, form(number), key=key)
    assert (first.status_code, first.json["id"]) == (201, again.json["id"])
    gate = threading.Barrier(4)

    def asks(_):
        gate.wait()
        return jobs.employers()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(asks, range(4))) >= 1
    with engine.connect() as connection:
        same = t.organisation.c.legal_person_number == number
        assert connection.scalar(sa.select(sa.func.count()).where(same)) == 1


def test_a_register_that_is_down_is_asked_again_and_silence_ends(api, jobs, registers, person, code):
    waiting = begun(api, person, registers.company(code))
    for hour, fault in enumerate(("away", "unavailable", "another", "garbage")):
        registers.fault = fault
        assert jobs.employers(later=3600 * hour) >= 1
        registration = seen(api, waiting, person)
        assert (registration["state"], registration["register"]) == ("asking", None)
    registers.fault = None
    jobs.employers(later=5 * 3600)
    assert seen(api, waiting, person)["state"] == "registered"

    registers.fault = "away"
    lapsing = begun(api, person, registers.company(code))
    jobs.timers(later=3 * DAYS - 60)
    assert seen(api, lapsing, person)["state"] == "asking"
    jobs.timers(later=3 * DAYS + 60)
    ended = seen(api, lapsing, person)
    assert (ended["state"], ended["reason"]["code"]) == ("lapsed", "register_silent")


def test_a_registration_is_its_registrants_and_the_agencys_to_see(api, registers, person, code, sign_in):
    registration = begun(api, person, registers.company(code))
    stranger = api.as_(sign_in(), "learner")
    assert stranger.get(f"{PATH}/{registration}").status_code == 404
    assert stranger.post(f"{PATH}/{registration}/withdrawal").status_code == 404
    assert stranger.get(PATH).json["items"] == []
    for role in ("user_approver", "platform_admin", "auditor"):
        officer = api.as_(uuid7(), role)
        assert officer.get(f"{PATH}/{registration}").json["actions"] == []
        assert registration in [one["id"] for one in officer.get(f"{PATH}?state=asking").json["items"]]
        assert officer.post(f"{PATH}/{registration}/withdrawal").status_code == 403
    weak = api.as_(person, "learner", acr="substantial")
    assert weak.post(PATH, form(registers.company(code))).json["code"] == "assurance-too-low"


def test_a_withdrawn_registration_is_over_and_may_be_made_again(api, jobs, registers, person, code):
    number = registers.company(code)
    registration, mine = begun(api, person, number), api.as_(person, "learner")
    withdrawn = mine.post(f"{PATH}/{registration}/withdrawal")
    assert (withdrawn.status_code, withdrawn.json["state"]) == (200, "withdrawn")
    assert mine.post(f"{PATH}/{registration}/withdrawal").json["code"] == "wrong-state"
    jobs.employers()
    assert seen(api, registration, person)["state"] == "withdrawn"
    assert employer(api, jobs, person, number)


def test_a_colleague_joins_and_closing_ends_both(
    api, jobs, registers, person, code, sign_in, new_code, engine
):
    place = employer(api, jobs, person, registers.company(code))
    admin, colleague_code = api.as_(person, ("employer_admin", UUID(place))), new_code()
    colleague = sign_in(personal_code=colleague_code)
    named = {"given_name": "Ieva", "family_name": "Saulīte", "personal_code": colleague_code}
    wrong = admin.post(f"{ORGANISATIONS}/{place}/members", named | {"roles": ["provider_admin"]})
    assert (wrong.status_code, wrong.json["code"]) == (422, "role-not-of-organisation")
    member = admin.post(f"{ORGANISATIONS}/{place}/members", named | {"roles": ["employer_admin"]}).json
    own = admin.post(f"{ORGANISATIONS}/{place}/members/{member['id']}/confirmation")
    assert (own.status_code, own.json["code"]) == (403, "second-person-needed")
    approver = api.as_(uuid7(), "user_approver")
    confirmed = approver.post(f"{ORGANISATIONS}/{place}/members/{member['id']}/confirmation")
    assert confirmed.json["state"] == "active", confirmed.text
    assert {"role": "employer_admin", "organisation": place} in roles_of(api, colleague)

    officer = api.as_(uuid7(), "sanction_officer")
    grounds = {"facts": "Likvidēts.", "legal_basis": "Paraugs"}
    barred = officer.post(f"{ORGANISATIONS}/{place}/suspension", grounds | {"scope": "payments"})
    assert (barred.status_code, barred.json["code"]) == (422, "sanction-not-for-employers")
    closed = officer.post(f"{ORGANISATIONS}/{place}/closure", grounds)
    assert (closed.status_code, closed.json["state"], closed.json["barred"]) == (200, "closed", [])
    for one in (person, colleague):
        assert [role["role"] for role in roles_of(api, one)] == ["learner"]
    types = set(told(engine, place))
    assert "identity.employer_closed.v1" in types
    assert not {one for one in types if one.startswith("identity.provider_")}
    again = begun(api, person, seen_number(api, place))
    jobs.employers()
    assert seen(api, again, person)["state"] == "registered"


def seen_number(api, place):
    return api.as_(uuid7(), "auditor").get(f"{ORGANISATIONS}/{place}").json["legal_person_number"]


def test_organisations_are_listed_by_kind(api, jobs, registers, person, code):
    place = employer(api, jobs, person, registers.company(code))
    auditor = api.as_(uuid7(), "auditor")
    employers = auditor.get(f"{ORGANISATIONS}?kind=employer&limit=200").json["items"]
    assert place in {one["id"] for one in employers}
    assert {one["kind"] for one in employers} == {"employer"}
    others = auditor.get(f"{ORGANISATIONS}?kind=institution&limit=200").json["items"]
    assert place not in {one["id"] for one in others}
    assert auditor.get(f"{ORGANISATIONS}?kind=school").status_code == 422
    mine = api.as_(person, ("employer_admin", UUID(place))).get(ORGANISATIONS).json["items"]
    assert [one["id"] for one in mine] == [place]


def test_a_person_sees_their_registrations_among_their_data(api, registers, person, code):
    number = registers.company(code)
    begun(api, person, number)
    kept = api.as_(person, "learner").get("/api/identity/v1/persons/me/data").json["parts"]
    assert [one["legal_person_number"] for one in kept["employer_registrations"]] == [number]


def test_the_database_keeps_employers_apart(engine):
    now, number = sa.func.now(), "40003009497"
    row = {"title": "T", "created_at": now, "approved_at": now, "kind": "employer"}
    with engine.connect() as connection:
        first = uuid7()
        connection.execute(t.organisation.insert().values(row | {"id": first, "legal_person_number": number}))
        for bad in (
            {"legal_person_number": number},
            {"legal_person_number": None},
            {"legal_person_number": "1", "viis_number": "9800000000"},
            {"legal_person_number": "1", "kind": "school"},
        ):
            with pytest.raises(sa.exc.IntegrityError), connection.begin_nested():
                connection.execute(t.organisation.insert().values(row | {"id": uuid7()} | bad))
        mine = t.organisation.c.id == first
        connection.execute(t.organisation.update().where(mine).values(state="closed"))
        again = row | {"id": uuid7(), "legal_person_number": number}
        connection.execute(t.organisation.insert().values(again))


def test_whoever_reads_the_registration_of_another_looks_at_them(api, engine, person, registers):
    registration = begun(api, person, registers.company())
    assert seen(api, registration, person)["state"] == "asking"
    assert VIEWED not in told(engine, person)
    seen(api, registration)
    api.as_(uuid7(), "platform_admin").get(f"{PATH}?limit=200")
    assert told(engine, person).count(VIEWED) == 2
