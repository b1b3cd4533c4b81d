"""What may happen to an organisation on the platform: suspended, reinstated, closed."""

from dataclasses import dataclass
from uuid import UUID

from ila_kit.actor import EVERYTHING, Scope
from ila_kit.store.listing import PageRequest

from ila_identity.domain.organisations import Organisation
from ila_identity.events.published import ProviderReinstated, ProviderSuspended
from ila_identity.ports import Listed, Unit
from ila_identity.usecases.members import end_all_members

FULL, CLOSED = "full", "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanction:
    """An officer changes the state of an organisation, with a written reason."""

    organisation_id: UUID
    reason: str


def suspend_organisation(unit: Unit, command: Sanction) -> Organisation:
    """Let an organisation do nothing new. Raises Missing, WrongState or NotYourStep."""
    organisation = _step(unit, command, "suspend", "organisation_suspended")
    _tell_suspended(unit, organisation, FULL)
    return organisation


def reinstate_organisation(unit: Unit, command: Sanction) -> Organisation:
    """Let a suspended organisation work again. Raises Missing, WrongState or NotYourStep."""
    organisation = _step(unit, command, "reinstate", "organisation_reinstated")
    event = ProviderReinstated(
        organisation_id=organisation.id, reinstated_at=unit.now, version=organisation.version
    )
    unit.publish(event, organisation.version)
    return organisation


def close_organisation(unit: Unit, command: Sanction) -> Organisation:
    """End an organisation for good, with every membership and role in it.

    Raises Missing, WrongState or NotYourStep.
    """
    organisation = _step(unit, command, "close", "organisation_closed")
    end_all_members(unit, organisation)
    _tell_suspended(unit, organisation, CLOSED)
    return organisation


def show_organisation(unit: Unit, organisation_id: UUID, scope: Scope) -> Organisation:
    """Return an organisation in scope. Raises Missing."""
    return unit.organisations.get(organisation_id, scope)


def list_organisations(unit: Unit, request: PageRequest, scope: Scope) -> Listed[Organisation]:
    """Return a page of organisations in scope, by title."""
    return unit.organisations.page(request, scope)


def _step(unit: Unit, command: Sanction, action: str, audited: str) -> Organisation:
    organisation = unit.organisations.get(command.organisation_id, EVERYTHING, lock=True)
    stepped = organisation.stepped(action, unit.actor.role_names, command.reason, unit.now)
    unit.organisations.save(stepped)
    unit.audit(audited, "organisation", stepped.id, reason=command.reason, version=stepped.version)
    return stepped


def _tell_suspended(unit: Unit, organisation: Organisation, grade: str) -> None:
    event = ProviderSuspended(
        organisation_id=organisation.id, grade=grade, suspended_at=unit.now, version=organisation.version
    )
    unit.publish(event, organisation.version)
