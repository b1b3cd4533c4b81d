"""The periodic job that asks registers what offers wait for: many institutions by one call each."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from ila_kit.actor import process_actor
from ila_kit.errors import Unavailable

from ila_catalog.domain.facts import Question
from ila_catalog.ports import Deps
from ila_catalog.usecases.registers import LEGAL_BASIS, PURPOSES, postpone_questions, record_answers

log = logging.getLogger(__name__)
ACTOR = process_actor("catalog")
LOCK = "registers"
BATCH = 200


@dataclass
class RegisterJob:
    """Asks what is due, one process at a time; no transaction is open while a register thinks."""

    deps: Deps

    def run(self) -> int:
        """Ask whatever is due now; return about how many institutions a register was asked."""
        with self.deps.alone(LOCK) as alone:
            if not alone:
                return 0
            with self.deps.units.read(ACTOR) as unit:
                due = unit.facts.due(BATCH)
            for register, questions in due.items():
                self._ask(register, questions)
        return sum(len(questions) for questions in due.values())

    def _ask(self, register: str, questions: Sequence[Question]) -> None:
        asked_at = self.deps.units.clock()
        keys = [question.viis_number for question in questions]
        try:
            answers = self.deps.registers.ask(register, keys, PURPOSES[register], LEGAL_BASIS)
        except Unavailable as fault:
            log.warning("registers do not answer", extra={"register": register, "fault": str(fault)})
            with self.deps.units.open(ACTOR) as unit:
                postpone_questions(unit, questions, fault.code)
                unit.commit()
            return
        with self.deps.units.open(ACTOR) as unit:
            record_answers(unit, questions, answers, asked_at)
            unit.commit()
