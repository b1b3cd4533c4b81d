"""From the application to the verified result."""

import time
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import suite
from process import DAY, FUNDING, IDENTITY, LEARNING, PRICE, Process, good, instant, now
from suite import APPLICATIONS


def apply(process: Process, kind: str = "module_set", learner: str | None = None) -> str:
    """Have a learner apply by an own act, and return the application once its place is offered."""
    application = submit(process, kind, learner)
    who = learner or process.learner
    seen = process.wait(who, f"{APPLICATIONS}/{application}", lambda one: one["state"] == "offered")
    checks = [f"{check['text_en']} [{check['source']}]" for check in seen["checks"]]
    process.tell("Found eligible, money held, place offered:", *checks, f"to be accepted by {seen['due_at']}")
    return application


def submit(process: Process, kind: str = "module_set", learner: str | None = None) -> str:
    """Have a learner submit an application; return its id."""
    who, programme = learner or process.learner, process.programmes[kind]
    drafted = _once_told(lambda: process.by(who).post(APPLICATIONS, {"programme_id": programme["id"]}))
    application = good(drafted, 201)["id"]
    body = {
        "confirmed": True,
        "programme_version": programme["version"],
        "quoted_amount": _euros(process, kind),
    }
    path = f"{APPLICATIONS}/{application}/submission"
    submitted = good(_once_told(lambda: process.by(who).post(path, body)), 201)
    process.ids["application"] = application
    receipt = submitted["receipt"]
    process.tell(
        f"{who} applies for «{programme['title_lv']}» by an own act",
        f"application {application}",
        f"receipt no. {receipt['sequence']} of {receipt['received_at']}, SHA-256 {receipt['sha256']}",
    )
    return str(application)


def _once_told(act: Callable[[], Any]) -> Any:
    """Return an answer once applications knows what the catalogue published: it hears of it by event."""
    behind = ("unknown-programme", "applications-not-open-yet", "programme-changed")
    return suite.eventually(act, lambda answer: not any(code in answer.text for code in behind))


def _euros(process: Process, kind: str) -> dict[str, str]:
    return {"amount": str(price(process, kind)), "currency": "EUR"}


def price(process: Process, kind: str) -> Decimal:
    """Return what funding says a programme costs."""
    quote = process.programmes[kind]["shown"]["quote"]
    return suite.euros(good(process.visitor().post(quote["href"], quote["body"]))["amount"])


def accept(process: Process, kind: str = "module_set", learner: str | None = None) -> Any:
    """Have the learner accept the offered place; wait until the money is committed."""
    who, application = learner or process.learner, process.ids["application"]
    body = {
        "confirmed": True,
        "programme_version": process.programmes[kind]["version"],
        "amount": _euros(process, kind),
    }
    accepted = process.do(who, f"{APPLICATIONS}/{application}/acceptance", body)
    holds = f"{FUNDING}/holds?application_id={application}"
    process.wait("auditor", holds, lambda seen: [one["state"] for one in seen["items"]] == ["committed"])
    process.tell(f"{who} accepts the place: {PRICE} EUR committed")
    return accepted


def open_group(process: Process, kind: str = "module_set", **content: Any) -> str:
    """Have the institution plan and open a group; wait until the enrolled learner is in it."""
    body = {
        "programme_id": process.programmes[kind]["id"],
        "title": "1. grupa",
        "maximum": 12,
        "starts_on": str(process.today),
        "ends_on": str(process.today + 60 * DAY),
        "trainer_ids": [process.person_id("newcomer-trainer")],
    } | content
    group = process.do("newcomer-editor", f"{LEARNING}/groups", body, 201)
    process.ids["group"] = group["id"]
    return str(process.do("newcomer-editor", f"{LEARNING}/groups/{group['id']}/opening")["id"])


def start_group(process: Process, members: int = 1) -> None:
    """Form the group once its learners are in it, and start the learning."""
    path = f"{LEARNING}/groups/{process.ids['group']}"
    process.wait("newcomer-editor", path, lambda seen: seen["members"] == members)
    process.do("newcomer-editor", f"{path}/formation")
    started = process.do("newcomer-editor", f"{path}/start")
    process.tell(
        f"Group of {members} formed and started", f"group {process.ids['group']}, state {started['state']}"
    )


def hold_session(process: Process, title: str, hours: int, applications: list[str] | None = None) -> str:
    """Hold a session now: the trainer notes who is there, each learner confirms with the code of the room."""
    group = f"{LEARNING}/groups/{process.ids['group']}"
    start = now() + timedelta(milliseconds=300)
    end = start + timedelta(seconds=1)
    body = {
        "title": title,
        "part": title,
        "starts_at": instant(start),
        "ends_at": instant(end),
        "learning_hours": hours,
    }
    session = process.do("newcomer-trainer", f"{group}/sessions", body, 201)
    path = f"{LEARNING}/sessions/{session['id']}"
    time.sleep(max(0.0, (end - now()).total_seconds()) + 0.05)
    code = process.do("newcomer-trainer", f"{path}/code")["code"]
    present = applications if applications is not None else [process.ids["application"]]
    process.do("newcomer-trainer", f"{path}/attendance", {"present": present})
    process.do(process.learner, f"{path}/confirmation", {"code": code})
    process.tell(f"Session «{title}», {hours} h: attendance by the trainer and by the learner")
    return str(session["id"])


def verify_results(process: Process, passed: bool = True) -> None:
    """Finish the group, enter the results, have the agency verify them."""
    path = f"{LEARNING}/groups/{process.ids['group']}"
    process.do("newcomer-trainer", f"{path}/finish")
    found = process.by("newcomer-trainer").get(path)
    results = [{"application_id": process.ids["application"], "test_passed": passed}]
    entered = process.put(
        "newcomer-trainer", f"{path}/results", {"results": results}, If_Match=found.headers["ETag"]
    )
    verified = process.do(
        "agency-result-verifier", f"{path}/results/verification", {"notes": "Sample looked at."}
    )
    process.tell(
        "Group finished, results entered and verified", f"states {entered['state']}, then {verified['state']}"
    )


def identity_of(process: Process, name: str) -> Any:
    """Return what a persona sees about itself."""
    return process.read(name, f"{IDENTITY}/persons/me")
