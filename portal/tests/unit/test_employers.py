"""Employers: what the register said of a company, in words; whose desk it is afterwards."""

import html
import re

import pytest

REGISTRATIONS = "/api/identity/v1/employer-registrations"
ORGANISATIONS = "/api/identity/v1/organisations"
PERSON = "01a20baa-0000-7000-8000-000000000001"
ONE, FIRST, SECOND = (f"01a20baa-0000-7000-8000-0000000000a{number}" for number in (1, 2, 3))
INSTANT = "2026-11-23T12:05:09.120000Z"


def registration(**facts):
    """Return a registration of an employer as identity shows it."""
    return {
        "id": ONE,
        "state": "asking",
        "registrant_id": PERSON,
        "legal_person_number": "40003000018",
        "contact_email": "anna@example.lv",
        "title": None,
        "seat": None,
        "reason": None,
        "register": None,
        "lapses_at": "2026-11-26T12:05:09.120000Z",
        "decided_at": None,
        "organisation_id": None,
        "actions": ["withdrawal"],
        "created_at": INSTANT,
        "updated_at": INSTANT,
        "version": 1,
    } | facts


def words(page) -> str:
    own = page.text.partition('<main id="main"')[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", own))).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def employed(learner, gateway):
    """Return a function that lets the learner act for employers."""

    def act_for(*organisations):
        gateway.roles += [{"role": "employer_admin", "organisation": one} for one in organisations]
        return learner

    return act_for


def test_while_the_register_is_asked_it_is_said_until_when_and_can_be_taken_back(learner, gateway):
    gateway.fail(f"{REGISTRATIONS}/{ONE}", 200, registration())
    page = learner.get(f"/employer-registration/{ONE}")
    assert "Jautājam līdz šim laikam: 2026. gada 26. novembrī plkst. 14:04." in words(page)
    assert 'value="employer-withdrawal"' in page.text


def test_why_an_employer_is_not_registered_is_said_in_the_page_s_language(learner, gateway):
    reason = {"code": "only_jointly", "text_lv": "Tikai kopā ar citiem.", "text_en": "Only together."}
    gateway.fail(f"{REGISTRATIONS}/{ONE}", 200, registration(state="refused", reason=reason, actions=[]))
    assert "Tikai kopā ar citiem." in words(learner.get(f"/employer-registration/{ONE}"))
    page = learner.get(f"/employer-registration/{ONE}?lang=en")
    assert "Only together." in words(page)
    assert 'value="employer-withdrawal"' not in page.text


def test_a_registered_employer_leads_to_its_page(learner, gateway):
    done = registration(state="registered", title="SIA Paraugs", organisation_id=FIRST, actions=[])
    gateway.fail(f"{REGISTRATIONS}/{ONE}", 200, done)
    assert f'href="/employer/{FIRST}"' in learner.get(f"/employer-registration/{ONE}").text


def test_beside_the_form_stand_the_own_registrations_and_nobody_else_s(learner, gateway):
    rows = [registration(title="SIA Mans"), registration(title="SIA Cits", registrant_id=SECOND)]
    gateway.fail(REGISTRATIONS, 200, {"items": rows, "next": None})
    said = words(learner.get("/employer-registration"))
    assert "SIA Mans" in said
    assert "SIA Cits" not in said


def test_who_acts_for_an_employer_has_its_desk_and_no_institution_s(employed, gateway):
    gateway.fail(ORGANISATIONS, 200, {"items": [{"id": FIRST, "title": "SIA Paraugs"}], "next": None})
    page = employed(FIRST).get("/")
    assert 'href="/employer"' in page.text
    assert 'href="/provider"' not in page.text


def test_the_way_to_an_employer_is_the_one_a_choice_or_how_to_register(employed, gateway):
    assert employed().get("/employer").headers["Location"] == "/employer-registration"
    assert employed(FIRST).get("/employer").headers["Location"] == f"/employer/{FIRST}"
    rows = [{"id": one, "title": f"SIA {one[-1]}"} for one in (FIRST, SECOND)]
    gateway.fail(ORGANISATIONS, 200, {"items": rows, "next": None})
    chosen = employed(SECOND).get("/employer").text
    assert re.findall(r'<h2><a href="([^"]+)"', chosen) == [f"/employer/{FIRST}", f"/employer/{SECOND}"]


def test_a_new_representative_gets_the_one_role_there_is(employed, gateway):
    path = f"{ORGANISATIONS}/{FIRST}/members"
    gateway.answer_write("POST", path, {"id": ONE})
    form = {"deed": "employer-member", "key": "a", "csrf_token": "a-csrf-token"}
    typed = {"given_name": "Ilze", "family_name": "Liepa", "personal_code": "322503-62317"}
    employed(FIRST).post(f"/employer/{FIRST}/members", data=form | typed)
    written = next(seen for seen in gateway.requests if seen.method == "POST")
    assert written.body == typed | {"roles": ["employer_admin"]}


def test_an_employer_is_led_to_what_it_added_and_to_the_form_where_it_added_nothing(employed, gateway):
    person, path = employed(FIRST), f"/api/funding/v1/accounts/{PERSON}/top-ups"
    found = f"/employer/{FIRST}/top-ups/account?person_id=%20{PERSON.upper()}%20"
    gateway.fail(path, 404, {"code": "not-found"})
    assert person.get(found).headers["Location"] == f"/employer/{FIRST}/top-ups/{PERSON}/new"
    gateway.fail(path, 200, {"items": [], "next": None})
    assert person.get(found).headers["Location"] == f"/employer/{FIRST}/top-ups/{PERSON}"


@pytest.mark.parametrize("typed", ["%3Cb%3E", "010190-12345", ""])
def test_what_is_no_number_of_an_account_is_a_fault_and_not_repeated(employed, typed):
    person = employed(FIRST)
    answer = person.get(f"/employer/{FIRST}/top-ups/account?person_id={typed}")
    assert answer.headers["Location"] == f"/employer/{FIRST}/top-ups?unknown=-"
    page = person.get(answer.headers["Location"])
    assert 'href="#account-number"' in page.text
    assert 'name="person_id" autocomplete="off" aria' in page.text
