"""A person is erased: what goes on is taken back, what no fund file needs is gone."""

from uuid import UUID

from ila_kit.actor import Scope

from ila_applications.domain.applications import Case
from ila_applications.domain.states import APPLICATION, LEARNER
from ila_applications.events.published import PersonErased
from ila_applications.ports import Unit
from ila_applications.usecases.applications import withdraw_application

KEPT = "applications whose place was accepted: fund files, 5 years after the final payment (BR-901)"


def erase_person(unit: Unit, person_id: UUID) -> None:
    """Withdraw a person's applications that go on, erase what people wrote and gave for those in which
    no place was ever accepted, and how and of what the person was told.

    A second time erases what came meanwhile, or nothing.

    Source: BR-901.
    """
    for case in unit.applications.live(person_id):
        if _goes_on_by_the_person(case):
            withdraw_application(unit, case.application.id, Scope(person=person_id))
    erased, kept = unit.applications.erase(person_id)
    unit.messages.erase(person_id)
    unit.profiles.erase(person_id)
    event = PersonErased(person_id=person_id, kept=[KEPT] if kept else [], erased_at=unit.now)
    unit.publish(event)
    unit.audit("person_erased", "person", person_id, erased=erased, kept=kept)


def _goes_on_by_the_person(case: Case) -> bool:
    step = APPLICATION.steps.get((case.application.state, "withdraw"))
    return step is not None and LEARNER in step.roles
