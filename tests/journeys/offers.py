"""From a place to a submitted offer."""

from collections.abc import Callable
from typing import Any

from process import CATALOG, DAY, PAPERS, PDF, Process, good
from suite import eventually


def prepare_place(process: Process) -> str:
    """Enter a place of learning, and wait until the register of institutions knows its address."""
    organisation = process.ids["organisation"]
    address = process.institution(process.viis_number()).addresses[0]
    body = {"organisation_id": organisation, "text": address}
    path = f"{CATALOG}/places"
    place = good(_eventually_known(process, lambda: process.by("newcomer-editor").post(path, body)), 201)
    listed = process.wait(
        "newcomer-editor",
        f"{path}?organisation_id={organisation}",
        lambda seen: all(one["state"] == "matched" for one in seen["items"]),
    )
    assert any(one["id"] == place["id"] for one in listed["items"]), listed
    process.ids["place"] = place["id"]
    process.tell(f"Place matched in the register: {body['text']}", f"place {place['id']}")
    return str(place["id"])


def _eventually_known(process: Process, act: Callable[[], Any]) -> Any:
    """Return an answer once the institution's approval has reached the catalogue by its event."""
    return eventually(act, lambda answer: "unknown-provider" not in answer.text)


def prepare_programme(process: Process, content: dict[str, Any]) -> dict[str, Any]:
    """Enter a programme with its papers, and complete it."""
    call = good(process.by("newcomer-editor").get(f"{CATALOG}/public/calls/{process.ids['call']}"))
    need = next(one for one in call["learning_needs"] if one["area"] == 5)
    body = {
        "organisation_id": process.ids["organisation"],
        "call_id": process.ids["call"],
        "kind": content["kind"],
        "title_lv": content["title_lv"],
        "title_en": content["title_en"],
        "description_lv": "Izglītojamie apgūst tēmu praktiski, mācību laboratorijā.",
        "description_en": "Learners study the subject hands-on, in the laboratory.",
        "parts": [
            {"title": lv, "title_en": en, "hours": hours, "digital_hours": hours}
            for lv, en, hours in content["parts"]
        ],
        "continuing_programme": content.get("continuing_programme"),
        "qualification": content.get("qualification"),
        "licence_number": _licence(process, content),
        "digcomp": [{"area": 5, "level": 5}],
        "learning_outcomes": [{"lv": "Atrisina uzdevumu patstāvīgi.", "en": "Solves a task alone."}],
        "learning_need_id": need["id"],
        "place_id": process.ids["place"],
        "mode": "in_person",
        "language": "lv",
        "places": content.get("places", 12),
        "starts_on": str(process.today),
        "ends_on": str(process.today + 90 * DAY),
    }
    made = process.do("newcomer-editor", f"{CATALOG}/programmes", body, 201)
    process.programmes[content["kind"]] = made
    return dict(process.do("newcomer-editor", f"{CATALOG}/programmes/{made['id']}/completion"))


def _licence(process: Process, content: dict[str, Any]) -> str:
    """Return the number of the institution's licence that the programme belongs to."""
    wanted = content.get("qualification")
    licences = process.institution(process.viis_number()).licences
    return next(one.number for one in licences if one.qualification == wanted)


def begin_offer(process: Process, kind: str, papers: bool = False) -> dict[str, Any]:
    """Draft an offer of a programme; with its papers when wished."""
    body = {
        "organisation_id": process.ids["organisation"],
        "call_id": process.ids["call"],
        "programme_id": process.programmes[kind]["id"],
    }
    offer = process.do("newcomer-editor", f"{CATALOG}/offers", body, 201)
    path = f"{CATALOG}/offers/{offer['id']}"
    for paper in PAPERS if papers else ():
        file = (f"{paper}.pdf", f"%PDF-1.7 {paper}".encode(), PDF)
        good(process.by("newcomer-editor").upload(f"{path}/attachments", {"kind": paper}, file=file), 201)
    if papers:
        _confirm(process, path)
    return dict(offer)


def submit_offer(process: Process, kind: str) -> dict[str, Any]:
    """Draft an offer with its papers and have the signatory submit it."""
    offer = begin_offer(process, kind, papers=True)
    path = f"{CATALOG}/offers/{offer['id']}/submission"
    submitted = process.do("newcomer-signatory", path, None, 201)
    process.offers[kind] = submitted
    receipt = submitted["receipt"]
    process.tell(
        f"Offer submitted: {process.programmes[kind]['title_lv']} ({kind})",
        f"receipt no. {receipt['sequence']} of {receipt['received_at']}, SHA-256 {receipt['sha256']}",
    )
    return dict(submitted)


def _confirm(process: Process, path: str) -> None:
    editor = process.by("newcomer-editor")
    found = editor.get(path)
    body = {"funding_source": "RRF 2.3.1.4.i", "confirmed": True}
    good(editor.put(path, body, If_Match=found.headers["ETag"]))
