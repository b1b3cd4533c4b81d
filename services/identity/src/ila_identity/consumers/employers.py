"""The periodic job that asks the register of legal persons about employers; requests never wait for it."""

import logging
from dataclasses import dataclass
from uuid import UUID

from ila_kit.actor import process_actor
from ila_kit.registers import RegisterAnswer
from ila_kit.store.faults import reason_of

from ila_identity.consumers.institutions import ask
from ila_identity.domain.register_checks import LEGAL_PERSONS
from ila_identity.ports import Deps
from ila_identity.usecases.employers import keep_employer_answer

log = logging.getLogger(__name__)
ACTOR = process_actor("identity")
PURPOSE = "registration of an employer: who may represent it"
BATCH = 50


@dataclass
class EmployersJob:
    """Asks about the legal persons that people register as employers, until the register has answered."""

    deps: Deps
    batch: int = BATCH

    def run(self) -> int:
        """Ask for whatever is open now; return for how many registrations."""
        with self.deps.alone("employers") as alone:
            return self._one_batch() if alone else 0

    def _one_batch(self) -> int:
        with self.deps.units.read(ACTOR) as unit:
            waiting = unit.employer_registrations.due(unit.now, self.batch)
        numbers = [one.legal_person_number for one in waiting]
        answers = ask(self.deps, LEGAL_PERSONS, numbers, PURPOSE, self.deps.employer_legal_basis)
        for registration in waiting:
            self._decide(registration.id, answers.get(registration.legal_person_number))
        return len(waiting)

    def _decide(self, registration_id: UUID, answer: RegisterAnswer | None) -> None:
        """Decide one registration; what fails is put off as after a question in vain, and holds no other."""
        try:
            self._keep(registration_id, answer)
        except Exception as fault:
            about = {"registration": registration_id, "reason": reason_of(fault)}
            log.error("the registration of an employer cannot be decided", extra=about)
            self._keep(registration_id, None)

    def _keep(self, registration_id: UUID, answer: RegisterAnswer | None) -> None:
        with self.deps.units.open(ACTOR) as unit:
            keep_employer_answer(unit, registration_id, answer)
            unit.commit()
