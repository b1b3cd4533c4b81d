"""The page of an offer: which papers may be attached, and what those that are attached are called."""

import re

import pytest
from api_documents import IDENTIFIER, answer_of

ORGANISATION = "01a20baa-0000-7000-8000-00000000000a"
OFFER = f"/api/catalog/v1/offers/{IDENTIFIER}"
PAGES = [f"/provider/{ORGANISATION}/offers/{IDENTIFIER}", f"/agency/offers/{IDENTIFIER}"]
PAPER = {"subjects": ["offer"], "families": ["courses"], "kinds": [], "required": True, "instead_of": []}


def paper(kind: str, **other) -> dict:
    return PAPER | {"kind": kind, "title_lv": f"{kind} latviski", "title_en": f"{kind} in English"} | other


@pytest.fixture
def institution(learner, gateway):
    """Somebody of an institution and of the agency, before an offer in a call with papers of its own."""
    gateway.roles = [
        {"role": "provider_editor", "organisation": ORGANISATION},
        {"role": "auditor", "organisation": None},
    ]
    offer = answer_of("/api/catalog/v1/offers/{id}") | {"state": "draft", "kind": "module"}
    call = answer_of("/api/catalog/v1/public/calls/{id}") | {
        "kinds": [{"kind": "study_course", "family": "studies"}, {"kind": "module", "family": "courses"}],
        "attachments": [
            paper("method"),
            paper("timetable", kinds=["module"]),
            paper("of_studies", families=["studies"]),
            paper("of_sets", kinds=["module_set"]),
            paper("of_programmes", subjects=["programme"]),
        ],
    }
    attached = answer_of("/api/catalog/v1/offers/{id}/attachments")
    attached["items"] = [attached["items"][0] | {"kind": kind} for kind in ("method", "no_more_asked")]
    gateway.fail(OFFER, 200, offer)
    gateway.fail(f"{OFFER}/attachments", 200, attached)
    gateway.fail(f"/api/catalog/v1/public/calls/{offer['call_id']}", 200, call)
    return learner


@pytest.mark.parametrize(("language", "words"), [("lv", "latviski"), ("en", "in English")])
def test_the_papers_of_the_call_may_be_attached_and_no_others(institution, language, words):
    institution.set_cookie("ila_portal_language", language)
    shown = institution.get(PAGES[0]).text
    choices = re.findall(r'<option value="(\w+)">([^<]+)</option>', shown)
    assert choices == [("method", f"method {words}"), ("timetable", f"timetable {words}")]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("language", "words"), [("lv", "latviski"), ("en", "in English")])
def test_attached_papers_are_called_as_the_call_calls_them(institution, page, language, words):
    institution.set_cookie("ila_portal_language", language)
    names = re.findall(r'/attachments/[^"]+">([^<]+)</a>', institution.get(page).text)
    assert names == [f"method {words}", "no_more_asked"]
