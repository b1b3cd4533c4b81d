"""People of an organisation: added by an administrator, confirmed by a second person, removed."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from ila_kit.actor import Role, Scope
from ila_kit.errors import Stale
from ila_kit.looks import note_look
from ila_kit.states import SYSTEM
from ila_kit.store.listing import PageRequest

from ila_identity.domain.errors import LastAdministrator, MemberAlready, OrganisationClosed
from ila_identity.domain.members import APPROVER, Confirming, Member, Named
from ila_identity.domain.organisations import Organisation
from ila_identity.events.published import PersonalDataViewed
from ila_identity.ports import Listed, Unit
from ila_identity.usecases.mandates import give, keep_member, note_member, put_in_force, take

SUPERVISION = "supervision of organisations"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMember:
    """An administrator names a person of the organisation and their roles there."""

    organisation_id: UUID
    named: Named
    roles: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMember:
    """An administrator wants a member to hold these roles. `version` is the one that was read."""

    organisation_id: UUID
    member_id: UUID
    roles: Sequence[str]
    version: int


@dataclass(frozen=True, slots=True)
class MemberOf:
    """A member of an organisation, as a path names them."""

    organisation_id: UUID
    member_id: UUID


def add_member(unit: Unit, command: AddMember, scope: Scope) -> Member:
    """Add a member who waits for a second person.

    Raises Missing, OrganisationClosed, RoleNotOfOrganisation or MemberAlready.
    """
    organisation = open_organisation(unit, command.organisation_id, scope)
    organisation.must_know(command.roles)
    member = Member.add(organisation.id, command.named, command.roles, unit.actor.id, unit.now)
    if not unit.members.add(member):
        raise MemberAlready()
    note_member(unit, member, "member_added", roles=" ".join(member.roles))
    return member


def confirm_member(unit: Unit, command: MemberOf, scope: Scope) -> Member:
    """Confirm a member; the roles are in force at once, or from the first sign-in on.

    Raises Missing, OrganisationClosed, WrongState, SecondPersonNeeded, AgencyNotNeeded or ToxicRoles.
    """
    organisation = open_organisation(unit, command.organisation_id, scope)
    member = unit.members.get(organisation.id, command.member_id)
    as_admin = Role(organisation.administrator, organisation.id) in unit.actor.roles
    step = Confirming(
        _with_person(unit, member),
        unit.actor.id,
        as_admin,
        len(unit.roles.in_organisation(organisation.id, organisation.administrator)),
    )
    confirmed = member.confirmed(step, {organisation.administrator if as_admin else APPROVER}, unit.now)
    if member.wanted is not None:
        return _change_roles(unit, organisation, member, confirmed, "member_change_confirmed")
    keep_member(unit, confirmed, "member_confirmed")
    admitted = put_in_force(unit, confirmed)
    if admitted is not confirmed:
        keep_member(unit, admitted, "member_admitted")
    return admitted


def change_member(unit: Unit, command: ChangeMember, scope: Scope) -> Member:
    """Take roles from a member at once, or propose others, which a second person confirms.

    Raises Missing, Stale, OrganisationClosed, RoleNotOfOrganisation, WrongState, SameRoles or
    LastAdministrator.
    """
    organisation = open_organisation(unit, command.organisation_id, scope)
    member = unit.members.get(organisation.id, command.member_id)
    if member.version != command.version:
        raise Stale()
    organisation.must_know(command.roles)
    changed = member.changed(command.roles, unit.actor.id, {organisation.administrator}, unit.now)
    if organisation.administrator not in command.roles:
        _must_keep_an_administrator(unit, organisation, member)
    if changed.wanted is None:
        return _change_roles(unit, organisation, member, changed, "member_reduced")
    keep_member(unit, changed, "member_change_proposed", roles=" ".join(changed.wanted))
    return changed


def withdraw_change(unit: Unit, command: MemberOf, scope: Scope) -> Member:
    """Take back other roles that wait for a second person; whoever proposed them, each administrator may.

    Raises Missing, OrganisationClosed, WrongState or NotYourStep.
    """
    organisation = open_organisation(unit, command.organisation_id, scope)
    member = unit.members.get(organisation.id, command.member_id)
    kept = member.ended("withdraw", {organisation.administrator}, unit.now)
    keep_member(unit, kept, "member_change_withdrawn", proposed_by=member.proposed_by)
    return kept


def _change_roles(
    unit: Unit, organisation: Organisation, before: Member, after: Member, action: str
) -> Member:
    """Let a member hold exactly the roles of its next version. Raises ToxicRoles or LastAdministrator."""
    if organisation.administrator not in after.roles:
        _must_keep_an_administrator(unit, organisation, before)
    keep_member(unit, after, action, roles=" ".join(after.roles))
    if after.person_id is not None:
        unit.persons.lock_code(after.named.personal_code)
        take(unit, after.person_id, set(before.mandate) - set(after.mandate), f"member {after.id}")
        by = after.confirmed_by or after.added_by
        give(unit, after.person_id, after.mandate, by=by, reason=f"member {after.id}")
    return after


def remove_member(unit: Unit, command: MemberOf, scope: Scope) -> Member:
    """End a membership and take its roles. Raises Missing, WrongState or LastAdministrator."""
    organisation = unit.organisations.get(command.organisation_id, scope, lock=True)
    member = unit.members.get(organisation.id, command.member_id)
    ended = member.ended("end", {organisation.administrator}, unit.now)
    _must_keep_an_administrator(unit, organisation, member)
    keep_member(unit, ended, "member_removed")
    if member.person_id is not None:
        take(unit, member.person_id, member.mandate, "member removed")
    return ended


def end_member_in_time(unit: Unit, member_id: UUID) -> None:
    """End a membership that nobody confirmed, or that waited for a sign-in for too long.

    Source: BR-605.
    """
    member = unit.members.by_id(member_id)
    if member.due_at is not None and member.due_at <= unit.now:
        action = "member_lapsed" if member.wanted is None else "member_change_lapsed"
        keep_member(unit, member.ended("lapse", {SYSTEM}, unit.now), action)


def list_members(unit: Unit, organisation_id: UUID, request: PageRequest, scope: Scope) -> Listed[Member]:
    """Return a page of the members of an organisation. Raises Missing.

    Somebody of the agency who reads it looks at each member who has signed in; its own people see theirs.
    """
    organisation = unit.organisations.get(organisation_id, scope)
    page = unit.members.page(organisation.id, request)
    if all(role.organisation != organisation.id for role in unit.actor.roles):
        known = [one.person_id for one in page.items if one.person_id]
        note_look(unit, PersonalDataViewed, known, ["given_name", "family_name", "masked_code"], SUPERVISION)
    return page


def open_organisation(unit: Unit, organisation_id: UUID, scope: Scope) -> Organisation:
    """Return, locked, an organisation that is not closed. Raises Missing or OrganisationClosed."""
    organisation = unit.organisations.get(organisation_id, scope, lock=True)
    if organisation.closed:
        raise OrganisationClosed()
    return organisation


def end_all_members(unit: Unit, organisation: Organisation) -> None:
    """End every membership of an organisation that was closed, and every role held in it."""
    for member in unit.members.of(organisation.id):
        keep_member(unit, member.ended("end", {SYSTEM}, unit.now), "member_removed")
    for grant in unit.roles.in_organisation(organisation.id):
        take(unit, grant.person_id, [grant.held], "organisation closed")


def _with_person(unit: Unit, member: Member) -> Member:
    """Return the member with the person, if known: nobody confirms themselves."""
    person = unit.persons.by_code(member.named.personal_code)
    return member if person is None else member.of_person(person.id)


def _must_keep_an_administrator(unit: Unit, organisation: Organisation, leaving: Member) -> None:
    admins = unit.roles.in_organisation(organisation.id, organisation.administrator)
    if leaving.state in ("active", "changing") and {grant.person_id for grant in admins} == {
        leaving.person_id
    }:
        raise LastAdministrator()
