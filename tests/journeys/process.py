"""The whole process of a call as a chain of calls through the gateway, each by the person who may make it.

A `Process` is one run: a call of its own, copied from call 1 with its dates laid over today, and an
invented institution that registers itself. Journeys and `make demo` walk the same steps.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property, partial
from typing import Any
from zoneinfo import ZoneInfo

import suite
from citizens import PROCESS, somebody
from ila_stubs.registers.institutions import Institution, Institutions
from suite import Caller, eventually

IDENTITY = "/api/identity/v1"
CATALOG = "/api/catalog/v1"
LEARNING = "/api/applications/v1"
FUNDING = suite.FUNDING
RIGA = ZoneInfo("Europe/Riga")
PRICE = Decimal("608.99")
PDF = "application/pdf"
PAPERS = ("annex_2", "annex_3", "annex_4", "curriculum")
CONTINUING = "Datorsistēmas, datubāzes un datortīkli"
DAY = timedelta(days=1)
Schedule = dict[str, tuple[datetime | None, datetime]]

MODULE = {
    "kind": "module",
    "title_lv": "Sistēmu programmēšana",
    "title_en": "Systems programming",
    "qualification": "Programmēšanas tehniķis",
    "parts": [("Sistēmu programmēšana", "Systems programming", 167)],
}
MODULE_SET = {
    "kind": "module_set",
    "title_lv": "Algoritmi un lokālie tīkli",
    "title_en": "Algorithms and local networks",
    "qualification": "Datorsistēmu tehniķis",
    "continuing_programme": CONTINUING,
    "parts": [
        ("Vienkāršu algoritmu izstrāde", "Design of simple algorithms", 34),
        ("Lokālo tīklu ierīkošana un uzturēšana", "Installation of local networks", 136),
    ],
}
STUDY_COURSE = {
    "kind": "study_course",
    "title_lv": "Datortīkli",
    "title_en": "Computer networks",
    "parts": [("Datortīkli", "Computer networks", 160)],
}


def good(answer: Any, *statuses: int) -> Any:
    """Return the JSON of an answer that must be a success."""
    wanted = statuses or (200, 201, 202)
    assert answer.status_code in wanted, (
        f"{answer.request.method} {answer.url}: {answer.status_code} {answer.text}"
    )
    return answer.json()


def instant(moment: datetime) -> str:
    """Return an instant as the API writes it."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def now() -> datetime:
    """Return the suite's present: the real time, and how far its clock was turned on."""
    try:
        ahead = int((suite.data_dir() / "clock").read_text() or 0)
    except (FileNotFoundError, KeyError):
        ahead = 0
    return datetime.now(UTC) + timedelta(seconds=ahead)


def phase(name: str, opens: datetime, closes: datetime) -> dict[str, str]:
    """Return a phase of a schedule as the API takes it."""
    return {"name": name, "opens_at": instant(opens), "closes_at": instant(closes)}


