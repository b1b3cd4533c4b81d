"""The pages that are data, held against the services' own API documents: what they read, show, and let do."""

import json
import re
from io import BytesIO

import jsonschema
import pytest
from api_documents import DAY, IDENTIFIER, INSTANT, answer_of, body_schema, deeds_of, operation
from ila_portal.deeds import Deed
from ila_portal.desks import Desk, Listing, Page
from ila_portal.forms import Field, asked
from ila_portal.pages import BLUEPRINTS
from page_structure import Structure

PAGES = [(desk, page) for desk in BLUEPRINTS if isinstance(desk, Desk) for page in desk.pages]
NAMED = [pytest.param(desk, page, id=f"{desk.name}.{page.name}") for desk, page in PAGES]
DEEDS = [
    pytest.param(desk, page, deed, id=f"{desk.name}.{page.name}: {deed.name}")
    for desk, page in PAGES
    for deed in deeds_of(page)
]
ORGANISATION = "01a20baa-0000-7000-8000-00000000000a"
EVERY_ROLE = [
    "learner", "user_approver", "call_manager", "contract_officer", "agency_signatory", "commission_member",
    "commission_chair", "eligibility_officer", "appeal_officer", "result_verifier", "claim_officer",
    "payment_maker", "payment_checker", "payment_releaser", "rate_manager", "rate_approver", "auditor",
    "sanction_officer", "platform_admin", "draw_officer",
]  # fmt: skip
TYPED = {
    "whole": "7", "hidden-whole": "7", "day": DAY, "instant": "2026-11-23T14:00", "money": "608,99",
    "hidden-money": "608.99", "tick": "yes", "promise": "yes", "email": "anna@example.lv", "pick": IDENTIFIER,
    "picks": [IDENTIFIER], "hidden-many": [IDENTIFIER],
}  # fmt: skip
KNOWN = {
    "viis_number": "9900000001", "legal_person_number": "40003000018", "company_number": "40003000018",
    "code": "call-2",
    "iban": "LV80BANK0000435195001", "personal_code": "322503-62317", "digcomp_level": "5",
    "digcomp_area": "5", "paper": "curriculum", "stratum": "kind:module", "exempt": "territory:0010000",
    "kept_for_programme": IDENTIFIER,
}  # fmt: skip


def to_be_typed(deed: Deed) -> list[Field]:
    """Return the fields of a deed in which something must be written."""
    written = ("text", "area", "whole", "day", "instant")
    return [one for one in deed.fields if one.required and one.kind in written]


def path_of(read: str | Listing) -> str:
    return read.path if isinstance(read, Listing) else read


def address(desk: Desk, page: Page) -> str:
    """Return where a page is."""
    rule = page_rule(desk, page)
    filled = rule.replace("<uuid:organisation_id>", ORGANISATION)
    return re.sub(r"<uuid:\w+>", IDENTIFIER, filled)


def page_rule(desk: Desk, page: Page) -> str:
    return f"{desk.url_prefix}{desk.rules[page.name]}"


@pytest.fixture
def everybody(learner, gateway):
    """Somebody who may do everything, before a gateway that answers as the API documents say."""
    gateway.roles = [{"role": role, "organisation": None} for role in EVERY_ROLE] + [
        {"role": f"provider_{role}", "organisation": ORGANISATION}
        for role in ("admin", "editor", "signatory", "trainer")
    ]
    gateway.roles.append({"role": "employer_admin", "organisation": ORGANISATION})
    return learner


def answering(gateway, page: Page, **facts) -> None:
    """Have the gateway answer what a page reads, by its documents."""
    if page.name == "erasure":  # which is for who acts for nobody else
        gateway.roles = gateway.roles[:1]
    for read in page.reads.values():
        template = path_of(read)
        path = re.sub(r"\{\w+\}", IDENTIFIER, template.replace("{organisation_id}", ORGANISATION))
        gateway.fail(path.partition("?")[0], 200, answer_of(template, **facts))
    for template in page.then.values():
        gateway.fail(re.sub(r"\{[^}]+\}", IDENTIFIER, template), 200, answer_of(template))


def facts_for(page: Page, deed: Deed) -> dict:
    """Return what must be so that a deed can be done; nothing is proposed while something else waits."""
    state = {"state": deed.states[0], "status": deed.states[0]} if deed.states else {}
    waits = {} if deed in page.row_deeds else {"pending": None, "proposal": None}
    return {"actions": list(deed.verbs), "declared_at": None, "current": False} | state | waits


