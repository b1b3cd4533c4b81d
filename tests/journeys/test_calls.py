"""A second call, unlike call 1, made over the front door alone: from its families to an offer's receipt."""

import hashlib
import uuid
from itertools import pairwise
from typing import Any

import institutions
import offers
import pytest
import suite
import walk
from process import CATALOG, DAY, PDF, Process, good, instant, now, phase

pytestmark = [pytest.mark.journey, pytest.mark.timeout(300)]
MANAGER, COUNCIL = "agency-call-manager", "agency-council-member"
FAMILY = "professional_development"
SOURCE = "ESF+ 9.9.9"
REGULATIONS = b"%PDF-1.7 nolikums 2"
TEXTS = {"text_lv": "Prasība.", "text_en": "A requirement."}
CONTENT = {
    "funding_source": SOURCE,
    "activity": "upskilling",
    "kinds": [
        {"kind": "module", "family": FAMILY, "title_lv": "Modulis", "title_en": "Module", "quota": 1},
    ],
    "requirements": [
        {
            "code": "digcomp_level",
            "rule": "P-1",
            "families": [FAMILY],
            "values": {"lowest_level": 1, "highest_level": 3},
            **TEXTS,
        },
        {"code": "digital_share", "rule": "P-2", "families": [FAMILY], "values": {"percent": 40}, **TEXTS},
        {"code": "approved_need", "rule": "P-3", "families": [FAMILY], "values": {}, **TEXTS},
    ],
    "attachments": [
        {
            "kind": "letter_of_intent",
            "title_lv": "Nodomu vēstule",
            "title_en": "Letter of intent",
            "families": [FAMILY],
            "subjects": ["offer"],
            "required": True,
        }
    ],
    "checklist": [{"code": "usefulness", "part": "quality", "points": 40, **TEXTS}],
}
NEED = {
    "areas": [
        {"area": 1, "lowest_level": 1, "highest_level": 3},
        {"area": 4, "lowest_level": 2, "highest_level": 3},
    ],
    "text_lv": "Dati un drošība darbā",
    "text_en": "Data and safety at work",
    "source": "Padomes protokols",
}


@pytest.fixture(scope="module")
def process() -> Process:
    """An institution that may offer, and no call yet."""
    process = walk.new_process(patience=30)
    institutions.register(process)
    institutions.appoint_members(process)
    offers.prepare_place(process)
    return process


def test_a_second_call_goes_its_way_without_code(process: Process) -> None:
    call = published(process)
    public = f"{CATALOG}/public/calls/{call['id']}"

    need = approved_need(process, call["id"])
    answered(process, call["id"])
    document = added_document(process, call["id"])
    recorded(process, call["id"])
    programme, offer = offered(process, call["id"], need)

    shown = process.visitor().read(public)
    assert [one["family"] for one in shown["kinds"]] == [FAMILY]
    assert need in {one["id"] for one in shown["learning_needs"]}
    assert document in {one["id"] for one in shown["documents"]}
    assert shown["version"] > call["version"]
    assert programme["family"] == FAMILY
    assert offer["receipt"]["sequence"] > 0
    closure = process.by(MANAGER).post(f"{CATALOG}/calls/{call['id']}/closure")
    assert (closure.status_code, closure.json()["code"]) == (409, "call-still-runs")


def published(process: Process) -> dict[str, Any]:
    """Draft the call by the pattern of call 1 with everything else decided otherwise, and publish it."""
    listed = process.read(MANAGER, f"{CATALOG}/calls?code=call-1")["items"]
    days = (-20, -19, -1, 1, 2, 3, 30, 40, 130)
    names = [one["name"] for one in listed[0]["phases"]]
    body = {
        "code": f"second-{uuid.uuid4().hex[:8]}",
        "title_lv": "Pilnveides uzaicinājums",
        "title_en": "Call for professional development",
        "based_on": listed[0]["id"],
        "with_needs": False,
        "phases": [
            phase(name, now() + opens * DAY, now() + closes * DAY)
            for name, (opens, closes) in zip(names, pairwise(days), strict=True)
        ],
        "parameters": {"opening_mode": "draw", "group_minimum": 3},
    }
    draft = process.do(MANAGER, f"{CATALOG}/calls", body | CONTENT, 201)
    assert draft["learning_needs"] == []
    return dict(process.do("agency-call-manager-2", f"{CATALOG}/calls/{draft['id']}/publication", None, 201))


