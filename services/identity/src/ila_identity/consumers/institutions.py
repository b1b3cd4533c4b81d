"""Periodic jobs that ask the registers about institutions: registrations, and what development seeds."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from ila_kit.actor import process_actor
from ila_kit.errors import Unavailable
from ila_kit.registers import RegisterAnswer

from ila_identity.domain.register_checks import INSTITUTIONS, LEGAL_PERSONS
from ila_identity.domain.registrations import Registration
from ila_identity.ports import Deps
from ila_identity.usecases.approvals import keep_register_answers
from ila_identity.usecases.seeding import ensure_seeds, tell_of_seeds

log = logging.getLogger(__name__)
ACTOR = process_actor("identity")
PURPOSE = "registration of an institution (BR-101, BR-105)"
BATCH = 50


@dataclass
class InstitutionsJob:
    """Asks about institutions whose registration is submitted, until each register has answered."""

    deps: Deps
    batch: int = BATCH

    def run(self) -> int:
        """Ask for whatever is open now; return for how many registrations."""
        with self.deps.alone("institutions") as alone:
            return self._one_batch() if alone else 0

    def _one_batch(self) -> int:
        with self.deps.units.read(ACTOR) as unit:
            waiting = unit.registrations.asking(unit.now, self.batch)
        answers = {register: self._answers(register, waiting) for register in (INSTITUTIONS, LEGAL_PERSONS)}
        for registration in waiting:
            told = {
                register: answers[register][number]
                for register, number in registration.questions.items()
                if number in answers[register]
            }
            with self.deps.units.open(ACTOR) as unit:
                keep_register_answers(unit, registration.id, told)
                unit.commit()
        return len(waiting)

    def _answers(self, register: str, waiting: Sequence[Registration]) -> dict[str, RegisterAnswer]:
        numbers = [one.questions[register] for one in waiting if register in one.questions]
        return ask(self.deps, register, numbers, PURPOSE, self.deps.provider_legal_basis)


@dataclass
class SeedsJob:
    """Tells the others of the organisations that development seeds, once the register has described them."""

    deps: Deps
    _done: bool = field(default=False, init=False)

    def run(self) -> int:
        """Tell of what is not told yet; return of how many."""
        if self._done or not self.deps.personas.organisations:
            return 0
        with self.deps.alone("seeds") as alone:
            return self._tell() if alone else 0

    def _tell(self) -> int:
        with self.deps.units.open(ACTOR) as unit:
            numbers = [one.viis_number or "" for one in ensure_seeds(unit, self.deps.personas)]
            unit.commit()
        answers = ask(self.deps, INSTITUTIONS, numbers, PURPOSE, self.deps.provider_legal_basis)
        with self.deps.units.open(ACTOR) as unit:
            told = tell_of_seeds(unit, answers)
            unit.commit()
        self._done = told == len(numbers)
        return told


def ask(
    deps: Deps, register: str, numbers: Sequence[str], purpose: str, legal_basis: str
) -> dict[str, RegisterAnswer]:
    """Return what a register answers about organisations, by number; nothing when it is not reached."""
    wanted = list(dict.fromkeys(numbers))
    if not wanted:
        return {}
    try:
        return deps.registers.ask(register, wanted, purpose, legal_basis)
    except Unavailable as fault:
        log.warning("no register is reached", extra={"fault": str(fault), "register": register})
        return {}
