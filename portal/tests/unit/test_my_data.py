"""My data: who looked at it, in words; the file with everything; being erased."""

import html
import re

ME = "/api/identity/v1/persons/me"
LOOKS, EXPORTS = f"{ME}/access-log", f"{ME}/exports"
PERSON = "01a20baa-0000-7000-8000-000000000001"
OTHER, THIRD = "01a20baa-0000-7000-8000-0000000000b1", "01a20baa-0000-7000-8000-0000000000b2"
EXPORT = "01a20baa-0000-7000-8000-0000000000e1"
INSTANT = "2026-11-23T12:05:09.120000Z"


def look(**facts):
    """Return a look as identity lists it."""
    return {
        "look_id": OTHER,
        "service": "applications",
        "viewed_at": INSTANT,
        "viewer": THIRD,
        "viewer_roles": ["eligibility_officer", "learner"],
        "organisations": [],
        "acting_for": None,
        "purpose": "handling of applications",
        "what": ["application", "evidence"],
    } | facts


def export(**facts):
    """Return an export as identity shows it."""
    return {
        "id": EXPORT,
        "state": "collecting",
        "requested_at": INSTANT,
        "ready_at": None,
        "expires_at": "2026-11-30T12:05:09.120000Z",
        "services": ["identity", "applications", "funding"],
        "waiting_for": ["funding"],
        "size": None,
        "file": None,
    } | facts


