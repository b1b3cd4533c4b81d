"""The page of a draw: what was committed and revealed, how to recompute it, and one's own rank."""

import html
import re

CALL = "01a20baa-d41f-7744-8d15-6f86cb649c4b"
APPLICATION = "01a20baa-0000-7000-8000-0000000000aa"


def words(page) -> str:
    text = html.unescape(re.sub(r"<[^>]+>", " ", page.text)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", text)


def test_everybody_sees_what_was_committed_and_revealed_and_how_to_recompute_it(visitor, gateway):
    page = words(visitor.get(f"/draws/{CALL}"))
    for shown in (gateway.draw["commitment"], gateway.draw["seed"], gateway.draw["list_sha256"]):
        assert shown in page
    assert "Vismaz 20 % no katras programmas vietām paredzēti cilvēkiem no 55 līdz 74 gadu vecumam." in page
    assert "vietas: 20, lozes: 1 234" in page
    assert f"recompute_draw.py draw.json --commitment {gateway.draw['commitment']}" in page
    assert "Jūsu loze" not in page


def test_before_the_draw_only_the_commitment_is_shown_and_when_it_takes_place(visitor, gateway):
    programmes = [one | {"entries": None} for one in gateway.draw["programmes"]]
    gateway.draw = gateway.draw | {"seed": None, "drawn_at": None, "list_sha256": None}
    gateway.draw |= {"state": "committed", "programmes": programmes}
    page = words(visitor.get(f"/draws/{CALL}?lang=en"))
    assert "The draw takes place on" in page
    assert "Download the list" not in page
    assert "places: 20" in page


def test_a_learner_comes_from_the_application_and_sees_the_rank(learner, gateway):
    gateway.state = "waiting"
    shown = learner.get(f"/applications/{APPLICATION}")
    link = re.search(r'href="(/draws/[^"]+)"', shown.text)[1].replace("&amp;", "&")
    assert link == f"/draws/{CALL}?application={APPLICATION}"
    page = words(learner.get(link))
    assert "77. kārta no 1 234; vietu skaits: 20" in page
    assert "Jūs gaidāt vietu savas lozes kārtā" in page
    assert "0123456789abcdef0123456789abcdef" in page


def test_a_call_without_a_draw_is_not_found(visitor, gateway):
    assert visitor.get("/draws/01a20baa-0000-7000-8000-0000000000ff").status_code == 404
