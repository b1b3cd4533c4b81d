"""Who holds which role of the agency, as its administrators see it: by two, and never a toxic pair."""

import html
import re

import pytest

GRANTS = "/api/identity/v1/role-grants"
PERSON = "01a20baa-0000-7000-8000-000000000001"
OTHER, THIRD = "01a20baa-0000-7000-8000-0000000000b1", "01a20baa-0000-7000-8000-0000000000b2"
GRANT = "01a20baa-0000-7000-8000-0000000000e1"
INSTANT = "2026-11-23T12:05:09.120000Z"


def grant(**facts):
    """Return a role as identity lists it."""
    return {
        "id": GRANT,
        "person_id": OTHER,
        "given_name": "Ilze",
        "family_name": "Liepa",
        "role": "payment_maker",
        "organisation_id": None,
        "state": "pending",
        "granted_at": INSTANT,
        "granted_by": THIRD,
        "confirmed_by": None,
        "due_at": "2026-12-07T12:05:09.120000Z",
        "reason": "Rīkojums nr. 7",
    } | facts


def words(page) -> str:
    own = page.text.partition('<main id="main"')[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", own))).replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def administrator(learner, gateway):
    """A platform administrator at a browser."""
    gateway.roles = [{"role": role, "organisation": None} for role in ("learner", "platform_admin")]
    return learner


def test_a_proposed_role_is_confirmed_by_another_administrator_and_says_until_when(administrator, gateway):
    gateway.fail(GRANTS, 200, {"items": [grant()], "next": None})
    page = administrator.get("/agency/roles")
    assert "gaida līdz 07.12.2026. 14:04" in words(page)
    assert 'value="grant-confirmation"' in page.text
    for mine in ({"granted_by": PERSON}, {"person_id": PERSON}):
        gateway.fail(GRANTS, 200, {"items": [grant(**mine)], "next": None})
        page = administrator.get("/agency/roles")
        assert 'value="grant-confirmation"' not in page.text
        assert 'value="grant-refusal"' in page.text
        assert "Jāapstiprina citam administratoram." in words(page)


def test_people_are_called_by_their_names_with_the_id_beside(administrator, gateway):
    gateway.fail(GRANTS, 200, {"items": [grant()], "next": None})
    page = administrator.get("/agency/roles")
    assert f'<a href="?person_id={OTHER}">Ilze Liepa</a>' in page.text
    assert f'<span class="small"><code>{OTHER}</code></span>' in page.text
    erased = grant(given_name=None, family_name=None)
    gateway.fail(GRANTS, 200, {"items": [erased], "next": None})
    assert f">{OTHER[-8:]}</a>" in administrator.get("/agency/roles").text


def test_a_role_of_an_institution_is_shown_and_taken_elsewhere(administrator, gateway):
    held = grant(role="provider_editor", organisation_id=GRANT, state="active", due_at=None)
    gateway.fail(GRANTS, 200, {"items": [held], "next": None})
    page = administrator.get("/agency/roles")
    assert "Maina organizācijas lietotāju sarakstā." in words(page)
    assert 'value="grant-end"' not in page.text


def test_roles_are_sought_by_person_and_role_and_an_odd_person_is_not_passed_on(administrator, gateway):
    gateway.fail(GRANTS, 200, {"items": [], "next": None})
    page = administrator.get(f"/agency/roles?person_id=%20{OTHER}&role=auditor&state=active")
    asked = next(seen.path for seen in gateway.requests if seen.path.startswith(GRANTS))
    assert asked == f"{GRANTS}?state=active&role=auditor&person_id={OTHER}&limit=25"
    assert '<option value="auditor" selected>' in page.text
    for odd in ("Anna", OTHER.replace("-", ""), f"%7B{OTHER}%7D", f"urn:uuid:{OTHER}"):
        gateway.requests.clear()
        administrator.get(f"/agency/roles?person_id={odd}&role=king")
        asked = next(seen.path for seen in gateway.requests if seen.path.startswith(GRANTS))
        assert asked == f"{GRANTS}?limit=25"


def test_after_a_deed_a_list_stays_as_it_was_filtered(administrator, gateway):
    gateway.answer_write("POST", f"{GRANTS}/{GRANT}/confirmation", grant(state="active"))
    form = {"deed": "grant-confirmation", "key": "a", "csrf_token": "a-csrf-token", "target": GRANT}
    answer = administrator.post("/agency/roles?state=pending&done=role&_scheme=x", data=form)
    assert answer.headers["Location"] == "/agency/roles?state=pending&_scheme=x&done=grant-confirmation"


def test_a_pair_of_roles_that_is_refused_is_said_by_the_service_and_what_was_typed_stays(
    administrator, gateway
):
    problem = {
        "code": "toxic-roles",
        "title": "Šīs lomas vienai personai nedrīkst būt kopā",
        "detail": "Loma «maksājumu sagatavotājs» nav savienojama ar lomu «maksājumu pārbaudītājs».",
    }
    gateway.fail_writes(GRANTS, 422, problem)
    form = {"deed": "role", "key": "a", "csrf_token": "a-csrf-token", "person_id": OTHER}
    answer = administrator.post("/agency/roles/new", data=form | {"role": "payment_maker", "reason": "Nr. 7"})
    assert answer.status_code == 422
    assert problem["detail"] in words(answer)
    assert f'value="{OTHER}"' in answer.text
    assert '<option value="payment_maker" selected>' in answer.text


def test_an_auditor_reads_the_roles_and_changes_none(learner, gateway):
    gateway.roles = [{"role": "auditor", "organisation": None}]
    gateway.fail(GRANTS, 200, {"items": [grant()], "next": None})
    page = learner.get("/agency/roles")
    assert "maksājumu sagatavotājs" in words(page)
    assert 'name="deed"' not in page.text
    assert "/agency/roles/new" not in page.text
