"""Signing in more strongly, being signed out, my sessions, and what becomes of what was typed."""

import re

import pytest
from ila_portal.pages.sign_in import REASONS, STRONGER

PROGRAMME = "/programmes/01a20baa-d41f-79e6-925e-c637ea6ffd8d"
APPLY = f"{PROGRAMME}/apply"
APPLICATION = "/applications/01a20baa-0000-7000-8000-0000000000aa"
CONTEST = f"{APPLICATION}/contest"
API = "/api/applications/v1/applications"
THIS, OTHER = "01a20baa-0000-7000-8000-0000000000c1", "01a20baa-0000-7000-8000-0000000000c2"
STEP_UP = "/auth/step-up?acr_values=high&amp;next="


def session(**facts):
    """Return a session as the gateway lists it."""
    return {
        "id": OTHER,
        "created_at": "2026-11-23T08:00:00Z",
        "last_seen_at": "2026-11-23T12:05:09Z",
        "ends_at": "2026-11-23T20:00:00Z",
        "acr": "substantial",
        "browser": "Firefox, Linux",
        "current": False,
    } | facts


def listed(gateway, *sessions) -> None:
    gateway.fail("/auth/sessions", 200, {"items": list(sessions), "next": None})


def hidden(page) -> dict[str, str]:
    """Return the hidden fields of a page's own forms."""
    own = page.text.partition('<main id="main"')[2]
    return dict(re.findall(r'type="hidden" name="([\w.]+)" value="([^"]*)"', own))


def test_before_anything_is_typed_who_signed_in_too_weakly_is_asked_to_do_better(learner, gateway):
    gateway.acr = "substantial"
    page = learner.get(f"{APPLY}?x=1")
    assert "Pirms tam pierakstieties drošāk" in page.text
    assert f'href="{STEP_UP}{APPLY.replace("/", "%2F")}%3Fx%3D1"' in page.text
    assert 'name="confirmed"' not in page.text
    gateway.acr = "high"
    assert 'name="confirmed"' in learner.get(APPLY).text


def test_what_binds_nobody_can_be_done_as_one_is_signed_in(learner, gateway):
    gateway.acr, gateway.state = "low", "offered"
    assert 'name="deed" value="withdrawal"' in learner.get(f"{APPLICATION}/withdraw").text


def test_a_page_that_needs_more_leads_to_a_stronger_sign_in_and_back(learner, gateway):
    gateway.fail("/api/funding/v1/accounts/me", 403, {"code": "assurance-too-low"})
    page = learner.get("/account?lang=en&done=apply")
    assert page.status_code == 403
    assert f'href="{STEP_UP}%2Faccount%3Flang%3Den"' in page.text
    assert "A stronger sign-in is needed" in page.text


@pytest.mark.parametrize(
    ("status", "problem", "says"),
    [
        (429, {"code": "too-many-requests"}, "Pārāk daudz pieprasījumu"),
        (503, {"code": "service-busy"}, "pašlaik ir pārslogota"),
        (504, {"code": "service-timeout"}, "Nezinām, vai jūsu darbība ir paveikta"),
        (503, {"code": "service-unavailable"}, "Platforma pašlaik neatbild"),
    ],
)
def test_a_form_that_could_not_be_sent_is_kept_and_sent_again_once(learner, gateway, status, problem, says):
    gateway.state = "offered"
    form = hidden(learner.get(f"{APPLICATION}/withdraw"))
    gateway.fail_writes(f"/api/applications/v1{APPLICATION}/withdrawal", status, problem, wait=7)
    page = learner.post(f"{APPLICATION}/withdraw", data=form)
    assert page.status_code == (429 if status == 429 else 503)
    assert says in page.text
    assert "error." not in page.text, "a key without its text"
    assert "Mēģiniet vēlreiz pēc 7 s." in page.text
    assert page.headers["Retry-After"] == "7"
    assert hidden(page) == form
    gateway.failures.clear()
    assert learner.post(f"{APPLICATION}/withdraw", data=hidden(page)).status_code == 303
    assert gateway.state == "withdrawn"


def test_what_a_person_wrote_is_kept_as_it_was_written(learner, gateway):
    gateway.state, written = "ineligible", 'Man ir "18"\r\n<gadu> & vairāk'
    form = {"deed": "contest", "key": "k-1", "csrf_token": "a-csrf-token", "reason": written}
    gateway.fail_writes(f"/api/applications/v1{CONTEST}", 429, {"code": "too-many-requests"})
    page = learner.post(CONTEST, data=form)
    assert 'value="Man ir &#34;18&#34;\r\n&lt;gadu&gt; &amp; vairāk"' in page.text


def test_a_page_that_could_not_be_shown_offers_to_try_again(learner, gateway):
    gateway.fail("/api/funding/v1/accounts/me", 429, {"code": "too-many-requests"}, wait=3)
    page = learner.get("/account?lang=en")
    assert (page.status_code, page.headers["Retry-After"]) == (429, "3")
    assert "error." not in page.text, "a key without its text"
    assert 'href="/account?lang=en">Try again' in page.text


def test_a_gateway_that_asks_to_wait_for_nonsense_is_not_quoted(learner, gateway):
    gateway.fail("/api/funding/v1/accounts/me", 503, {}, wait="tomorrow")
    assert learner.get("/account").headers["Retry-After"] == "10"


