"""A process that is killed loses no acknowledged write: `kill -9` of each one while people apply."""

import json
import os
import signal
import threading
import time
import uuid
from pathlib import Path

import pytest
import requests
import suite
from citizens import KILLS, named

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
SPARED = {"runner"}


STORES = {"postgres", "valkey"}


def processes() -> dict[str, dict]:
    """Return process id and port of each role of the suite."""
    rows = json.loads((Path(os.environ["ILA_DATA_DIR"]) / "run.json").read_text())
    return {row["role"]: row for row in rows if row["role"] not in SPARED}


def ready(role: str) -> bool:
    """Tell whether a process says that it is ready for work; stores are when those who use them are."""
    try:
        port = processes()[role]["port"]
        return requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=5).ok
    except (requests.RequestException, KeyError):
        return False


def kill(role: str) -> float:
    """Kill a process; return the seconds until everything is ready again, this role as a new process."""
    before = processes()[role]["pid"]
    os.kill(before, signal.SIGKILL)
    started = time.monotonic()

    def again() -> bool:
        roles = processes()
        return roles.get(role, {"pid": before})["pid"] != before and all(map(ready, roles.keys() - STORES))

    suite.eventually(again, wanted=True, seconds=60)
    return time.monotonic() - started


class Applicant(threading.Thread):
    """Applies, submits and withdraws over and over; repeats under the same key what was not answered."""

    def __init__(self, persona: str, wanted: dict):
        super().__init__()
        self.learner, self.wanted = suite.persona(persona), wanted
        suite.clear(self.learner)
        self.over = threading.Event()
        self.withdrawn: list[str] = []
        self.odd: list[str] = []

    def run(self) -> None:
        """Make rounds until it is over; the last one is made to its end."""
        while not self.over.is_set():
            application = self._post(suite.APPLICATIONS, {"programme_id": self.wanted["id"]}).json()["id"]
            path = f"{suite.APPLICATIONS}/{application}"
            self._post(f"{path}/submission", {"confirmed": True, "programme_version": self.wanted["version"]})
            self._post(f"{path}/withdrawal", {})
            self.withdrawn.append(application)

    def _post(self, path: str, body: dict) -> requests.Response:
        """Send until there is an answer that stands; note answers that nobody should ever get."""
        key = str(uuid.uuid4())
        while True:
            try:
                answer = self.learner.post(path, body, key)
            except requests.RequestException:
                time.sleep(0.1)
                continue
            if answer.status_code < 300:
                return answer
            if answer.status_code not in (409, 502, 503, 504):
                self.odd.append(f"{path}: {answer.status_code} {answer.text}")
            time.sleep(0.1)


def line(call_id: str) -> dict:
    """Return the budget line of call 1."""
    return suite.persona("agency-rate-manager").read(f"/api/funding/v1/budget-lines?call_id={call_id}")[
        "items"
    ][0]


def works(applicants: list[Applicant]) -> None:
    """Wait until every applicant got a round done after this moment."""
    before = [len(one.withdrawn) for one in applicants]
    suite.eventually(
        lambda: all(len(one.withdrawn) > count for one, count in zip(applicants, before, strict=True)),
        wanted=True,
        seconds=60,
    )


def test_kill_of_any_process_loses_no_acknowledged_write():
    wanted = suite.programme("module_set")
    applicants = [Applicant(named(number), wanted) for number in KILLS]
    held = suite.eventually(
        lambda: line(wanted["call_id"])["held"], lambda seen: seen == line(wanted["call_id"])["held"]
    )
    for one in applicants:
        one.start()
    try:
        for role in processes():
            works(applicants)
            print(f"{role}: killed, all ready again after {kill(role):.1f} s")
            works(applicants)
    finally:
        for one in applicants:
            one.over.set()
        for one in applicants:
            one.join()

    assert [odd for one in applicants for odd in one.odd] == []
    for one in applicants:
        listed = one.learner.read(f"{suite.APPLICATIONS}?state=withdrawn&limit=200")["items"]
        assert set(one.withdrawn[-200:]) <= {shown["id"] for shown in listed} | set(one.withdrawn[:-200])
    suite.eventually(lambda: line(wanted["call_id"])["held"], held, 90)
    auditor = suite.persona("auditor")
    ledger = auditor.read("/api/funding/v1/ledger/verification")
    assert ledger["verified"]
    assert suite.euros(ledger["sum"]) == 0
    for service in ("identity", "catalog", "applications", "funding"):
        assert auditor.read(f"/api/{service}/v1/audit-events/verification")["intact"]
        assert auditor.read(f"/api/{service}/v1/operations/dead-letters")["items"] == []
