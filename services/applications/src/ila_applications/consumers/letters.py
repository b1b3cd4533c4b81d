"""The periodic job that sends the letters of messages; nothing else waits for it."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from ila_kit.actor import process_actor
from ila_kit.errors import Unavailable
from ila_kit.retry import jittered

from ila_applications.domain.messages import Letter, Message
from ila_applications.domain.profiles import Profile
from ila_applications.message_ports import MailedLetter, Undeliverable
from ila_applications.ports import Deps
from ila_applications.usecases.messages import note_letter

log = logging.getLogger(__name__)
ACTOR = process_actor("applications")
BATCH = 50
LONGEST_PAUSE = 300.0
Write = Callable[[Message, Profile], MailedLetter]
HandOver = Callable[[MailedLetter], None]


@dataclass
class LettersJob:
    """Sends what is due, in batches, one process at a time and in no transaction.

    While there is no post, letters wait and the job pauses, longer each time. A crash between handing
    over and noting sends a letter again, under the same id. One that fails by a fault of ours is put off;
    the others go on.
    """

    deps: Deps
    write: Write
    batch: int = BATCH
    _not_before: datetime | None = field(default=None, init=False)
    _outages: int = field(default=0, init=False)

    def run(self) -> int:
        """Send what is due now; return how many letters were settled or put off."""
        if self._not_before and self.deps.units.clock() < self._not_before:
            return 0
        done = 0
        with self.deps.alone("letters") as alone:
            while alone and (step := self._one_batch()):
                done += step
                alone = step == self.batch
        return done

    def _one_batch(self) -> int:
        with self.deps.units.open(ACTOR) as unit:
            due, now = unit.messages.unsent(unit.now, self.batch), unit.now
            profiles = unit.profiles.of({one.person_id for one in due})
        ends = {one.id: self._end_without_post(profiles.get(one.person_id)) for one in due}
        letters = {one.id: one.letter.ended(end, now) for one in due if (end := ends[one.id])}
        letters |= self._send([one for one in due if not ends[one.id]], profiles, now)
        with self.deps.units.open(ACTOR) as unit:
            for message_id, letter in letters.items():
                note_letter(unit, message_id, letter)
            unit.commit()
        return len(letters)

    def _end_without_post(self, profile: Profile | None) -> str | None:
        """Return why somebody gets no letter; None when they do."""
        if self.deps.post is None:
            return "not_offered"
        if profile is None or profile.email is None:
            return "no_address"
        return None if profile.letters else "not_wanted"

    def _send(
        self, wanted: Sequence[Message], profiles: dict[UUID, Profile], now: datetime
    ) -> dict[UUID, Letter]:
        """Return how far each letter came; the rest wait as they are when the post is away."""
        tried: dict[UUID, Letter] = {}
        if not wanted or self.deps.post is None:
            return tried
        try:
            with self.deps.post.open() as hand_over:
                for one in wanted:
                    tried[one.id] = self._tried(one, profiles[one.person_id], hand_over, now)
        except Unavailable as fault:
            pause = 0.5 + jittered(1.0, LONGEST_PAUSE, self._outages)
            self._outages += 1
            self._not_before = self.deps.units.clock() + timedelta(seconds=pause)
            log.warning("letters wait for the post", extra={"fault": str(fault), "tries": self._outages})
        else:
            self._outages, self._not_before = 0, None
        return tried

    def _tried(self, one: Message, profile: Profile, hand_over: HandOver, now: datetime) -> Letter:
        try:
            hand_over(self.write(one, profile))
        except Undeliverable as refused:
            if refused.for_good:
                return one.letter.ended("failed", now, refused.reason)
            return one.letter.put_off(now, refused.reason)
        except Unavailable:
            raise
        except Exception:
            log.exception("a letter could not be written", extra={"letter": str(one.id)})
            return one.letter.put_off(now, "fault")
        return one.letter.ended("sent", now)
