"""The periodic job that asks the population register about persons; requests never wait for it."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from ila_kit.actor import process_actor
from ila_kit.errors import Unavailable
from ila_kit.registers import RegisterAnswer

from ila_identity.domain.register_facts import REGISTER
from ila_identity.ports import Deps
from ila_identity.usecases.person_facts import PURPOSE, keep_answers

log = logging.getLogger(__name__)
ACTOR = process_actor("identity")
LOCK = "register_facts"
BATCH = 50


@dataclass
class FactsJob:
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
            questions = unit.register_facts.due(unit.now, self.batch)
        if questions:
            answers = self._ask([code.digits for _, code in questions])
            with self.deps.units.open(ACTOR) as unit:
                answered = keep_answers(unit, questions, answers, self.deps.limits.fact_validity)
                unit.commit()
            if answered < len(questions):
                log.warning("not answered: %d of %d persons", len(questions) - answered, len(questions))
        return len(questions)

    def _ask(self, codes: Sequence[str]) -> dict[str, RegisterAnswer]:
        try:
            return self.deps.registers.ask(REGISTER, codes, PURPOSE, self.deps.legal_basis)
        except Unavailable as fault:
            log.warning("no register is reached", extra={"fault": str(fault)})
            return {}