@pytest.mark.parametrize(("desk", "page"), NAMED)
def test_a_page_asks_at_most_twice_and_only_what_there_is(desk, page):
    assert len(page.reads) <= 2
    assert len(page.then) <= 1
    assert all(operation("GET", read) for read in page.then.values())
    for read in page.reads.values():
        found, _ = operation("GET", path_of(read))
        given = {one["name"]: one["schema"] for one in found.get("parameters", []) if one["in"] == "query"}
        if isinstance(read, Listing):
            assert {*read.fixed, *read.filters, *read.by_id} <= given.keys()
            for name, choices in read.filters.items():
                assert set(choices) <= set(given[name].get("enum", choices))
            assert {given[name]["format"] for name in read.by_id} <= {"uuid"}
        else:
            assert set(re.findall(r"[?&](\w+)=", read)) <= given.keys()


@pytest.mark.parametrize("language", ["lv", "en"])
@pytest.mark.parametrize(("desk", "page"), NAMED)
def test_a_page_shows_what_the_services_answer(everybody, gateway, desk, page, language):
    answering(gateway, page)
    everybody.set_cookie("ila_portal_language", language)
    shown = everybody.get(address(desk, page))
    assert shown.status_code == 200
    structure = Structure(shown.text)
    assert structure.faults == []
    assert len(structure.ids) == len(set(structure.ids))
    assert set(structure.fields) <= structure.labelled
    assert structure.headings.count(1) == 1


@pytest.mark.parametrize(("desk", "page", "deed"), DEEDS)
def test_a_deed_is_shown_where_it_can_be_done_and_does_it_once(everybody, gateway, desk, page, deed):
    answering(gateway, page, **facts_for(page, deed))
    shown = everybody.get(address(desk, page))
    assert f'name="deed" value="{deed.name}"' in shown.text
    found, document = operation(deed.method, deed.path)
    path = deed.path.replace("{organisation_id}", ORGANISATION)
    path = re.sub(r"\{\w+\}", IDENTIFIER, path)
    gateway.answer_write(deed.method, path, {"id": IDENTIFIER} | dict.fromkeys(deed.tells, INSTANT))
    sent = [everybody.post(address(desk, page), data=typed(deed, shown.text)) for _ in range(2)]
    assert {answer.status_code for answer in sent} == ({200} if deed.tells else {303})
    written = [seen for seen in gateway.requests if seen.method == deed.method and seen.path == path]
    assert len({seen.headers["Idempotency-Key"] for seen in written}) == 1
    assert {seen.headers["X-CSRF-Token"] for seen in written} == {"a-csrf-token"}
    if any(one["name"] == "If-Match" and one.get("required") for one in found.get("parameters", [])):
        assert written[0].headers["If-Match"]
    schema = body_schema(found)
    if schema is not None:
        reference = schema | {"components": document["components"]}
        jsonschema.validate(written[0].body, reference)


@pytest.mark.parametrize(("desk", "page", "deed"), DEEDS)
def test_a_deed_asks_for_the_assurance_that_its_service_wants(desk, page, deed):
    found, _ = operation(deed.method, deed.path)
    assert deed.acr == found.get("x-assurance", "low")


@pytest.mark.parametrize(("desk", "page", "deed"), [one for one in DEEDS if one.values[2].acr == "high"])
def test_a_binding_deed_is_no_form_for_who_signed_in_too_weakly(everybody, gateway, desk, page, deed):
    answering(gateway, page, **facts_for(page, deed))
    gateway.acr = "substantial"
    shown = everybody.get(address(desk, page))
    assert f'name="deed" value="{deed.name}"' not in shown.text
    here = address(desk, page).replace("/", "%2F")
    assert f'href="/auth/step-up?acr_values=high&amp;next={here}"' in shown.text


