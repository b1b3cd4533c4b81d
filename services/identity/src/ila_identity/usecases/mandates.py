"""Roles given to persons and taken from them; the members of an organisation get theirs here."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from ila_kit.actor import Role

from ila_identity.domain.errors import ToxicRoles
from ila_identity.domain.members import Member, Named
from ila_identity.domain.organisations import Organisation
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.roles import RoleGrant, grant_role
from ila_identity.events.published import RoleGranted, RoleRevoked
from ila_identity.ports import Unit
from ila_identity.usecases.deadlines import keep_deadline

MEMBER_DUE = "member_due"


def give(unit: Unit, person_id: UUID, wanted: Sequence[Role], *, by: str, reason: str) -> list[RoleGrant]:
    """Grant the roles a person does not hold yet, all or none. Raises ToxicRoles."""
    held, grants = unit.roles.held(person_id) if wanted else [], []
    for role in wanted:
        if role not in held:
            grants.append(
                grant_role(held, person_id, role, granted_at=unit.now, granted_by=by, reason=reason)
            )
            held.append(role)
    for grant in grants:
        put(unit, grant)
    return grants


def put(unit: Unit, grant: RoleGrant) -> None:
    """Store a grant that fits the person, and tell of it."""
    unit.roles.add(grant)
    unit.publish(RoleGranted.of(grant))
    unit.audit("role_granted", "role_grant", grant.id, person=str(grant.person_id), role=grant.role)


def take(unit: Unit, person_id: UUID, roles: Iterable[Role], reason: str) -> None:
    """Take roles from a person; those not held are passed over."""
    for role in roles:
        grant = unit.roles.remove(person_id, role)
        if grant is not None:
            unit.publish(RoleRevoked.of(grant, unit.now), sequence=2)
            unit.audit(
                "role_revoked", "role_grant", grant.id, person=str(person_id), role=role.name, reason=reason
            )


def put_in_force(unit: Unit, member: Member) -> Member:
    """Return a confirmed member with the roles granted, if the person has ever signed in.

    The member is new to the store, or is saved by the caller. Raises ToxicRoles.
    """
    code = member.named.personal_code
    unit.persons.lock_code(code)
    person = unit.persons.by_code(code)
    return member if person is None else _granted(unit, member, person.id)


def admit_administrator(unit: Unit, organisation: Organisation, named: Named, *, added_by: str) -> None:
    """Name the first administrator of a new organisation; who admits it confirms them. Raises ToxicRoles.

    Source: BR-104.
    """
    added = Member.add(organisation.id, named, [organisation.administrator], added_by, unit.now)
    unit.members.add(added)
    admitted = added.admitted(unit.actor.id, unit.now)
    in_force = put_in_force(unit, admitted)
    for member in dict.fromkeys((admitted, in_force)):
        unit.members.save(member)
    note_member(unit, in_force, "administrator_named")


def apply_waiting(unit: Unit, person_id: UUID, code: PersonalCode) -> None:
    """Put the mandates in force that waited for a person to sign in.

    One whose roles do not go together with those the person holds ends; the sign-in goes on.
    """
    for member in unit.members.waiting(code):
        try:
            keep_member(unit, _granted(unit, member, person_id), "member_admitted")
        except ToxicRoles as refusal:
            ended = member.ended("end", {"system"}, unit.now)
            keep_member(unit, ended, "member_refused", role=refusal.facts["role"])


def keep_member(unit: Unit, member: Member, action: str, **details: str) -> None:
    """Store the next version of a member, with its timer and an audit entry."""
    unit.members.save(member)
    note_member(unit, member, action, **details)


def note_member(unit: Unit, member: Member, action: str, **details: str) -> None:
    """Set the timer of a member's state and note what happened."""
    keep_deadline(unit, member.id, MEMBER_DUE, member.due_at)
    place = str(member.organisation_id)
    unit.audit(action, "member", member.id, organisation=place, state=member.state, **details)


def _granted(unit: Unit, member: Member, person_id: UUID) -> Member:
    by = member.confirmed_by or member.added_by
    give(unit, person_id, member.mandate, by=by, reason=f"member {member.id}")
    return member.applied(person_id, unit.now)
