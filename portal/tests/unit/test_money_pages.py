"""The agency's pages of money and calls offer what the services say one may do now, and nothing else."""

import html
import re

import pytest
from api_documents import answer_of
from ila_portal.pages.top_ups import as_sent

ME = "01a20baa-0000-7000-8000-000000000001"
ONE = "01a20baa-0000-7000-8000-0000000000b1"
CALL = f"/api/catalog/v1/calls/{ONE}"
LINE = f"/api/funding/v1/budget-lines/{ONE}"
PERIODS = "/api/funding/v1/periods"
TOP_UPS = f"/api/funding/v1/accounts/{ONE}/top-ups"


@pytest.fixture
def officer(learner, gateway):
    """Somebody who proposes and decides about money and calls."""
    roles = ("rate_manager", "rate_approver", "call_manager")
    gateway.roles = [{"role": role, "organisation": None} for role in roles]
    return learner


def answers(gateway, path: str, template: str, **facts):
    """Have the gateway answer a path as the documents say, with these facts; return that answer."""
    answer = answer_of(template, **facts)
    gateway.fail(path, 200, answer)
    return answer


def deeds(page) -> list[str]:
    """Return the deeds whose forms stand on a page."""
    return [part.partition('"')[0] for part in page.text.split('name="deed" value="')[1:]]


@pytest.mark.parametrize(
    ("actions", "offered"),
    [
        ([], ["top-up"]),
        (["reverse"], ["top-up-reversal", "top-up"]),
        (["confirm", "reverse"], ["top-up-confirmation", "top-up-reversal", "top-up"]),
    ],
)
def test_of_a_top_up_only_that_is_offered_which_its_service_would_do(officer, gateway, actions, offered):
    answers(gateway, TOP_UPS, "/api/funding/v1/accounts/{person_id}/top-ups", state="active", actions=actions)
    answers(gateway, "/api/catalog/v1/public/calls", "/api/catalog/v1/public/calls")
    assert deeds(officer.get(f"/agency/top-ups/{ONE}")) == offered


def call_page(officer, gateway, state, changes=(), **facts):
    """Return the page of a call; `changes` are the changes of its schedule."""
    answers(gateway, CALL, "/api/catalog/v1/calls/{call_id}", state=state, **facts)
    template = "/api/catalog/v1/calls/{call_id}/schedule-changes"
    items = [answer_of(template, **one)["items"][0] for one in changes]
    gateway.fail(f"{CALL}/schedule-changes", 200, {"items": items, "next": None})
    return officer.get(f"/agency/calls/{ONE}")


def test_who_wrote_a_draft_is_told_that_another_person_publishes_it(officer, gateway):
    page = call_page(officer, gateway, "draft", writers=ME, actions=[])
    assert "publication" not in deeds(page)
    assert "publicē cits cilvēks" in page.text
    page = call_page(officer, gateway, "draft", writers="somebody", actions=["publish"])
    assert "publication" in deeds(page)
    assert "publicē cits cilvēks" not in page.text


def test_while_a_change_of_the_schedule_waits_no_other_is_asked_for(officer, gateway):
    mine = {"state": "proposed", "proposed_by": ME, "actions": ["withdraw"]}
    page = call_page(officer, gateway, "published", [mine], actions=["close"])
    assert deeds(page) == ["schedule-withdrawal", "copy"]
    assert "apstiprina cits cilvēks" in page.text
    assert ">Atsaukt izmaiņas<" in page.text
    other = mine | {"proposed_by": "somebody", "actions": ["apply", "withdraw"]}
    page = call_page(officer, gateway, "published", [other], actions=["close"])
    assert deeds(page) == ["schedule-confirmation", "schedule-withdrawal", "copy"]
    assert ">Noraidīt<" in page.text
    page = call_page(officer, gateway, "published", [], actions=["close"])
    assert deeds(page) == ["schedule-change", "copy"]


def line_page(officer, gateway, **pending):
    """Return the page of a budget line; `pending` is what waits for its second person."""
    whole = answer_of("/api/funding/v1/budget-lines/{id}", actions=["pause"])
    whole["pending"] = whole["pending"] | pending if pending else None
    gateway.fail(LINE, 200, whole)
    answers(gateway, f"{LINE}/meter", "/api/funding/v1/budget-lines/{id}/meter")
    changes = "/api/funding/v1/budget-line-changes"
    answers(gateway, changes, changes)
    return officer.get(f"/agency/budget/{ONE}")


def test_while_a_change_of_a_line_waits_it_is_decided_and_no_other_asked_for(officer, gateway):
    assert deeds(line_page(officer, gateway)) == ["limit", "rules", "line-pause"]
    page = line_page(officer, gateway, proposed_by=ME, actions=["withdraw"])
    assert deeds(page) == ["line-withdrawal", "line-pause"]
    assert ">Atsaukt izmaiņas<" in page.text
    page = line_page(officer, gateway, proposed_by="somebody", actions=["approve", "withdraw"])
    assert deeds(page) == ["line-approval", "line-withdrawal", "line-pause"]
    assert ">Noraidīt<" in page.text
    assert "apstiprina cits cilvēks" not in page.text


@pytest.mark.parametrize(("by", "said"), [(ME, "slēdz cits cilvēks"), ("somebody", "Apskatiet summas")])
def test_a_month_that_is_proposed_leads_to_its_page_and_is_not_proposed_again(officer, gateway, by, said):
    answers(gateway, PERIODS, PERIODS)
    following = answers(gateway, f"{PERIODS}/next", f"{PERIODS}/next", proposed_by=by)
    page = officer.get("/agency/periods")
    assert deeds(page) == []
    assert said in page.text
    assert f'href="/agency/periods/{following["proposal"]["id"]}"' in page.text
    gateway.fail(f"{PERIODS}/next", 200, following | {"proposal": None})
    assert deeds(officer.get("/agency/periods")) == ["period"]


