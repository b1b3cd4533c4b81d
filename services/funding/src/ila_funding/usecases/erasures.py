"""A person is erased elsewhere: what funding keeps is the fund's file, by an id that tells nobody."""

from uuid import UUID

from ila_funding.events.published import PersonErased
from ila_funding.ports import Unit

KEPT = "holds, ledger and payments: fund files, 5 years after the final payment (BR-901)"


def answer_erasure(unit: Unit, person_id: UUID) -> None:
    """Say what is kept of a person, and why: nothing here names anybody, and all of it is the fund's file.

    Source: BR-901.
    """
    unit.publish(PersonErased(person_id=person_id, kept=[KEPT], erased_at=unit.now))
    unit.audit("erasure_answered", "person", person_id, kept=[KEPT])
