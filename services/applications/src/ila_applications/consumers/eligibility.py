"""The periodic job that decides eligibility: batches in the order of receipts, facts by one call each."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from ila_kit.actor import process_actor
from ila_kit.errors import Unavailable
from ila_kit.retry import STORE_OUTAGES, jittered

from ila_applications.domain.eligibility import PersonFacts
from ila_applications.ports import Deps
from ila_applications.usecases.eligibility import PURPOSE, begin_checks, decide

log = logging.getLogger(__name__)
ACTOR = process_actor("applications")
LOCK = "eligibility"
BATCH = 100
LONGEST_PAUSE = 30.0


@dataclass
class EligibilityJob:
    """Decides what is submitted, one process at a time so that the order of receipts holds.

    While identity does not answer, everything stays in its place and the job pauses, longer each
    time. An application that fails by a fault of ours is tried again later, alone; the others go on.
    """

    deps: Deps
    batch: int = BATCH
    _not_before: datetime | None = field(default=None, init=False)
    _outages: int = field(default=0, init=False)

    def run(self) -> int:
        """Decide whatever is open now; return how many applications were looked at."""
        if self._not_before and self.deps.units.clock() < self._not_before:
            return 0
        with self.deps.alone(LOCK) as alone:
            looked, step = 0, self.batch
            while alone and step == self.batch:
                step = self._one_batch()
                looked += step
            return looked

    def _one_batch(self) -> int:
        with self.deps.units.open(ACTOR) as unit:
            open_checks = begin_checks(unit, self.batch)
            unit.commit()
        facts = self._facts([person for _, person in open_checks]) if open_checks else None
        if facts is None:
            return 0
        self._decide([application for application, _ in open_checks], facts)
        return len(open_checks)

    def _facts(self, persons: Sequence[UUID]) -> Mapping[UUID, PersonFacts] | None:
        try:
            facts = self.deps.people.facts(list(dict.fromkeys(persons)), PURPOSE)
        except Unavailable as fault:
            pause = 0.5 + jittered(1.0, LONGEST_PAUSE, self._outages)
            self._outages += 1
            self._not_before = self.deps.units.clock() + timedelta(seconds=pause)
            log.warning("eligibility waits for identity", extra={"fault": str(fault), "tries": self._outages})
            return None
        self._outages, self._not_before = 0, None
        return facts

    def _decide(self, applications: list[UUID], facts: Mapping[UUID, PersonFacts]) -> None:
        try:
            self._decide_together(applications, facts)
        except STORE_OUTAGES:
            raise
        except Exception:
            log.exception("a batch of eligibility checks failed")
            if len(applications) == 1:
                self._postpone(applications[0])
            else:
                for one in applications:
                    self._decide([one], facts)

    def _decide_together(self, applications: list[UUID], facts: Mapping[UUID, PersonFacts]) -> None:
        with self.deps.units.open(ACTOR) as unit:
            decide(unit, applications, facts)
            unit.commit()

    def _postpone(self, application: UUID) -> None:
        with self.deps.units.open(ACTOR) as unit:
            unit.applications.postpone(application, unit.now)
            unit.commit()
