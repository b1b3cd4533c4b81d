"""From the deadline of offers to published programmes: commission, decisions, agreement."""

from datetime import datetime, timedelta
from typing import Any

from process import CATALOG, DAY, Process, Schedule, good, instant, now
from suite import eventually

MEMBERS = ("commissioner-01", "commissioner-02", "commissioner-03")
CHAIR = "commissioner-chair"
CRITERIA = ("administrative", "eligibility", "quality")


def close_offers(process: Process) -> None:
    """End the offers phase in a moment, let evaluation follow, and wait until the offers are with it."""

    def ending(at: datetime) -> Schedule:
        end = at + timedelta(seconds=1)
        return {"offers": (None, end), "evaluation": (end, end + DAY)}

    process.reschedule(ending)
    for offer in process.offers.values():
        path = f"{CATALOG}/offers/{offer['id']}"
        process.wait("newcomer-editor", path, lambda seen: seen["state"] == "in_evaluation")
    process.tell("The offers phase is over (schedule changed by two): offers are locked, evaluation is open")


def decide_offers(process: Process, outcome: str = "approved") -> None:
    """Set up the commission, declare interests, and have the chair decide every offer with reasons."""
    call = f"{CATALOG}/calls/{process.ids['call']}"
    people = {name: process.person_id(name) for name in (*MEMBERS, CHAIR)}
    commission = {"members": [people[name] for name in MEMBERS], "chair": people[CHAIR]}
    found = process.by("agency-call-manager").get(f"{call}/commission")
    tag = {"If_Match": found.headers["ETag"]} if "ETag" in found.headers else {}
    process.put("agency-call-manager", f"{call}/commission", commission, **tag)
    for name in (*MEMBERS, CHAIR):
        declaration = {"organisation_id": process.ids["organisation"], "conflict": False}
        process.do(name, f"{call}/interest-declarations", declaration)
    for kind in process.offers:
        decide(process, kind, outcome)
    process.tell(
        f"A commission of {len(MEMBERS)} and a chair, no conflict: {len(process.offers)} offers {outcome}",
        "each with a reason per criterion",
    )


def decide(process: Process, kind: str, outcome: str) -> Any:
    """Have the chair decide one offer."""
    reasons = [{"criterion": criterion, "text": "Atbilst nolikuma prasībām."} for criterion in CRITERIA]
    path = f"{CATALOG}/offers/{process.offers[kind]['id']}/decision"
    body = {"outcome": outcome, "reasons": reasons}
    answer = eventually(
        lambda: process.by(CHAIR).post(path, body), lambda seen: "register-checks-open" not in seen.text
    )
    return good(answer)


def sign_agreement(process: Process) -> str:
    """Have the agreement prepared, signed by the institution, then by the agency: it is in force."""
    body = {"organisation_id": process.ids["organisation"], "call_id": process.ids["call"]}
    agreement = process.do("agency-contract-officer", f"{CATALOG}/agreements", body, 201)
    path = f"{CATALOG}/agreements/{agreement['id']}"
    process.ids["agreement"] = agreement["id"]
    signed = {"document_sha256": agreement["document_sha256"]}
    for name in ("newcomer-signatory", "agency-signatory"):
        seen = process.do(name, f"{path}/signatures", signed)
    assert seen["state"] == "in_force", seen
    process.tell(
        f"Agreement {agreement['number']} signed by the institution, then by the agency: in force",
        f"document SHA-256 {agreement['document_sha256']}",
    )
    return str(agreement["id"])


def open_applications(process: Process) -> None:
    """Let people apply from now on, and wait until the programmes are in the public catalogue."""

    def opening(at: datetime) -> Schedule:
        days = {"agreements": 1, "applications": 20, "group_formation": 30, "learning": 120}
        return {name: (at, at + many * DAY) for name, many in days.items()}

    process.reschedule(opening)
    for programme in process.programmes.values():
        path = f"{CATALOG}/public/programmes/{programme['id']}"
        seen = process.wait("agency-call-manager", path, lambda one: one["applications_open_at"] <= _soon())
        programme |= {"version": seen["version"], "shown": seen}
    process.tell(
        f"{len(process.programmes)} programmes published; people can apply (schedule changed by two)"
    )


def _soon() -> str:
    return instant(now())


def end_agreement(process: Process, outcome: str, reason: str) -> Any:
    """Have the contract officer end the agreement."""
    body = {"outcome": outcome, "reason": reason}
    path = f"{CATALOG}/agreements/{process.ids['agreement']}/termination"
    return process.do("agency-contract-officer", path, body)