@dataclass
class Process:
    """One run of the process. Ids appear as the steps are made. The learner is another one each time."""

    patience: float = 0
    parameters: dict[str, Any] = field(default_factory=dict)
    tell: Callable[..., None] = lambda *_: None
    learner: str = field(default_factory=partial(somebody, PROCESS))
    ids: dict[str, str] = field(default_factory=dict)
    programmes: dict[str, dict[str, Any]] = field(default_factory=dict)
    offers: dict[str, dict[str, Any]] = field(default_factory=dict)
    schedule: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    _people: dict[str, Caller] = field(default_factory=dict)

    # -- people

    def by(self, name: str) -> Caller:
        """Return a persona, signed in."""
        if name not in self._people:
            self._people[name] = suite.signed_in(name, self.patience)
        return self._people[name]

    def visitor(self) -> Caller:
        """Return somebody who has not signed in."""
        return Caller(patience=self.patience)

    def sign_in_again(self, *names: str) -> None:
        """Start new sessions, so that roles granted meanwhile hold at once."""
        for name in names:
            self._people.pop(name, None)

    def do(self, name: str, path: str, body: Any = None, *statuses: int) -> Any:
        """Have a persona make a step that must succeed."""
        return good(self.by(name).post(path, body), *statuses)

    def put(self, name: str, path: str, body: Any, **headers: str) -> Any:
        """Have a persona change something, which must succeed."""
        return good(self.by(name).put(path, body, **headers))

    def person_id(self, name: str) -> str:
        """Return the id of a persona."""
        return str(self.read(name, f"{IDENTITY}/persons/me")["id"])

    def read(self, name: str, path: str) -> Any:
        """Return what a persona sees."""
        return good(self.by(name).get(path), 200)

    def wait(self, name: str, path: str, wanted: Callable[[Any], bool], seconds: float = 60) -> Any:
        """Return what a persona sees at a path, once it is as wanted."""
        return eventually(lambda: self.read(name, path), wanted, seconds)

    def viis_number(self) -> str:
        """Return the number of this run's institution in the register of institutions."""
        path = f"{IDENTITY}/organisations/{self.ids['organisation']}"
        return str(self.read("newcomer-admin", path)["viis_number"])

    def institution(self, number: str) -> Institution:
        """Return what the stand-in registers know of an institution."""
        return self._institutions.by_number[number]

    @cached_property
    def _institutions(self) -> Institutions:
        return Institutions.load(self.today)

    @cached_property
    def today(self) -> date:
        """The legal date on which this process runs."""
        return now().astimezone(RIGA).date()

    # -- the call

    def open_call(self) -> str:
        """Publish a copy of call 1 whose offers phase is open now."""
        template = next(
            one
            for one in self.read("agency-call-manager", f"{CATALOG}/calls")["items"]
            if one["code"] == "call-1"
        )
        self.schedule = self._plan()
        code = f"call-1-{uuid.uuid4().hex[:8]}"
        body = {
            "code": code,
            "title_lv": f"1. uzaicinājums, paraugs {code[-8:]}",
            "title_en": f"First call, demonstration {code[-8:]}",
            "based_on": template["id"],
            "phases": [phase(name, *times) for name, times in self.schedule.items()],
            "parameters": self.parameters,
        }
        call = self.do("agency-call-manager", f"{CATALOG}/calls", body)
        self.ids["call"] = call["id"]
        self.do("agency-call-manager-2", f"{CATALOG}/calls/{call['id']}/publication")
        self.tell(f"Call {code} published: a copy of call 1, its dates laid over today", f"id {call['id']}")
        return call["id"]

    def _plan(self) -> dict[str, tuple[datetime, datetime]]:
        """Return all phases one after the other, the offers phase around now."""
        days = {
            "needs_approval": (-20, -19),
            "preparation": (-19, -2),
            "offers": (-1, 1),
            "evaluation": (1, 2),
            "agreements": (2, 3),
            "applications": (3, 30),
            "group_formation": (30, 40),
            "learning": (40, 130),
        }
        start = now()
        return {name: (start + opens * DAY, start + closes * DAY) for name, (opens, closes) in days.items()}

    def reschedule(self, moved: Callable[[datetime], Schedule]) -> None:
        """Have two call managers change the schedule, with a reason; again when it came too late.

        `moved` gives, as of an instant, the new times of phases; None keeps the beginning of one.
        """
        path = f"{CATALOG}/calls/{self.ids['call']}/schedule-changes"
        while True:
            asked = moved(now())
            whole = {
                name: (opens or self.schedule[name][0], closes) for name, (opens, closes) in asked.items()
            }
            rows = [phase(name, *times) for name, times in whole.items()]
            change = good(self._once_free(path, {"phases": rows, "reason": "Demonstration on one day"}))
            confirmed = self.by("agency-call-manager-2").post(f"{path}/{change['id']}/confirmation")
            if not ("schedule-in-the-past" in confirmed.text or "wrong-state" in confirmed.text):
                good(confirmed)
                self.schedule |= whole
                return

    def _once_free(self, path: str, body: Any) -> Any:
        """Return the answer to a proposal, once no earlier one waits for its second person."""
        return eventually(
            lambda: self.by("agency-call-manager").post(path, body),
            lambda answer: "schedule-pending" not in answer.text,
        )
