"""Fakes of applications' stores, of identity, and a small world to apply in."""

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from fakes_draws import FakeDraws
from ila_applications.consumers import RECHECK, FactsJob
from ila_applications.domain.applications import (
    Acceptance,
    Application,
    Case,
    Change,
    Content,
    Evidence,
    Happening,
    Receipt,
)
from ila_applications.domain.eligibility import PersonFacts
from ila_applications.domain.groups import Group, Reach
from ila_applications.domain.messages import Letter, Message
from ila_applications.domain.offerings import Call, Offering, Part, Programme
from ila_applications.domain.profiles import Profile
from ila_applications.domain.results import Result
from ila_applications.domain.sessions import Attendance, Session
from ila_applications.domain.states import IN_GROUP, LIVE, UNCHECKED, WITH_PLACE
from ila_applications.group_ports import GroupPage
from ila_applications.message_ports import MessagePage
from ila_applications.ports import CasePage, Deps
from ila_applications.usecases.acceptance import AcceptPlace, accept_place
from ila_applications.usecases.applications import (
    BeginApplication,
    SubmitApplication,
    begin_application,
    submit_application,
)
from ila_applications.usecases.funds import offer_place
from ila_applications.usecases.offerings import learn_call, learn_programme
from ila_kit.actor import EVERYTHING, Scope
from ila_kit.errors import Missing, Stale, Unavailable
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import FakeUnit, someone
from ila_kit.testing.files import memory_files

OPENS = datetime(2024, 11, 13, 22, 0, tzinfo=UTC)
CLOSES = datetime(2024, 12, 6, 22, 0, tzinfo=UTC)
LEARNED = (*IN_GROUP, "completed", "not_completed")


class FakeOfferings:
    """Programmes, calls and places in memory."""

    def __init__(self) -> None:
        self.programmes: dict[UUID, tuple[Programme, int]] = {}
        self.calls: dict[UUID, tuple[Call, int]] = {}
        self.total: dict[UUID, int] = {}
        self.taken: dict[UUID, int] = {}
        self.closed: dict[UUID, datetime] = {}
        self.standings: dict[UUID, tuple[bool, int]] = {}
        self.drawn: dict[UUID, datetime] = {}

    def get(self, programme_id: UUID) -> Offering | None:
        programme, _ = self.programmes.get(programme_id, (None, 0))
        call = programme and self.calls.get(programme.call_id, (None, 0))[0]
        if programme is None:
            return None
        closed_at, drawn_at = self.closed.get(programme_id), self.drawn.get(programme.call_id)
        return Offering(programme, call, closed_at, self._barred(programme), drawn_at)

    def of_call(self, call_id: UUID) -> list[Programme]:
        mine = [one for one, _ in self.programmes.values() if one.call_id == call_id]
        return sorted((one for one in mine if one.id not in self.closed), key=lambda one: one.id)

    def call(self, call_id: UUID) -> Call | None:
        return self.calls.get(call_id, (None, 0))[0]

    def set_standing(self, provider_id: UUID, barred: bool, sequence: int) -> bool:
        if self.standings.get(provider_id, (False, 0))[1] >= sequence:
            return False
        self.standings[provider_id] = (barred, sequence)
        return True

    def of_provider(self, provider_id: UUID) -> list[UUID]:
        mine = [one.id for one, _ in self.programmes.values() if one.provider_id == provider_id]
        return sorted(mine)

    def _barred(self, programme: Programme) -> bool:
        return self.standings.get(programme.provider_id, (False, 0))[0]

    def close(self, programme_id: UUID, closed_at: datetime) -> bool:
        news = programme_id in self.programmes and programme_id not in self.closed
        if news:
            self.closed[programme_id] = closed_at
        return news

    def learn_programme(self, programme: Programme, sequence: int) -> bool:
        taken = self.taken.setdefault(programme.id, 0)
        newer = self._learn(self.programmes, programme, sequence)
        if newer:
            self.total[programme.id] = max(programme.places, taken)
        return newer

    def learn_call(self, call: Call, sequence: int) -> bool:
        return self._learn(self.calls, call, sequence)

    def take_places(self, programme_id: UUID, wanted: int) -> int:
        got = min(wanted, self.free_places(programme_id))
        self.taken[programme_id] += got
        return got

    def give_back_place(self, programme_id: UUID) -> None:
        self.taken[programme_id] -= 1
        self.total[programme_id] = max(self.taken[programme_id], self.programmes[programme_id][0].places)

    def free_places(self, programme_id: UUID) -> int:
        if self._barred(self.programmes[programme_id][0]):
            return 0
        return self.total[programme_id] - self.taken[programme_id]

    def _learn(self, kept, thing, sequence: int) -> bool:
        if thing.id in kept and kept[thing.id][1] >= sequence:
            return False
        kept[thing.id] = (thing, sequence)
        return True


