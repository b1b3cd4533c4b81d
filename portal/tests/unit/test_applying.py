"""Applying, the receipt, the account, and withdrawing."""

import re
import threading

import pytest

PROGRAMME = "01a20baa-d41f-79e6-925e-c637ea6ffd8d"
APPLY = f"/programmes/{PROGRAMME}/apply"
APPLICATION = "/applications/01a20baa-0000-7000-8000-0000000000aa"
API = "/api/applications/v1/applications"


def hidden(page) -> dict[str, str]:
    """Return the hidden fields of a page's own form."""
    own = page.text.partition('<main id="main"')[2]
    return dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', own))


def filled(page) -> dict[str, str]:
    return hidden(page) | {"confirmed": "yes"}


def writes(gateway) -> list:
    return [seen for seen in gateway.requests if seen.method == "POST" and seen.path.startswith(API)]


@pytest.mark.parametrize(
    "path", [APPLY, "/account", "/account/entries", APPLICATION, f"{APPLICATION}/withdraw"]
)
def test_without_a_session_one_is_sent_to_sign_in_and_back(visitor, gateway, path):
    page = visitor.get(path)
    assert page.status_code == 303
    assert page.headers["Location"] == f"/auth/login?next={path.replace('/', '%2F')}"
    assert gateway.requests == []


def test_a_session_that_has_ended_leads_to_sign_in_too(visitor):
    visitor.set_cookie("ila_session", "an-old-one")
    assert visitor.get("/account").headers["Location"] == "/auth/login?next=%2Faccount"


def test_the_form_shows_programme_price_and_dates_before_anything_is_sent(learner, gateway):
    page = learner.get(APPLY)
    assert page.status_code == 200
    assert "Algoritmi un lokālie tīkli" in page.text
    assert "608,99" in page.text
    assert hidden(page).keys() == {"csrf_token", "key", "deed", "programme_version", "quoted_amount"}
    assert writes(gateway) == []


def test_confirming_applies_with_exactly_what_was_shown(learner, gateway):
    answer = learner.post(APPLY, data=filled(learner.get(APPLY)))
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"{APPLICATION}?done=apply"
    created, submitted = writes(gateway)
    assert created.body == {"programme_id": PROGRAMME}
    assert submitted.body == {
        "confirmed": True,
        "programme_version": 3,
        "quoted_amount": {"amount": "608.99", "currency": "EUR"},
    }
    assert created.headers["X-CSRF-Token"] == submitted.headers["X-CSRF-Token"] == "a-csrf-token"


def test_a_double_click_applies_once(learner, gateway):
    form = filled(learner.get(APPLY))
    assert [learner.post(APPLY, data=form).status_code for _ in range(2)] == [303, 303]
    assert len(writes(gateway)) == 4
    assert len(gateway.stored) == 2


def test_the_second_of_two_simultaneous_clicks_waits_for_the_first(learner, gateway):
    form = filled(learner.get(APPLY))
    gateway.fail(API, 409, {"code": "request-in-progress"})
    done = threading.Timer(0.15, gateway.failures.clear)
    done.start()
    assert learner.post(APPLY, data=form).status_code == 303
    done.join()


def test_without_the_tick_nothing_is_sent_and_the_field_is_named(learner, gateway):
    page = learner.post(APPLY, data=hidden(learner.get(APPLY)))
    assert page.status_code == 422
    assert '<a href="#apply-confirmed">' in page.text
    assert 'aria-describedby="apply-confirmed-fault" aria-invalid="true"' in page.text
    assert writes(gateway) == []


def test_a_refusal_shows_its_reason_on_the_form(learner, gateway):
    problem = {"code": "price-changed", "title": "Cena ir mainījusies", "detail": "Pārbaudiet jauno cenu."}
    form = filled(learner.get(APPLY))
    gateway.fail(API, 422, problem)
    page = learner.post(APPLY, data=form)
    assert page.status_code == 422
    assert "Cena ir mainījusies" in page.text
    assert hidden(page)["key"] != form["key"]


