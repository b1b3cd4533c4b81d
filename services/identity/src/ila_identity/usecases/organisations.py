"""Organisations on the platform, shown to their people and to the agency."""

from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.store.listing import PageRequest

from ila_identity.domain.organisations import Organisation
from ila_identity.ports import Listed, Unit


def show_organisation(unit: Unit, organisation_id: UUID, scope: Scope) -> Organisation:
    """Return an organisation in scope. Raises Missing."""
    return unit.organisations.get(organisation_id, scope)


def list_organisations(unit: Unit, request: PageRequest, scope: Scope) -> Listed[Organisation]:
    """Return a page of organisations in scope, by title."""
    return unit.organisations.page(request, scope)