class FakeApplications:
    """Applications and their history in memory."""

    def __init__(self, offerings: FakeOfferings) -> None:
        self._offerings = offerings
        self.rows: dict[UUID, Application] = {}
        self.happenings: list[Happening] = []
        self.contents: dict[UUID, Content] = {}
        self.acceptances: dict[UUID, Acceptance] = {}
        self.after: dict[UUID, datetime] = {}
        self.locked: set[UUID] = set()

    def add(self, application: Application, happening: Happening) -> bool:
        key = (application.person_id, application.programme_id)
        if any(one.live and (one.person_id, one.programme_id) == key for one in self.rows.values()):
            return False
        self.rows[application.id] = application
        self.happenings.append(happening)
        return True

    def save(self, changes: Sequence[Change]) -> None:
        for change in changes:
            if self.rows[change.application.id].version != change.before:
                raise Stale()
            self.rows[change.application.id] = change.application
            self.happenings.append(change.happening)

    def submit(self, change: Change, content: Content) -> Receipt:
        receipt = Receipt(
            application_id=content.application_id,
            sequence=len(self.contents) + 1,
            received_at=content.received_at,
            sha256=content.sha256(),
        )
        self.save([replace(change, application=replace(change.application, receipt=receipt))])
        self.contents[content.application_id] = content
        return receipt

    def keep_acceptance(self, terms: Acceptance) -> None:
        self.acceptances[terms.application_id] = terms

    def get(self, application_id: UUID, scope: Scope, lock: bool = False) -> Case:
        found = self.rows.get(application_id)
        if found is None or not scope.covers(person=found.person_id):
            raise Missing()
        return self._case(found)

    def live(self, person_id: UUID) -> list[Case]:
        return self._where(lambda one: one.person_id == person_id and one.state in LIVE)

    def history(self, application_id: UUID) -> list[Happening]:
        return [one for one in self.happenings if one.application_id == application_id]

    def last_receipt(self) -> int:
        return len(self.contents)

    def unchecked(self, last: int, now: datetime, limit: int) -> list[Case]:
        return self._where(
            lambda one: (
                one.state in UNCHECKED
                and one.receipt is not None
                and one.receipt.sequence <= last
                and self.after.get(one.id, now) <= now
                and one.call_id in self._offerings.calls
            )
        )[:limit]

    def checking(self, ids: Sequence[UUID]) -> list[Case]:
        return self._where(lambda one: one.id in ids and one.state == "checking")

    def postpone(self, application_ids: Sequence[UUID], now: datetime) -> None:
        self.after |= dict.fromkeys(application_ids, now + timedelta(seconds=5))

    def provisional(self, now: datetime, limit: int) -> list[Case]:
        return self._where(lambda one: one.provisional and self.after[one.id] <= now)[:limit]

    def marked(self, ids: Sequence[UUID]) -> list[Case]:
        return self._where(lambda one: one.id in ids and one.provisional)

    def waiting(self, programme_id: UUID, limit: int) -> tuple[list[Case], bool]:
        waiting = self._where(lambda one: one.programme_id == programme_id and one.state == "waiting")
        offering = self._offerings.get(programme_id)
        if offering.call is None or offering.awaits_draw:
            return [], False
        line = (self.draws.in_line(waiting) if offering.by_draw else waiting)[:limit]
        free = [case for case in line if case.application.id not in self.locked]
        return free, len(free) < len(line)

    def of_programme(self, programme_id: UUID) -> list[Case]:
        return self._where(lambda one: one.programme_id == programme_id and one.live)

    def page(self, request, scope: Scope) -> CasePage:
        return CasePage(self._where(lambda one: scope.covers(person=one.person_id)), None)

    def _where(self, wanted) -> list[Case]:
        rows = [one for one in self.rows.values() if wanted(one)]
        rows.sort(key=lambda one: (one.receipt.sequence if one.receipt else 0, one.id))
        return [self._case(one) for one in rows]

    def _case(self, application: Application) -> Case:
        return Case(application, self._offerings.get(application.programme_id))