def test_a_draft_that_stayed_behind_is_the_one_that_is_submitted(learner, gateway):
    form = filled(learner.get(APPLY))
    gateway.state = "draft"
    gateway.fail_writes(API, 409, {"code": "already-applied"})
    assert learner.post(APPLY, data=form).headers["Location"] == f"{APPLICATION}?done=apply"
    assert gateway.state == "submitted"


def test_who_has_applied_already_is_shown_the_application(learner, gateway):
    form = filled(learner.get(APPLY))
    gateway.state = "offered"
    gateway.fail_writes(API, 409, {"code": "already-applied"})
    assert learner.post(APPLY, data=form).headers["Location"] == f"{APPLICATION}?done=apply"
    assert len(writes(gateway)) == 1


def test_a_draft_can_be_continued(learner, gateway):
    gateway.state = "draft"
    assert f'href="{APPLY}"' in learner.get(APPLICATION).text


def test_a_refused_application_says_why(learner, gateway):
    gateway.state = "ineligible"
    refusal = {"code": "too-young", "rule": "minimum_age", "fact": "age", "text_lv": "Jums vēl nav 18 gadu."}
    path = f"/api/applications/v1{APPLICATION}"
    gateway.fail(path, 200, gateway.answers["application"] | {"state": "ineligible", "refusal": refusal})
    page = learner.get(APPLICATION)
    assert "Jums vēl nav 18 gadu." in page.text
    assert "minimum_age" in page.text


def test_a_form_of_another_session_is_refused_in_plain_words(learner, gateway):
    form = filled(learner.get(APPLY)) | {"csrf_token": "stolen"}
    page = learner.post(APPLY, data=form)
    assert page.status_code == 403
    assert "Veidlapa ir novecojusi" in page.text
    assert gateway.stored == {}


def test_a_form_of_an_earlier_session_comes_back_with_the_proof_of_this_one(learner, gateway):
    form = filled(learner.get(APPLY)) | {"csrf_token": "of-an-earlier-session"}
    page = learner.post(APPLY, data=form)
    assert hidden(page)["csrf_token"] == "a-csrf-token"
    assert " checked" in page.text
    assert learner.post(APPLY, data=filled(page)).status_code == 303


@pytest.mark.parametrize(
    "broken",
    [
        {"programme_version": "three"},
        {"programme_version": "9" * 5000},
        {"key": "k" * 65},
        {"quoted_amount": None},
    ],
)
def test_a_form_that_is_not_ours_is_refused(learner, gateway, broken):
    form = filled(learner.get(APPLY)) | broken
    assert learner.post(APPLY, data={k: v for k, v in form.items() if v is not None}).status_code == 400
    assert writes(gateway) == []


def test_an_act_that_needs_more_assurance_offers_to_sign_in_again(learner, gateway):
    form = filled(learner.get(APPLY))
    gateway.fail(API, 403, {"code": "assurance-too-low", "title": "Nepieciešama drošāka pierakstīšanās"})
    page = learner.post(APPLY, data=form)
    assert page.status_code == 403
    assert "Nepieciešama drošāka pierakstīšanās" in page.text
    assert 'href="/auth/step-up?acr_values=high&amp;next=%2Fsigned-in"' in page.text
    assert hidden(page) == form


def test_the_application_shows_receipt_state_and_timeline(learner, gateway):
    gateway.state = "offered"
    page = learner.get(APPLICATION)
    assert "Nauda jūsu mācībām ir rezervēta" in page.text
    assert "2026. gada 23. novembrī plkst. 14:05" in page.text
    assert "608,99" in page.text
    assert f"{APPLICATION}/withdraw" in page.text
    assert len(gateway.paths()) == 2


