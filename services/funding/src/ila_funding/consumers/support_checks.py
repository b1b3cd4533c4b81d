"""The periodic job that asks the register of earlier support about holds; nothing else waits for it."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from ila_kit.actor import process_actor
from ila_kit.errors import Unavailable
from ila_kit.events import NotYet
from ila_kit.retry import jittered
from ila_kit.store.faults import STORE_OUTAGES
from ila_kit.store.unit import Units

from ila_funding.domain.support_check import PendingCheck, SupportAnswer
from ila_funding.ports import EarlierSupport
from ila_funding.usecases.support_checks import PURPOSE, clear_holds, judge_hold, release_supported

log = logging.getLogger(__name__)
BATCH = 200
LONGEST_PAUSE = 15.0


@dataclass
class SupportJob:
    """Settles every hold that the register was not asked about, a question for many of them at once.

    While nobody answers, holds stay as they are and the job pauses, longer each time. One that cannot be
    judged now, or fails by a fault of ours, is tried again later; the others go on.
    """

    units: Units[Any]
    register: EarlierSupport
    batch: int = BATCH
    _not_before: datetime | None = field(default=None, init=False)
    _outages: int = field(default=0, init=False)

    def run(self) -> int:
        """Settle what can be settled now; return how many holds were answered."""
        if self._not_before and self.units.clock() < self._not_before:
            return 0
        settled = self._give_back()
        after: UUID | None = None
        while pending := self._pending(after):
            answers = self._ask(pending)
            if answers is None:
                break
            settled += self._settle(pending, answers)
            after = pending[-1].hold_id if len(pending) == self.batch else None
            if after is None:
                break
        return settled

    def _pending(self, after: UUID | None) -> list[PendingCheck]:
        with self.units.read(self._actor) as unit:
            found: list[PendingCheck] = unit.support.pending(after, self.batch)
            return found

    def _ask(self, pending: Sequence[PendingCheck]) -> Mapping[UUID, SupportAnswer] | None:
        """Return the answers by person; None when the register, or the way to it, is down."""
        since: dict[UUID, datetime] = {}
        for one in pending:
            since[one.person_id] = max(one.since, since.get(one.person_id, one.since))
        try:
            answers = self.register.of(since, PURPOSE)
        except Unavailable as fault:
            pause = 0.5 + jittered(0.5, LONGEST_PAUSE, self._outages)
            self._outages += 1
            self._not_before = self.units.clock() + timedelta(seconds=pause)
            log.warning(
                "holds wait for the register of earlier support",
                extra={"fault": str(fault), "tries": self._outages},
            )
            return None
        self._outages, self._not_before = 0, None
        return answers

    def _settle(self, pending: Sequence[PendingCheck], answers: Mapping[UUID, SupportAnswer]) -> int:
        by_hold = {one.hold_id: answers[one.person_id] for one in pending if one.person_id in answers}
        if self._alone(clear_holds, by_hold) is None:
            for hold_id, answer in by_hold.items():
                self._alone(clear_holds, {hold_id: answer})
        for one in pending:
            if one.hold_id in by_hold and by_hold[one.hold_id].supports:
                self._alone(judge_hold, one, by_hold[one.hold_id])
        return len(by_hold)

    def _give_back(self) -> int:
        """Give back what is found paid from elsewhere and was claimed when that was found."""
        with self.units.read(self._actor) as unit:
            freed = unit.support.found_unclaimed(self.batch)
        for one in freed:
            self._alone(release_supported, one)
        return len(freed)

    def _alone(self, settle: Callable[..., Any], *what: Any) -> Any:
        """Do something in a transaction of its own; a fault of ours ends it and nothing else."""
        try:
            with self.units.open(self._actor) as unit:
                result = settle(unit, *what)
                unit.commit()
                return result
        except STORE_OUTAGES:
            raise
        except NotYet:
            return None
        except Exception:
            log.exception("holds could not be checked for earlier support")
            return None

    @property
    def _actor(self) -> Any:
        return process_actor(self.units.service)
