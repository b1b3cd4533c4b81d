"""The periodic job that asks the register of earlier support about persons; requests never wait for it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from ila_kit.actor import process_actor
from ila_kit.errors import Unavailable
from ila_kit.registers import MOST_KEYS, RegisterAnswer

from ila_identity.domain.earlier_support import REGISTER
from ila_identity.ports import Deps
from ila_identity.usecases.earlier_support import PURPOSE, keep_supports

log = logging.getLogger(__name__)
ACTOR = process_actor("identity")
LOCK = "earlier_support"
BATCH = MOST_KEYS


@dataclass
class SupportsJob:
    """Asks for what is wanted, in batches, one process at a time; no transaction is open meanwhile."""

    deps: Deps
    batch: int = BATCH

    def run(self) -> int:
        """Ask for whatever is due now; return about how many persons the register was asked."""
        with self.deps.alone(LOCK) as alone:
            asked, step = 0, self.batch
            while alone and step == self.batch:
                step = self._one_batch()
                asked += step
            return asked

    def _one_batch(self) -> int:
        with self.deps.units.read(ACTOR) as unit:
            questions = unit.earlier_support.due(unit.now, self.batch)
        if questions:
            told = self._ask([code.digits for _, codes in questions for code in codes])
            with self.deps.units.open(ACTOR) as unit:
                answered = keep_supports(unit, questions, told)
                unit.commit()
            if answered < len(questions):
                log.warning("not answered: %d of %d persons", len(questions) - answered, len(questions))
        return len(questions)

    def _ask(self, codes: Sequence[str]) -> dict[str, RegisterAnswer]:
        told: dict[str, RegisterAnswer] = {}
        try:
            for start in range(0, len(codes), MOST_KEYS):
                some = codes[start : start + MOST_KEYS]
                told |= self.deps.registers.ask(REGISTER, some, PURPOSE, self.deps.support_legal_basis)
        except Unavailable as fault:
            log.warning("no register is reached", extra={"fault": str(fault)})
        return told