class FakeEvidence:
    """Files in memory."""

    def __init__(self) -> None:
        self.files: dict[UUID, Evidence] = {}

    def add(self, evidence: Evidence) -> None:
        self.files[evidence.id] = evidence

    def of(self, application_id: UUID) -> list[Evidence]:
        return [one for one in self.files.values() if one.application_id == application_id]

    def get(self, application_id: UUID, evidence_id: UUID) -> Evidence:
        found = self.files.get(evidence_id)
        if found is None or found.application_id != application_id:
            raise Missing()
        return found


class FakeGroups:
    """Groups in memory; who is in them is told by the applications."""

    def __init__(self, applications: FakeApplications, offerings: FakeOfferings) -> None:
        self._applications, self._offerings = applications, offerings
        self.rows: dict[UUID, Group] = {}

    def lock_programme(self, programme_id: UUID) -> None: ...

    def add(self, group: Group) -> None:
        self.rows[group.id] = group

    def save(self, group: Group) -> None:
        if self.rows[group.id].version != group.version - 1:
            raise Stale()
        assert 0 <= group.members <= group.maximum, "the database would refuse it"
        self.rows[group.id] = group

    def get(self, group_id: UUID, reach: Reach) -> Group:
        found = self.rows.get(group_id)
        if found is None or not self._within(found, reach):
            raise Missing()
        return found

    def page(self, request, reach: Reach) -> GroupPage:
        seen = [one for one in reversed(self.rows.values()) if self._within(one, reach)]
        return GroupPage([(one, self._offerings.get(one.programme_id).programme) for one in seen], None)

    def in_states(self, programme_id: UUID, states: Sequence[str]) -> list[Group]:
        return [one for one in self.rows.values() if one.programme_id == programme_id and one.state in states]

    def members(self, group_id: UUID, lock: bool = False) -> list[Case]:
        return self._applications._where(lambda one: one.group_id == group_id and one.state in IN_GROUP)

    def roll(self, group_id: UUID) -> list[Case]:
        return self._applications._where(lambda one: one.group_id == group_id and one.state in LEARNED)

    def unplaced(self, programme_id: UUID, limit: int) -> list[Case]:
        return self._unplaced(programme_id)[:limit]

    def count_unplaced(self, programme_id: UUID) -> int:
        return len(self._unplaced(programme_id))

    def count_unpaid(self, group_id: UUID) -> int:
        return len(
            self._applications._where(
                lambda one: one.group_id == group_id and one.state == "completed" and one.funds != "paid"
            )
        )

    def membership(self, group_id: UUID, person_id: UUID) -> UUID | None:
        mine = (one.application for one in self.roll(group_id))
        return next((one.id for one in mine if one.person_id == person_id), None)

    def _unplaced(self, programme_id: UUID) -> list[Case]:
        return self._applications._where(
            lambda one: one.programme_id == programme_id and one.state == "enrolled" and one.group_id is None
        )

    def _within(self, group: Group, reach: Reach) -> bool:
        teaches = group.organisation_id in reach.taught and reach.person in group.trainer_ids
        learns = reach.learns and reach.person and self.membership(group.id, reach.person)
        return bool(reach.everything or group.organisation_id in reach.managed or teaches or learns)