def approved_need(process: Process, call: str) -> str:
    """Have the agency propose a need and the council approve it."""
    path = f"{CATALOG}/calls/{call}/learning-needs"
    need = process.do(MANAGER, path, NEED, 201)
    own = process.by(MANAGER).post(f"{path}/{need['id']}/approval")
    assert own.status_code == 403
    approved = process.do(COUNCIL, f"{path}/{need['id']}/approval", None, 201)
    assert approved["approved_on"] == str(process.today)
    return str(need["id"])


def answered(process: Process, call: str) -> None:
    """Have the institution ask, and the agency answer for everybody."""
    path, text = f"{CATALOG}/calls/{call}/questions", "Vai moduli drīkst īstenot vakaros?"
    asked = process.do("newcomer-editor", path, {"text": text}, 201)
    process.do(MANAGER, f"{path}/{asked['id']}/answer", {"text_lv": "Drīkst.", "text_en": "One may."}, 201)
    read = process.visitor().get(f"{CATALOG}/public/calls/{call}/questions")
    assert [(one["question"], one["answer"]["text_en"]) for one in read.json()["items"]] == [
        (text, "One may.")
    ]
    assert process.person_id("newcomer-editor") not in read.text


def added_document(process: Process, call: str) -> str:
    """Add a second version of the regulations, which everybody can read."""
    form = {
        "kind": "call_regulations",
        "title_lv": "Nolikums",
        "title_en": "Regulations",
        "dated": str(process.today),
        "source": "Aģentūra",
    }
    file = ("nolikums.pdf", REGULATIONS, PDF)
    added = good(process.by(MANAGER).upload(f"{CATALOG}/calls/{call}/documents", form, file=file), 201)
    assert (added["document_version"], added["sha256"]) == (2, hashlib.sha256(REGULATIONS).hexdigest())
    read = process.visitor().get(f"{CATALOG}/public/calls/{call}/documents/{added['id']}")
    assert read.content == REGULATIONS
    assert read.headers["Content-Disposition"].startswith("attachment")
    return str(added["id"])


def recorded(process: Process, call: str) -> None:
    """Record an offer that came by post and went back unopened."""
    path, came = f"{CATALOG}/calls/{call}/outside-offers", now() - DAY
    entry = {
        "channel": "post",
        "received_at": instant(came),
        "sender_title": "Paraugu skola",
        "returned_at": instant(came + DAY / 24),
        "returned_by": "Lietvedība",
    }
    assert process.do(MANAGER, path, entry, 201)["state"] == "returned_unopened"
    assert process.by("newcomer-editor").get(path).status_code == 403


def offered(process: Process, call: str, need: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Offer a module that call 1 would refuse in every respect; return programme and submitted offer."""
    body = {
        "organisation_id": process.ids["organisation"],
        "call_id": call,
        "kind": "module",
        "title_lv": "Datu drošība darbā",
        "title_en": "Data safety at work",
        "description_lv": "Praktiskas nodarbības.",
        "description_en": "Hands-on lessons.",
        "parts": [{"title": "Drošība", "title_en": "Safety", "hours": 10, "digital_hours": 4}],
        "digcomp": [{"area": 1, "level": 2}, {"area": 4, "level": 3}],
        "learning_outcomes": [{"lv": "Sargā datus.", "en": "Protects data."}],
        "learning_need_id": need,
        "place_id": process.ids["place"],
        "mode": "in_person",
        "language": "lv",
        "places": 12,
        "starts_on": str(process.today + 40 * DAY),
        "ends_on": str(process.today + 90 * DAY),
    }
    programme = process.do("newcomer-editor", f"{CATALOG}/programmes", body, 201)
    assert programme["problems"] == []
    process.do("newcomer-editor", f"{CATALOG}/programmes/{programme['id']}/completion")
    named = {"organisation_id": process.ids["organisation"], "call_id": call, "programme_id": programme["id"]}
    draft = process.do("newcomer-editor", f"{CATALOG}/offers", named, 201)
    path = f"{CATALOG}/offers/{draft['id']}"
    written = {"funding_source": SOURCE, "confirmed": True}
    good(process.by("newcomer-editor").put(path, written, If_Match='"1"'))
    refused = process.by("newcomer-signatory").post(f"{path}/submission")
    assert refused.json()["code"] == "attachment-missing"
    letter = ("vestule.pdf", b"%PDF-1.7 nodoms", PDF)
    editor: suite.Caller = process.by("newcomer-editor")
    foreign = editor.upload(f"{path}/attachments", {"kind": "annex_2"}, file=letter)
    assert foreign.json()["code"] == "file-kind-not-taken"
    good(editor.upload(f"{path}/attachments", {"kind": "letter_of_intent"}, file=letter), 201)
    return programme, process.do("newcomer-signatory", f"{path}/submission", None, 201)