RULES = {"csrf_token": "a-csrf-token", "key": "k.rules", "deed": "rules"}


def filled_in(page) -> dict[str, str]:
    """Return what stands in the fields of a page, by their names."""
    fields = re.findall(r'<input[^>]* value="([^"]*)"[^>]* name="([^"]*)"', page.text)
    return {name: value for value, name in fields}


def test_a_row_is_added_to_the_rules_and_what_was_typed_stays(officer, gateway):
    before = filled_in(line_page(officer, gateway))
    assert before["alarm_shares.1"] == ""
    assert "alarm_shares.2" not in before
    typed = {"alarm_shares.0": "x", "alarm_shares.1": "95", "exempt.0": "territory:0010000"}
    page = officer.post(
        f"/agency/budget/{ONE}", data=RULES | typed | {"more": "alarm_shares", "reason": "Jo."}
    )
    assert page.status_code == 200
    assert ">Jo.</textarea>" in page.text
    assert 'class="govuk-error-summary"' not in page.text
    assert typed | {"alarm_shares.2": ""} == {
        name: value for name, value in filled_in(page).items() if name in typed or "shares.2" in name
    }
    assert "Brīdināt, procentos no limita (3.)" in page.text
    assert "exempt.1" not in filled_in(page)
    assert [seen.method for seen in gateway.requests if seen.method != "GET"] == []


@pytest.mark.parametrize(("rows", "more"), [(49, 50), (50, 50), (500, 50)])
def test_no_more_rows_are_added_than_the_service_takes(officer, gateway, rows, more):
    line_page(officer, gateway)
    typed = {f"alarm_shares.{number}": "" for number in range(rows)}
    page = officer.post(f"/agency/budget/{ONE}", data=RULES | typed | {"more": "alarm_shares"})
    assert page.text.count('name="alarm_shares.') == more
    assert 'name="more" value="alarm_shares"' not in page.text


def test_a_row_of_something_else_is_no_form_of_ours(officer, gateway):
    line_page(officer, gateway)
    for name in ("", "reason", "pause_share", "<b>"):
        assert officer.post(f"/agency/budget/{ONE}", data=RULES | {"more": name}).status_code == 400


@pytest.mark.parametrize(
    "typed", [ONE, f"http://127.0.0.1:8080/programmes/{ONE}", f"/programmes/{ONE}/?lang=en"]
)
def test_a_top_up_is_kept_for_programmes_told_by_number_or_by_the_address_of_their_page(typed):
    assert as_sent({"programme_ids": [typed]}) == {"programme_ids": [ONE]}
    assert as_sent({}) == {"programme_ids": []}


def test_a_programme_that_is_none_of_the_call_is_said_at_its_field_and_stays(officer, gateway):
    answers(gateway, TOP_UPS, "/api/funding/v1/accounts/{person_id}/top-ups", state="active", actions=[])
    calls = answers(gateway, "/api/catalog/v1/public/calls", "/api/catalog/v1/public/calls")
    fault = {"code": "unknown-programme", "errors": {"/programme_ids": ["not of this call"]}}
    gateway.fail_writes(TOP_UPS, 422, fault)
    form = {"csrf_token": "a-csrf-token", "key": "k.top-up", "deed": "top-up", "funder_name": "Fonds"}
    form |= {"call_id": calls["items"][0]["id"], "amount": "10,00", "valid_through": "2027-01-01"}
    page = officer.post(f"/agency/top-ups/{ONE}", data=form | {"programme_ids.0": ONE})
    assert page.status_code == 422
    assert 'href="#top-up-programme_ids-0"' in page.text
    assert {"programme_ids.0": ONE, "amount": "10,00"}.items() <= filled_in(page).items()


@pytest.mark.parametrize(
    "amount",
    ["", "608,999", "NaN", "1e9", "-", "9" * 13, "∞", "٣", '"><script>alert(1)</script>', "x" * 5000],
)
def test_an_amount_that_is_none_is_said_at_its_field_and_stays_as_it_was_typed(officer, gateway, amount):
    line_page(officer, gateway)
    form = {"csrf_token": "a-csrf-token", "key": "k.limit", "deed": "limit", "reason": "Jo."}
    page = officer.post(f"/agency/budget/{ONE}", data=form | {"limit": amount})
    assert page.status_code == 422
    assert 'href="#limit-limit"' in page.text
    assert html.unescape(filled_in(page)["limit"]) == amount
    assert ">Jo.</textarea>" in page.text
    assert [seen.method for seen in gateway.requests if seen.method != "GET"] == []


@pytest.mark.parametrize(("field", "typed"), [("limit", "-1,00"), ("reason", "x" * 1001)])
def test_what_the_service_alone_refuses_is_said_at_its_field_too(officer, gateway, field, typed):
    line_page(officer, gateway)
    gateway.fail_writes(f"{LINE}/limit", 422, {"code": "invalid-request", "errors": {f"/{field}": ["x"]}})
    form = {"csrf_token": "a-csrf-token", "key": "k.limit", "deed": "limit", "reason": "Jo.", "limit": "5"}
    page = officer.post(f"/agency/budget/{ONE}", data=form | {field: typed})
    assert page.status_code == 422
    assert f'href="#limit-{field}"' in page.text
    assert typed in page.text