@pytest.mark.parametrize("ended", ["cookie-is-gone", "session-is-gone"])
def test_a_form_sent_after_the_session_ended_is_kept_while_one_signs_in_beside_it(app, gateway, ended):
    browser = app.test_client()
    if ended == "session-is-gone":
        browser.set_cookie("ila_session", "an-old-one")
    form = {"deed": "contest", "key": "k-1", "csrf_token": "of-the-old-one", "reason": "Man ir 18 gadu."}
    page = browser.post(CONTEST, data=form)
    assert page.status_code == 403
    assert "Jūsu sesija ir beigusies" in page.text
    assert "error." not in page.text, "a key without its text"
    assert 'href="/auth/login?next=%2Fsigned-in" target="_blank"' in page.text
    assert hidden(page) == form
    assert gateway.stored == {}


def test_files_are_not_kept_and_the_page_says_so(visitor):
    form = {"deed": "evidence", "key": "k-1", "evidence": (__file__, "proof.pdf")}
    page = visitor.post(f"{APPLICATION}/evidence", data=form)
    assert "Pievienotās datnes būs jāizvēlas no jauna." in page.text
    assert "evidence" in hidden(page).values()


def test_a_form_that_is_too_large_to_keep_gets_a_plain_page(visitor):
    page = visitor.post(CONTEST, data={"reason": "x" * 27 * 1024 * 1024})
    assert page.status_code == 403
    assert "Sūtīt vēlreiz" not in page.text


def test_my_sessions_are_listed_with_this_one_marked(learner, gateway):
    listed(gateway, session(id=THIS, current=True, acr="high"), session(browser=None))
    page = learner.get("/account/sessions")
    own = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    assert own.count("<tr>") == 2
    assert own.count("Šī sesija") == 1
    for part in ("Firefox, Linux", "Nezināms pārlūks", "23.11.2026. 14:05", "Vidēja", "Augsta"):
        assert part in own
    assert re.findall(r'name="target" value="([^"]+)"', own) == [OTHER]


def test_who_is_signed_in_only_here_is_told_so(learner, gateway):
    listed(gateway, session(id=THIS, current=True))
    assert "Citur jūs neesat pierakstījies." in learner.get("/account/sessions").text


def test_a_session_is_ended_and_the_page_says_so(learner, gateway):
    listed(gateway, session(id=THIS, current=True), session())
    form = hidden(learner.get("/account/sessions"))
    gateway.answer_write("DELETE", f"/auth/sessions/{OTHER}", None)
    answer = learner.post("/account/sessions", data=form)
    assert answer.headers["Location"] == "/account/sessions?done=session-end"
    assert "Sesija ir beigta." in learner.get(answer.headers["Location"]).text
    (ended,) = [seen for seen in gateway.requests if seen.method == "DELETE"]
    assert ended.headers["X-CSRF-Token"] == "a-csrf-token"


def test_signing_out_everywhere_says_first_what_it_means(learner, gateway):
    listed(gateway, session(id=THIS, current=True), session())
    page = learner.get("/account/sessions/everywhere")
    assert "Jūsu sesiju skaits pašlaik: 2." in page.text
    assert '<form method="post" action="/auth/logout">' in page.text.partition("<main")[2]
    assert hidden(page) == {"csrf_token": "a-csrf-token", "everywhere": "true"}


def test_after_signing_out_the_page_says_so_and_shows_the_way_in_again(visitor, gateway):
    here, everywhere = visitor.get("/signed-out"), visitor.get("/signed-out?everywhere=true")
    assert "Šī sesija ir beigta." in here.text
    assert "Visas jūsu sesijas ir beigtas" in everywhere.text
    assert 'href="/account">Pierakstīties no jauna' in here.text
    assert gateway.requests == []


@pytest.mark.parametrize("language", ["lv", "en"])
@pytest.mark.parametrize("reason", REASONS)
def test_why_signing_in_did_not_work_is_said_with_a_way_on(visitor, reason, language):
    page = visitor.get(f"/sign-in/{reason}?next=/account/entries%3Fafter%3Dx&lang={language}")
    assert page.status_code == REASONS[reason]
    assert ("Retry-After" in page.headers) == (REASONS[reason] == 503)
    assert reason not in re.search(r"<h1>(.+)</h1>", page.text)[1]
    way = "/auth/step-up?acr_values=high&amp;" if reason in STRONGER else "/auth/login?"
    back = f'href="{way}next=%2Faccount%2Fentries%3Fafter%3Dx"'
    assert (back in page.text) == (reason != "sign-in-refused")


def test_a_means_that_is_too_weak_is_explained_with_what_to_do(visitor):
    page = visitor.get(f"/sign-in/assurance-not-reached?next={APPLY}")
    assert "Ar šo līdzekli nepietiek" in page.text
    assert "eID karti" in page.text
    assert f'href="{STEP_UP}{APPLY.replace("/", "%2F")}"' in page.text
    assert f'href="{APPLY}">Atpakaļ, kur biju' in page.text


@pytest.mark.parametrize(
    "hostile", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""]
)
def test_the_way_back_never_leads_to_another_site(visitor, hostile):
    page = visitor.get("/sign-in/assurance-not-reached", query_string={"next": hostile})
    assert "evil" not in page.text.partition("<main")[2]
    assert "javascript" not in page.text.partition("<main")[2]
    assert 'href="/">Atpakaļ' in page.text


def test_a_reason_nobody_knows_is_no_page(visitor):
    assert visitor.get("/sign-in/banana").status_code == 404
