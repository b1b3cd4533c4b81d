"""The periodic jobs that decide eligibility, and look again at what was decided provisionally."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from ila_kit.actor import process_actor
from ila_kit.errors import Unavailable
from ila_kit.retry import jittered
from ila_kit.store.faults import STORE_OUTAGES

from ila_applications.domain.eligibility import PersonFacts
from ila_applications.ports import Deps, Unit
from ila_applications.usecases import eligibility, recheck

log = logging.getLogger(__name__)
ACTOR = process_actor("applications")
BATCH = 200
LONGEST_PAUSE = 30.0
Facts = Mapping[UUID, PersonFacts]


@dataclass(frozen=True, slots=True)
class Work:
    """What a job does: `take_up` gives (application, person) of at most so many that are open,
    `settle` decides them by facts and returns how many are still open.
    """

    name: str
    purpose: str
    take_up: Callable[[Unit, int], list[tuple[UUID, UUID]]]
    settle: Callable[[Unit, Sequence[UUID], Facts], int]


ELIGIBILITY = Work("eligibility", eligibility.PURPOSE, eligibility.begin_checks, eligibility.decide)
RECHECK = Work("recheck", recheck.PURPOSE, recheck.due_rechecks, recheck.recheck)


@dataclass
class FactsJob:
    """Decides what is open by facts about persons, in batches with one question to identity each.

    One process at a time, so that the order of receipts holds. While identity does not answer,
    everything keeps its place and the job pauses, longer each time. An application that fails by a
    fault of ours is tried again later, alone; the others go on.
    """

    deps: Deps
    work: Work = ELIGIBILITY
    batch: int = BATCH
    _not_before: datetime | None = field(default=None, init=False)
    _outages: int = field(default=0, init=False)

    def run(self) -> int:
        """Decide whatever is open now; return how many applications were looked at."""
        if self._not_before and self.deps.units.clock() < self._not_before:
            return 0
        with self.deps.alone(self.work.name) as alone:
            looked, more = 0, alone
            while more:
                step, more = self._one_batch()
                looked += step
            return looked

    def _one_batch(self) -> tuple[int, bool]:
        """Decide a batch; return how many were looked at, and whether more can be decided at once."""
        with self.deps.units.open(ACTOR) as unit:
            taken = self.work.take_up(unit, self.batch)
            unit.commit()
        facts = self._facts([person for _, person in taken]) if taken else None
        if facts is None:
            return 0, False
        still_open = self._settle([application for application, _ in taken], facts)
        return len(taken), len(taken) == self.batch and not still_open

    def _facts(self, persons: Sequence[UUID]) -> Facts | None:
        try:
            facts = self.deps.people.facts(list(dict.fromkeys(persons)), self.work.purpose)
        except Unavailable as fault:
            pause = 0.5 + jittered(1.0, LONGEST_PAUSE, self._outages)
            self._outages += 1
            self._not_before = self.deps.units.clock() + timedelta(seconds=pause)
            details = {"job": self.work.name, "fault": str(fault), "tries": self._outages}
            log.warning("a job waits for identity", extra=details)
            return None
        self._outages, self._not_before = 0, None
        return facts

    def _settle(self, applications: list[UUID], facts: Facts) -> int:
        try:
            return self._settle_together(applications, facts)
        except STORE_OUTAGES:
            raise
        except Exception:
            log.exception("a batch of checks failed", extra={"job": self.work.name})
            if len(applications) == 1:
                return self._postpone(applications)
            return self._one_by_one(applications, facts)

    def _one_by_one(self, applications: list[UUID], facts: Facts) -> int:
        """Settle each alone; whoever is behind one that waits for its facts waits too."""
        for number, one in enumerate(applications):
            if self._settle([one], facts):
                return len(applications) - number
        return 0

    def _settle_together(self, applications: list[UUID], facts: Facts) -> int:
        with self.deps.units.open(ACTOR) as unit:
            still_open = self.work.settle(unit, applications, facts)
            unit.commit()
            return still_open

    def _postpone(self, applications: list[UUID]) -> int:
        with self.deps.units.open(ACTOR) as unit:
            unit.applications.postpone(applications, unit.now)
            unit.commit()
            return 0