def test_the_account_shows_balance_applications_and_the_next_step(learner, gateway):
    gateway.state = "offered"
    page = learner.get("/account")
    for part in ("608,99", "Vieta piedāvāta", "Nauda jūsu mācībām ir rezervēta", 'action="/auth/logout"'):
        assert part in page.text
    assert sorted(gateway.paths()) == [
        "/api/applications/v1/applications",
        "/api/funding/v1/accounts/me",
    ]


def test_the_account_says_how_much_may_be_used_until_when_and_what_others_added(learner, gateway):
    gateway.state = "offered"
    text = learner.get("/account").text.replace("\N{NO-BREAK SPACE}", " ")
    for part in (
        "2 000,00 €",
        "1 391,01 €",
        "30,45 €",
        "SIA «Paraugs»",
        "300,00 €, vēl izlietojami 221,46 €",
    ):
        assert part in text
    assert "<code>01a20baa-0000-7000-8000-000000000001</code>" in text


def test_an_account_without_bounds_or_top_ups_says_nothing_of_them(learner):
    text = learner.get("/account").text
    assert "Cik varu izmantot" not in text
    assert "Ko pielikuši citi" not in text


@pytest.mark.parametrize("language", ["lv", "en"])
def test_an_application_leads_to_the_statement_of_its_price_in_the_language_of_the_page(
    learner, gateway, language
):
    gateway.state = "offered"
    assert f'href="{APPLICATION}/statement"' in learner.get(APPLICATION).text
    gateway.fail("/api/funding/v1/holds", 200, {"items": [{"id": "h-1"}], "next": None})
    answer = learner.get(f"{APPLICATION}/statement?lang={language}")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"/api/funding/v1/holds/h-1/statement.pdf?lang={language}"


def test_an_application_that_holds_no_money_has_no_statement(learner, gateway):
    gateway.state = "offered"
    gateway.fail("/api/funding/v1/holds", 200, {"items": [], "next": None})
    assert learner.get(f"{APPLICATION}/statement").status_code == 404


@pytest.mark.parametrize("language", ["lv", "en"])
def test_the_account_leads_to_its_statement_in_the_language_of_the_page(learner, language):
    page = learner.get(f"/account?lang={language}").text
    assert f'href="/api/funding/v1/accounts/me/statement.pdf?lang={language}"' in page


def test_a_new_account_leads_to_the_catalogue(learner):
    assert "Jums vēl nav pieteikumu" in learner.get("/account").text


def test_the_entries_are_listed_with_amount_and_reason(learner):
    page = learner.get("/account/entries")
    assert "Nauda rezervēta mācībām" in page.text
    assert "608,99" in page.text
    assert 'rel="next"' in page.text


def test_withdrawing_says_first_what_it_means(learner, gateway):
    gateway.state = "offered"
    page = learner.get(f"{APPLICATION}/withdraw")
    assert "rezervētā nauda tūlīt atgriežas" in page.text
    assert writes(gateway) == []


def test_withdrawing_withdraws_once(learner, gateway):
    gateway.state = "offered"
    form = hidden(learner.get(f"{APPLICATION}/withdraw"))
    for _ in range(2):
        answer = learner.post(f"{APPLICATION}/withdraw", data=form)
        assert answer.headers["Location"] == f"{APPLICATION}?done=withdrawal"
    assert gateway.state == "withdrawn"
    assert len(gateway.stored) == 1
    assert f"{APPLICATION}/withdraw" not in learner.get(APPLICATION).text


def test_a_withdrawal_that_comes_too_late_says_why(learner, gateway):
    gateway.state = "offered"
    form = hidden(learner.get(f"{APPLICATION}/withdraw"))
    gateway.fail(
        f"{API}/01a20baa-0000-7000-8000-0000000000aa/withdrawal", 409, {"title": "Mācības jau sākušās"}
    )
    page = learner.post(f"{APPLICATION}/withdraw", data=form)
    assert page.status_code == 422
    assert "Mācības jau sākušās" in page.text