class FakeSessions:
    """Sessions and attendance in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Session] = {}
        self.known: dict[tuple[UUID, UUID], Attendance] = {}
        self.persons: dict[UUID, UUID] = {}

    def add(self, session: Session) -> None:
        self.rows[session.id] = session

    def save(self, session: Session) -> None:
        if self.rows[session.id].version != session.version - 1:
            raise Stale()
        self.rows[session.id] = session

    def get(self, session_id: UUID, lock: bool = False) -> Session:
        if session_id not in self.rows:
            raise Missing()
        return self.rows[session_id]

    def of_group(self, group_id: UUID) -> list[Session]:
        return sorted(
            (one for one in self.rows.values() if one.group_id == group_id), key=lambda one: one.starts_at
        )

    def record(self, session: Session, members, present) -> None:
        for one in members:
            self.known[session.id, one] = replace(self._known(session.id, one), present=one in present)

    def confirm(self, session: Session, application: Application, now: datetime) -> bool:
        self.persons[application.id] = application.person_id
        for (other, who), known in self.known.items():
            taken = self.rows[other]
            overlaps = taken.starts_at < session.ends_at and session.starts_at < taken.ends_at
            if known.confirmed_at and self.persons.get(who) == application.person_id and overlaps:
                return False
        key = (session.id, application.id)
        self.known[key] = replace(self._known(*key), confirmed_at=now)
        return True

    def attendance(self, session_id: UUID) -> dict[UUID, Attendance]:
        return {who: known for (session, who), known in self.known.items() if session == session_id}

    def attendance_in(self, group_id: UUID) -> list[Attendance]:
        return [one for one in self.known.values() if self.rows[one.session_id].group_id == group_id]

    def attended_hours(self, application_ids: Sequence[UUID]) -> dict[UUID, dict[int, int]]:
        found: dict[UUID, dict[int, int]] = {}
        for (session_id, who), known in self.known.items():
            session = self.rows[session_id]
            if who in application_ids and known.attended and session.counts:
                parts = found.setdefault(who, {})
                parts[session.part] = parts.get(session.part, 0) + session.learning_hours
        return found

    def _known(self, session_id: UUID, application_id: UUID) -> Attendance:
        new = Attendance(session_id=session_id, application_id=application_id)
        return self.known.get((session_id, application_id), new)


class FakeResults:
    """Results in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Result] = {}

    def of_group(self, group_id: UUID) -> list[Result]:
        return [one for one in self.rows.values() if one.group_id == group_id and one.state != "voided"]

    def of_application(self, application_id: UUID) -> Result | None:
        mine = (one for one in self.rows.values() if one.application_id == application_id)
        return next((one for one in mine if one.state != "voided"), None)

    def save(self, results: Sequence[Result]) -> None:
        for one in results:
            if one.version > 1 and self.rows[one.id].version != one.version - 1:
                raise Stale()
            self.rows[one.id] = one