def words(page) -> str:
    own = page.text.partition('<main id="main"')[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", own))).replace("\N{NO-BREAK SPACE}", " ")


def looked(gateway, *looks, after=None) -> None:
    gateway.fail(LOOKS, 200, {"items": list(looks), "next": after})


def test_who_looked_is_said_by_role_and_institution_what_for_and_at_what(learner, gateway):
    school = {"id": EXPORT, "title": "Rīgas skola"}
    looked(gateway, look(), look(viewer_roles=["provider_trainer"], organisations=[school]))
    said = words(learner.get("/my-data/looks"))
    assert "23.11.2026. 14:05 atbilstības pārbaudītājs pieteikums, iesniegtie dokumenti" in said
    assert "Pieteikuma izskatīšana" in said
    assert "pasniedzējs Rīgas skola" in said
    assert "izglītojamais" not in said
    assert THIRD not in said


def test_a_machine_is_said_by_its_name_and_a_new_one_by_what_it_calls_itself(learner, gateway):
    looked(
        gateway,
        look(viewer="svc:applications", viewer_roles=["identity.names"], acting_for=THIRD),
        look(viewer="svc:new-part", viewer_roles=[], purpose="a purpose of tomorrow"),
    )
    said = words(learner.get("/my-data/looks"))
    assert "Platforma (pieteikumi un mācības) kādas personas uzdevumā" in said
    assert "svc:new-part" in said
    assert "a purpose of tomorrow" in said


def test_looks_are_filtered_and_paged_and_nobody_s_look_is_said_too(learner, gateway):
    looked(gateway, look(), after="a-cursor")
    page = learner.get("/my-data/looks?service=funding")
    assert f"{LOOKS}?service=funding&limit=25" in [seen.path for seen in gateway.requests]
    assert 'rel="next" href="?service=funding&amp;after=a-cursor"' in page.text
    looked(gateway)
    assert "Jūsu datus pagaidām neviens nav skatījies." in words(learner.get("/my-data/looks"))


def listed(gateway, *exports, after=None) -> None:
    gateway.fail(EXPORTS, 200, {"items": list(exports), "next": after})


def test_exports_are_found_again_with_their_state_and_until_when_they_are_kept(learner, gateway):
    ready = export(id=OTHER, state="ready", waiting_for=[], ready_at=INSTANT, size=12_345, file="/file")
    listed(gateway, export(), ready, export(id=THIRD, state="expired", waiting_for=[]))
    page = learner.get("/my-data/export")
    said = words(page)
    assert "23.11.2026. 14:05 Vācam jūsu datus –" in said
    assert "23.11.2026. 14:05 Datne ir gatava 30.11.2026. 14:04" in said
    assert "23.11.2026. 14:05 Datne ir izdzēsta –" in said
    for one in (EXPORT, OTHER, THIRD):
        assert f'href="/my-data/exports/{one}"' in page.text
    listed(gateway, ready, after="a-cursor")
    assert 'rel="next" href="?after=a-cursor"' in learner.get("/my-data/export").text
    learner.get("/my-data/export?after=a-cursor")
    assert f"{EXPORTS}?limit=25&after=a-cursor" in [seen.path for seen in gateway.requests]
    listed(gateway)
    assert "Jau pieprasītās datnes" not in words(learner.get("/my-data/export"))


def test_who_signed_in_too_weakly_is_led_to_a_stronger_sign_in_and_back_to_the_exports(learner, gateway):
    gateway.fail(EXPORTS, 403, {"code": "assurance-too-low", "title": "–", "detail": "–"})
    page = learner.get("/my-data/export")
    assert page.status_code == 403
    assert "next=%2Fmy-data%2Fexport" in page.text


def test_an_export_leads_to_its_own_address_and_says_which_part_is_awaited(learner, gateway):
    listed(gateway)
    gateway.answer_write("POST", EXPORTS, export())
    form = dict(
        re.findall(
            r'type="hidden" name="(\w+)" value="([^"]+)"',
            learner.get("/my-data/export").text.partition("<main")[2],
        )
    )
    answer = learner.post("/my-data/export", data=form)
    assert answer.headers["Location"] == f"/my-data/exports/{EXPORT}?done=export"
    gateway.fail(f"{EXPORTS}/{EXPORT}", 200, export())
    said = words(learner.get(answer.headers["Location"]))
    assert "Personas un lomas atbildēja" in said
    assert "Nauda gaidām" in said
    assert "Lejupielādēt" not in said


def test_a_ready_export_can_be_taken_until_a_moment_and_an_expired_one_asked_for_anew(learner, gateway):
    file = f"{EXPORTS}/{EXPORT}/file"
    ready = export(state="ready", waiting_for=[], ready_at=INSTANT, size=12_345, file=file)
    gateway.fail(f"{EXPORTS}/{EXPORT}", 200, ready)
    page = learner.get(f"/my-data/exports/{EXPORT}")
    assert f'href="{file}" download>Lejupielādēt (JSON, 13\N{NO-BREAK SPACE}KB)' in page.text
    assert "2026. gada 30. novembrī plkst. 14:04" in words(page)
    gateway.fail(f"{EXPORTS}/{EXPORT}", 200, export(state="expired", waiting_for=[]))
    page = learner.get(f"/my-data/exports/{EXPORT}")
    assert 'href="/my-data/export">Pieprasīt jaunu' in page.text
    assert "atbildēja" not in page.text


def test_an_export_that_is_under_way_already_is_said_on_the_form(learner, gateway):
    problem = {"code": "export-under-way", "title": "Jūsu dati jau tiek apkopoti", "detail": "Pagaidiet."}
    listed(gateway)
    gateway.fail_writes(EXPORTS, 409, problem)
    answer = learner.post(
        "/my-data/export", data={"deed": "export", "key": "a", "csrf_token": "a-csrf-token"}
    )
    assert answer.status_code == 422
    assert "Jūsu dati jau tiek apkopoti" in answer.text


def test_before_erasing_a_person_reads_what_is_withdrawn_kept_and_why(learner, gateway):
    gateway.state = "offered"
    page = learner.get("/my-data/erasure")
    said = words(page)
    assert "Šos pieteikumus atsauks Algoritmi" in said
    assert "Fonda lietas: 5 gadus pēc pēdējā maksājuma" in said
    assert 'name="understood"' in page.text
    gateway.state = None
    assert "Šos pieteikumus atsauks" not in words(learner.get("/my-data/erasure"))


def test_who_still_acts_for_others_is_told_what_to_give_back_first(learner, gateway):
    gateway.roles = [{"role": role, "organisation": None} for role in ("learner", "platform_admin")]
    page = learner.get("/my-data/erasure")
    assert "Jums vēl ir lomas, kurās rīkojaties citu vārdā: platformas administrators." in words(page)
    assert 'name="deed" value="erasure"' not in page.text


def test_nobody_is_erased_who_has_not_said_that_they_understand(learner, gateway):
    form = {"deed": "erasure", "key": "a-key", "csrf_token": "a-csrf-token"}
    answer = learner.post("/my-data/erasure", data=form)
    assert answer.status_code == 422
    assert 'href="#erasure-understood"' in answer.text
    assert not [seen for seen in gateway.requests if seen.method == "POST"]
    gateway.answer_write("POST", f"{ME}/erasure", {"person_id": PERSON, "state": "closed"})
    answer = learner.post("/my-data/erasure", data=form | {"understood": "yes"})
    assert answer.headers["Location"] == "/my-data/erased?done=erasure"


def test_what_happens_after_erasing_is_said_without_a_session(visitor, gateway):
    page = visitor.get("/my-data/erased?done=erasure")
    assert page.status_code == 200
    assert "Jūsu konts ir slēgts" in words(page)
    assert gateway.requests == []
