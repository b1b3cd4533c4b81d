"""The page of a draw: what was committed and revealed, how to recompute it, and one's own rank."""

import html
import re

import pytest

CATALOGUE = "/api/catalog/v1/public/programmes"
CALL = "01a20baa-d41f-7744-8d15-6f86cb649c4b"
APPLICATION = "01a20baa-0000-7000-8000-0000000000aa"


def words(page) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", text)


def test_everybody_sees_what_was_committed_and_revealed_and_how_to_recompute_it(visitor, gateway):
    page = words(visitor.get(f"/draws/{CALL}"))
    told = ("commitment", "source_lv", "entries_sha256", "public_value", "seed", "key_sha256", "list_sha256")
    for name in told:
        assert gateway.draw[name] in page
    assert "Vismaz 20 % no katras programmas vietām paredzēti cilvēkiem no 55 līdz 74 gadu vecumam." in page
    assert "vietas: 20, lozes: 1 234" in page
    command = f"recompute_draw.py draw.json --entries entries.json --commitment {gateway.draw['commitment']}"
    assert command in page
    assert "Jūsu loze" not in page


LATER = {
    "committed": ("pinned_at", "entries_sha256", "entered_at", "public_value"),
    "pinned": ("entered_at", "public_value"),
    "confirmed": (),
}
STEPS = {
    "committed": "The list of entries is fixed and published on",
    "pinned": "Once the public value is known, two officers enter it.",
    "confirmed": "Right after that the lots are drawn",
}


@pytest.mark.parametrize("state", LATER)
def test_the_page_tells_what_happened_so_far_and_what_is_ahead(visitor, gateway, state):
    unknown = (*LATER[state], "seed", "key_sha256", "drawn_at", "list_sha256")
    gateway.draw = gateway.draw | dict.fromkeys(unknown) | {"state": state}
    page = words(visitor.get(f"/draws/{CALL}?lang=en"))
    assert STEPS[state] in page
    assert ("Download entries.json" in page) == (state != "committed")
    assert "Download draw.json" not in page
    assert "None" not in page


def test_the_script_is_handed_out(visitor):
    link = re.search(r'href="(/assets/recompute_draw.py[^"]*)"', visitor.get(f"/draws/{CALL}").text)[1]
    with visitor.get(link) as script:
        assert script.text.startswith("#!/usr/bin/env python3")


def test_before_the_pin_the_places_are_told_and_no_entries(visitor, gateway):
    programmes = [one | {"entries": None} for one in gateway.draw["programmes"]]
    gateway.draw = gateway.draw | {"programmes": programmes}
    assert "places: 20 " in words(visitor.get(f"/draws/{CALL}?lang=en"))


def test_an_application_of_somebody_else_hides_the_draw_from_nobody(learner, gateway):
    gateway.state = "waiting"
    page = learner.get(f"/draws/{CALL}?application=01a20baa-0000-7000-8000-0000000000ab")
    assert page.status_code == 200
    assert "Jūsu loze" not in words(page)


def test_a_learner_comes_from_the_application_and_sees_the_rank(learner, gateway):
    gateway.state = "waiting"
    shown = learner.get(f"/applications/{APPLICATION}")
    link = re.search(r'href="(/draws/[^"]+)"', shown.text)[1].replace("&amp;", "&")
    assert link == f"/draws/{CALL}?application={APPLICATION}"
    page = words(learner.get(link))
    assert "77. kārta no 1 234; vietu skaits: 20" in page
    assert "Jūs gaidāt vietu savas lozes kārtā" in page
    assert "0123456789abcdef0123456789abcdef" in page


def test_a_programme_whose_places_are_drawn_leads_to_the_draw(visitor, gateway):
    programme = gateway.programmes[0]
    path = f"/programmes/{programme['id']}"
    link = f'href="/draws/{programme["call_id"]}"'
    assert link not in visitor.get(path).text
    gateway.fail(f"{CATALOGUE}/{programme['id']}", 200, programme | {"opening_mode": "draw"})
    assert link in visitor.get(path).text


def test_a_call_without_a_draw_is_not_found(visitor, gateway):
    assert visitor.get("/draws/01a20baa-0000-7000-8000-0000000000ff").status_code == 404