class FakeMessages:
    """Messages in memory, about the happenings of the applications."""

    def __init__(self, applications: FakeApplications) -> None:
        self._applications = applications
        self.rows: dict[UUID, Message] = {}

    def add(self, told: Sequence[tuple[UUID, UUID]]) -> None:
        happenings = {one.id: one for one in self._applications.happenings}
        for message_id, person_id in told:
            happening = happenings[message_id]
            case = self._applications.get(happening.application_id, EVERYTHING)
            self.rows[message_id] = Message(
                id=message_id, person_id=person_id, case=case, happening=happening
            )

    def get(self, message_id: UUID, person_id: UUID) -> Message:
        found = self.rows.get(message_id)
        if found is None or found.person_id != person_id:
            raise Missing()
        return found

    def page(self, person_id: UUID, request) -> MessagePage:
        mine = [one for one in reversed(self.rows.values()) if one.person_id == person_id]
        return MessagePage(mine, None, sum(one.read_at is None for one in mine))

    def read(self, message_ids: Sequence[UUID], now: datetime) -> None:
        for one in message_ids:
            self.rows[one] = replace(self.rows[one], read_at=self.rows[one].read_at or now)

    def read_all(self, person_id: UUID, now: datetime) -> int:
        unread = [one.id for one in self.rows.values() if one.person_id == person_id and not one.read_at]
        self.read(unread, now)
        return len(unread)

    def unsent(self, now: datetime, limit: int) -> list[Message]:
        return [
            one
            for one in self.rows.values()
            if one.letter.state == "waiting" and (one.letter.next_try or now) <= now
        ][:limit]

    def note_letter(self, message_id: UUID, letter: Letter) -> None:
        self.rows[message_id] = replace(self.rows[message_id], letter=letter)

    def erase(self, person_id: UUID) -> int:
        mine = [one.id for one in self.rows.values() if one.person_id == person_id]
        for one in mine:
            del self.rows[one]
        return len(mine)


class FakeProfiles:
    """Profiles in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Profile] = {}

    def get(self, person_id: UUID) -> Profile:
        return self.rows.get(person_id) or Profile(person_id=person_id)

    def of(self, person_ids: Sequence[UUID]) -> dict[UUID, Profile]:
        return {one: self.rows[one] for one in person_ids if one in self.rows}

    def save(self, profile: Profile) -> None:
        if self.get(profile.person_id).version != profile.version - 1:
            raise Stale()
        self.rows[profile.person_id] = profile

    def erase(self, person_id: UUID) -> None:
        self.rows.pop(person_id, None)


class ApplicationsFakeUnit(FakeUnit):
    """A unit of work whose stores are in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.offerings = FakeOfferings()
        self.applications = FakeApplications(self.offerings)
        self.draws = FakeDraws(self.applications, self.offerings)
        self.evidence = FakeEvidence()
        self.groups = FakeGroups(self.applications, self.offerings)
        self.sessions = FakeSessions()
        self.results = FakeResults()
        self.messages = FakeMessages(self.applications)
        self.profiles = FakeProfiles()

    def commit(self) -> None: ...

    def types(self) -> list[str]:
        return [event.type.split(".")[1] for event in self.events]


class FakeUnits:
    """Opens the same unit every time."""

    def __init__(self, unit: ApplicationsFakeUnit) -> None:
        self.unit = unit

    @contextmanager
    def open(self, actor):
        yield self.unit

    def clock(self) -> datetime:
        return self.unit.now


@dataclass
class FakePeople:
    """Identity: birth dates by person; `away` makes it unavailable.

    `state` is how far the population register is heard of, for everybody or for one person in
    `states`; `dead` are those it knows as dead.
    """

    births: dict[UUID, date] = field(default_factory=dict)
    state: str = "register"
    states: dict[UUID, str] = field(default_factory=dict)
    dead: set[UUID] = field(default_factory=set)
    away: bool = False
    asked: list[list[UUID]] = field(default_factory=list)

    def facts(self, person_ids: Sequence[UUID], purpose: str) -> dict[UUID, PersonFacts]:
        self.asked.append(list(person_ids))
        if self.away:
            raise Unavailable(neighbour="identity")
        return {one: self._fact(one) for one in person_ids if one in self.births}

    def _fact(self, person: UUID) -> PersonFacts:
        state = self.states.get(person, self.state)
        told = state == "register"
        return PersonFacts(
            person_id=person,
            birth_date=self.births[person],
            source="population-register" if told else "e-identity",
            state=state,
            alive=person not in self.dead if told else None,
            observed_at=OPENS,
            legal_basis="the regulation",
        )


