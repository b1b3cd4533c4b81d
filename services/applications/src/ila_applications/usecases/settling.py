"""Payment, as groups see it: learners are paid for, and their group closes with the last of them."""

from collections.abc import Sequence
from uuid import UUID

from ila_kit.actor import EVERYTHING
from ila_kit.errors import Missing

from ila_applications.domain.applications import Case
from ila_applications.domain.groups import SYSTEM_REACH
from ila_applications.ports import Unit
from ila_applications.usecases.funds import note_payment
from ila_applications.usecases.memberships import close_when_paid, locked_group


def settle(unit: Unit, application_ids: Sequence[UUID]) -> None:
    """Note that these applications are paid for, and close each group that waits for no other payment.

    A second telling changes nothing; applications that are not ours are passed over.
    """
    cases = [case for one in sorted(set(application_ids)) if (case := _found(unit, one))]
    for case in cases:
        note_payment(unit, case)
    groups = {case.application.group_id for case in cases if case.application.group_id}
    for group_id in sorted(groups):
        close_when_paid(unit, locked_group(unit, group_id, SYSTEM_REACH))


def _found(unit: Unit, application_id: UUID) -> Case | None:
    try:
        return unit.applications.get(application_id, EVERYTHING, lock=True)
    except Missing:
        return None
