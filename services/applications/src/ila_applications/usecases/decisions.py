"""Officers decide what registers left open, by the evidence that people give.

Source: BR-503 (evidence by hand is possible and expires), 01-mission section 2 (eligibility officer).
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.states import WrongState

from ila_applications.domain.applications import Case, Statement
from ila_applications.domain.errors import OwnApplication
from ila_applications.domain.states import ELIGIBILITY_OFFICER
from ila_applications.ports import Unit
from ila_applications.usecases.eligibility import admit
from ila_applications.usecases.places import refuse
from ila_applications.usecases.recheck import confirm

BY_OFFICER = (ELIGIBILITY_OFFICER,)
INSUFFICIENT = {"code": "evidence-insufficient", "rule": "evidence", "fact": "evidence"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideEligibility:
    """An officer's decision with its reason. `outcome` is `eligible` or `ineligible`."""

    application_id: UUID
    outcome: str
    reason: str


def decide_eligibility(unit: Unit, command: DecideEligibility, scope: Scope) -> Case:
    """Decide an application that waits for evidence, or a provisional decision, wherever that has come to.

    Raises Missing, OwnApplication, or WrongState when a rule has decided already.
    """
    case = unit.applications.get(command.application_id, scope, lock=True)
    application = case.application
    officer = officer_of(unit, case)
    if application.state != "needs_evidence" and not application.provisional:
        raise WrongState(thing="application", state=application.state, action="decide")
    said = Statement(
        kind="decision", outcome=command.outcome, text=command.reason, by=ELIGIBILITY_OFFICER, at=unit.now
    )
    stored: dict[str, Any] = {"statements": case.with_statement(said), "decided_by": officer}
    if command.outcome == "ineligible":
        return refuse(unit, case, "refuse", INSUFFICIENT, BY_OFFICER, **stored)
    if application.provisional:
        return confirm(unit, case, BY_OFFICER, **stored)
    admit(unit, [(case, "accept_evidence")], BY_OFFICER, **stored)
    return unit.applications.get(command.application_id, scope)


def officer_of(unit: Unit, case: Case) -> UUID:
    """Return the person who decides. Raises OwnApplication when it is the applicant."""
    officer = UUID(unit.actor.id)
    if officer == case.application.person_id:
        raise OwnApplication()
    return officer