def test_for_all_rows_together_it_is_said_once_what_needs_a_stronger_sign_in(everybody, gateway):
    members = next(page for desk, page in PAGES if (desk.name, page.name) == ("provider", "members"))
    rows = answer_of(path_of(members.reads["members"]), state="active", status="active")
    path = f"/api/identity/v1/organisations/{ORGANISATION}/members"
    gateway.fail(path, 200, rows | {"items": rows["items"] * 3})
    gateway.acr = "substantial"
    shown = everybody.get(f"/provider/{ORGANISATION}/members").text
    assert shown.count("Pirms tam pierakstieties drošāk: Mainīt lomas, Noņemt<") == 1
    assert "Darbības</th>" not in shown
    gateway.acr = "high"
    shown = everybody.get(f"/provider/{ORGANISATION}/members").text
    assert shown.count('name="deed" value="member-end"') == 3
    assert "Darbības</th>" in shown


def typed(deed: Deed, page: str) -> dict:
    """Return what a person types into the form of a deed, with what the page carries along."""
    form = page.partition(f'name="deed" value="{deed.name}"')
    start, end = form[0].rindex("<form"), form[2].index("</form>")
    own = (form[0] + form[1] + form[2])[start : len(form[0]) + len(form[1]) + end]
    hidden = dict(re.findall(r'type="hidden" name="([\w.]+)" value="([^"]*)"', own))
    return hidden | {
        field.name: typed_in(field)
        for field in asked(deed.fields, dict.fromkeys(re.findall(r'name="([^"]+)"', own), "?"))
        if f'name="{field.name}"' in own and field.name not in hidden
    }


def in_row(deed: Deed) -> bool:
    return "{target}" in deed.path or any(field.kind == "target" for field in deed.fields)


def typed_in(field: Field):
    if field.kind == "file":
        return (BytesIO(b"content"), "file.edoc")
    if field.choices:
        return [field.choices[0]] if field.kind == "ticks" else field.choices[0]
    last = field.text.removeprefix("field.")
    return KNOWN.get(last) or TYPED.get(field.kind) or "Teksts"


@pytest.mark.parametrize(("desk", "page", "deed"), [one for one in DEEDS if to_be_typed(one.values[2])])
def test_a_form_that_lacks_something_says_what_and_keeps_the_rest(everybody, gateway, desk, page, deed):
    needed = to_be_typed(deed)
    answering(gateway, page, **facts_for(page, deed))
    form = typed(deed, everybody.get(address(desk, page)).text) | {needed[0].name: ""}
    kept = [one for one in needed[1:] if one.kind in ("text", "area")]
    form |= {one.name: "Saglabāts teksts" for one in kept}
    answer = everybody.post(address(desk, page), data=form)
    assert answer.status_code == 422
    field = f"{deed.name}-{needed[0].name.replace('.', '-')}" + (f"-{IDENTIFIER}" if in_row(deed) else "")
    assert f'href="#{field}"' in answer.text
    assert f'aria-describedby="{field}-' in answer.text
    assert answer.text.count("Saglabāts teksts") >= len(kept)
    assert not [seen for seen in gateway.requests if seen.method not in ("GET",)]


@pytest.mark.parametrize(("desk", "page"), NAMED)
def test_without_a_session_a_desk_leads_to_sign_in(visitor, gateway, desk, page):
    assert visitor.get(address(desk, page)).headers["Location"].startswith("/auth/login?next=")
    assert gateway.requests == []


def test_only_what_a_role_allows_stands_in_the_navigation(learner, gateway):
    gateway.roles = [{"role": "payment_checker", "organisation": None}]
    gateway.fail("/api/funding/v1/claims", 200, json.loads('{"items": [], "next": null}'))
    places = re.findall(r'<nav class="places".*?</nav>', learner.get("/agency").text, re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)"', places) == [
        "/agency",
        "/agency/claims",
        "/agency/payment-runs",
        "/agency/late-changes",
    ]


def test_one_filter_of_a_list_stays_while_another_is_chosen(everybody, gateway):
    gateway.fail("/api/identity/v1/organisations", 200, {"items": [], "next": None})
    shown = everybody.get("/agency/organisations?kind=employer&state=active&after=x&done=y").text
    assert 'href="?kind=employer&amp;state=closed"' in shown
    assert 'href="?state=active&amp;kind=institution"' in shown
    assert 'href="/agency/organisations?kind=employer" >Visi' in shown
    asked = next(one.path for one in gateway.requests if "identity/v1/organisations" in one.path)
    assert "kind=employer&state=active" in asked


def test_nobody_without_a_role_of_the_agency_sees_the_way_there(learner):
    assert 'href="/agency"' not in learner.get("/").text
    assert 'href="/provider"' not in learner.get("/").text