@contextmanager
def alone(name: str):
    """Nobody else is there."""
    yield True


class World:
    """A call with one programme, people, and the job that decides."""

    def __init__(self) -> None:
        self.unit, self.people = ApplicationsFakeUnit(), FakePeople()
        deps = Deps(units=FakeUnits(self.unit), people=self.people, alone=alone, kept_files=memory_files())
        self.job, self.second_look = FactsJob(deps), FactsJob(deps, RECHECK)
        self.call = Call(
            id=uuid7(),
            minimum_age=18,
            opening_mode="first_come",
            offered_place_hours=48,
            applications_open_at=OPENS,
            applications_close_at=CLOSES,
            version=1,
        )
        self.programme = Programme(
            id=uuid7(),
            call_id=self.call.id,
            kind="module_set",
            title_lv="Algoritmi un lokālie tīkli",
            title_en="Algorithms and local networks",
            places=2,
            starts_on=date(2024, 12, 20),
            ends_on=date(2025, 3, 20),
            parts=(Part(title="Algoritmi", hours=34), Part(title="Lokālie tīkli", hours=136)),
            provider_id=uuid7(),
            applications_open_at=OPENS,
            applications_close_at=CLOSES,
            version=1,
        )
        learn_call(self.unit, self.call, 1)
        learn_programme(self.unit, self.programme, 1)

    def person(self, born: date | None = date(1984, 3, 12)) -> UUID:
        person = uuid7()
        if born:
            self.people.births[person] = born
        return person

    def begin(self, person: UUID | None = None) -> Application:
        command = BeginApplication(person_id=person or self.person(), programme_id=self.programme.id)
        return begin_application(self.unit, command).application

    def submit(self, person: UUID | None = None, amount: str | None = "608.99") -> Application:
        return self.submit_draft(self.begin(person), amount)

    def submit_draft(self, draft: Application, amount: str | None = None) -> Application:
        command = SubmitApplication(
            application_id=draft.id,
            programme_version=self.programme.version,
            quoted_amount=Decimal(amount) if amount else None,
        )
        scope = Scope(person=draft.person_id)
        return submit_application(self.unit, command, scope).application

    def decided(self, person: UUID | None = None) -> Application:
        application = self.submit(person)
        self.job.run()
        return self.now(application)

    def offered(self, person: UUID | None = None, amount: str = "608.99") -> Application:
        application = self.decided(person)
        offer_place(self.unit, application.id, uuid7(), Decimal(amount))
        return self.now(application)

    def accept(self, application: Application, amount: str = "608.99", version: int = 1) -> Application:
        command = AcceptPlace(
            application_id=application.id, programme_version=version, amount=Decimal(amount)
        )
        return accept_place(self.unit, command, Scope(person=application.person_id)).application

    def enrolled(self, person: UUID | None = None) -> Application:
        return self.accept(self.offered(person))

    def acting(self, *roles: str) -> UUID:
        """Let a new person in these roles act from now on; give their id."""
        self.unit.actor = someone(*roles)
        return UUID(self.unit.actor.id)

    def staff(self, *roles: str) -> Reach:
        """Let somebody of the programme's institution act from now on; give the groups they reach."""
        self.unit.actor = someone(*roles, organisation=self.programme.provider_id)
        return Reach(person=UUID(self.unit.actor.id), managed=frozenset({self.programme.provider_id}))

    def now(self, application: Application) -> Application:
        return self.unit.applications.get(application.id, EVERYTHING).application

    def state(self, application: Application) -> str:
        return self.now(application).state

    def taken(self) -> int:
        return self.unit.offerings.taken[self.programme.id]

    def with_place(self) -> int:
        return sum(one.state in WITH_PLACE for one in self.unit.applications.rows.values())


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(scope="session")
def new_world() -> type[World]:
    """The making of worlds, for tests that need a new one for each example."""
    return World
