"""Roles of the agency: granted by an administrator, those of power with a second one, and revoked at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from ila_kit.actor import Role
from ila_kit.errors import Missing
from ila_kit.looks import note_look
from ila_kit.states import SYSTEM, NotYourStep
from ila_kit.store.listing import PageRequest

from ila_identity.domain.errors import (
    LastAdministrator,
    MembershipRole,
    RoleHeld,
    RoleProposed,
    UnknownPerson,
)
from ila_identity.domain.persons import Person
from ila_identity.domain.role_proposals import GRANTER, NEEDS_SECOND, RoleProposal, must_be_grantable
from ila_identity.domain.roles import RoleGrant, grant_role
from ila_identity.events.published import PersonalDataViewed
from ila_identity.ports import Listed, Unit
from ila_identity.usecases.deadlines import keep_deadline
from ila_identity.usecases.mandates import put, take

PROPOSAL_DUE = "role_proposal_due"
ACTIVE, REVOKED = "active", "revoked"
PURPOSE = "giving and supervising roles"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRole:
    """An administrator gives a person a role of the agency, with a written reason."""

    person_id: UUID
    role: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantView:
    """A role as it is held, or as it waits for a second person until `due_at`."""

    id: UUID
    person_id: UUID
    role: str
    organisation_id: UUID | None
    state: str
    granted_at: datetime
    granted_by: str
    confirmed_by: str | None
    due_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedGrant(GrantView):
    """The same with the name of the person; None of somebody who was erased."""

    given_name: str | None
    family_name: str | None


def grant(unit: Unit, command: GrantRole) -> GrantView:
    """Grant a role; one of money, decision or administration waits for a second administrator.

    Raises UnknownPerson, UnknownRole, MembershipRole, OwnRole, RoleHeld, RoleProposed or ToxicRoles.
    """
    must_be_grantable(command.role, command.person_id, unit.actor.id)
    _lock(unit, command.person_id)
    made = _fitting(unit, command.person_id, command.role, unit.actor.id, command.reason)
    if command.role not in NEEDS_SECOND:
        put(unit, made)
        return _held(made, None)
    proposal = RoleProposal.propose(
        command.person_id, command.role, by=unit.actor.id, reason=command.reason, now=unit.now
    )
    if not unit.role_proposals.add(proposal):
        raise RoleProposed()
    _note(unit, proposal, "role_proposed")
    return _proposed(proposal)


def confirm_grant(unit: Unit, grant_id: UUID) -> GrantView:
    """Confirm a proposed role, which is in force at once.

    Raises Missing, WrongState, NotYourStep, SecondPersonNeeded, RoleHeld or ToxicRoles.
    """
    proposal = unit.role_proposals.get(grant_id)
    confirmed = proposal.confirmed(unit.actor.id, unit.actor.role_names, unit.now)
    _lock(unit, proposal.person_id)
    made = _fitting(unit, proposal.person_id, proposal.role, proposal.proposed_by, proposal.reason)
    made = replace(made, id=proposal.id)
    unit.role_proposals.save(confirmed)
    _note(unit, confirmed, "role_confirmed")
    put(unit, made)
    return _held(made, confirmed.confirmed_by)


def revoke_grant(unit: Unit, grant_id: UUID) -> GrantView:
    """Revoke a role at once, or take a proposal back.

    Raises Missing, WrongState, NotYourStep, MembershipRole (its membership is what ends) or
    LastAdministrator.
    """
    proposal = unit.role_proposals.find(grant_id)
    held = unit.roles.get(grant_id)
    if held is not None:
        _must_be_revocable(unit, held)
        take(unit, held.person_id, [held.held], f"revoked by {unit.actor.id}")
    elif proposal is None:
        raise Missing()
    if proposal is not None:
        ended = proposal.ended("revoke", unit.actor.role_names, unit.now)
        unit.role_proposals.save(ended)
        _note(unit, ended, "role_proposal_revoked")
    if held is not None:
        return replace(_held(held, proposal.confirmed_by if proposal else None), state=REVOKED)
    return _proposed(ended)


def end_proposal_in_time(unit: Unit, proposal_id: UUID) -> None:
    """End a proposal that nobody confirmed.

    Source: BR-605.
    """
    proposal = unit.role_proposals.get(proposal_id)
    if proposal.due_at is not None and proposal.due_at <= unit.now:
        lapsed = proposal.ended("lapse", {SYSTEM}, unit.now)
        unit.role_proposals.save(lapsed)
        _note(unit, lapsed, "role_proposal_lapsed")


def list_grants(unit: Unit, request: PageRequest) -> Listed[NamedGrant]:
    """Return a page of the roles that are held, and of those that wait, newest first.

    Who holds them is named, so that a second person knows whom they confirm: a look at each of them.

    Source: decisions 0050 and 0058.
    """
    page = unit.role_proposals.page_of_grants(request)
    persons = unit.persons.many(list({row["person_id"] for row in page.items}))
    note_look(unit, PersonalDataViewed, list(persons), ["given_name", "family_name"], PURPOSE)
    return Listed([_named(row, persons.get(row["person_id"])) for row in page.items], page.next)


def _lock(unit: Unit, person_id: UUID) -> None:
    """Hold the person, as sign-ins and memberships do, so that no two grants miss each other."""
    if unit.persons.get(person_id) is None:
        raise UnknownPerson()
    unit.persons.lock_code(unit.persons.current_code(person_id))


def _fitting(unit: Unit, person_id: UUID, role: str, by: str, reason: str) -> RoleGrant:
    held = unit.roles.held(person_id)
    if Role(role) in held:
        raise RoleHeld(role=role)
    return grant_role(held, person_id, Role(role), granted_at=unit.now, granted_by=by, reason=reason)


def _must_be_revocable(unit: Unit, held: RoleGrant) -> None:
    if GRANTER not in unit.actor.role_names:
        raise NotYourStep(thing="role_grant", action="revoke")
    if held.organisation_id is not None:
        raise MembershipRole(role=held.role)
    if held.role == GRANTER and not unit.roles.others_hold(held):
        raise LastAdministrator()


def _note(unit: Unit, proposal: RoleProposal, action: str) -> None:
    keep_deadline(unit, proposal.id, PROPOSAL_DUE, proposal.due_at)
    person = str(proposal.person_id)
    unit.audit(action, "role_grant", proposal.id, person=person, role=proposal.role, state=proposal.state)


def _held(grant: RoleGrant, confirmed_by: str | None) -> GrantView:
    return GrantView(
        id=grant.id,
        person_id=grant.person_id,
        role=grant.role,
        organisation_id=grant.organisation_id,
        state=ACTIVE,
        granted_at=grant.granted_at,
        granted_by=grant.granted_by,
        confirmed_by=confirmed_by,
        due_at=None,
        reason=grant.reason,
    )


def _named(row: Mapping[str, Any], person: Person | None) -> NamedGrant:
    return NamedGrant(
        **row,
        given_name=person.description.given_name if person else None,
        family_name=person.description.family_name if person else None,
    )


def _proposed(proposal: RoleProposal) -> GrantView:
    return GrantView(
        id=proposal.id,
        person_id=proposal.person_id,
        role=proposal.role,
        organisation_id=None,
        state=proposal.state,
        granted_at=proposal.proposed_at,
        granted_by=proposal.proposed_by,
        confirmed_by=proposal.confirmed_by,
        due_at=proposal.due_at,
        reason=proposal.reason,
    )
