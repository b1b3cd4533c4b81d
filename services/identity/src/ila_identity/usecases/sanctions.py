"""Sanctions of organisations: imposed, replied to, lifted, ended by time; and the closing for good.

Every change of what is barred is one version of the organisation, told with all that is barred from
then on. So readers need the newest telling alone, in whatever order they come.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ila_kit.actor import EVERYTHING, Scope
from ila_kit.states import SYSTEM
from ila_kit.store.listing import PageRequest

from ila_identity.domain.employer_errors import SanctionNotForEmployers
from ila_identity.domain.errors import SanctionInForce
from ila_identity.domain.limits import Limits
from ila_identity.domain.organisations import Organisation
from ila_identity.domain.sanctions import (
    CLOSURE,
    REPLIERS,
    Grounds,
    Sanction,
    barred_by,
    closure,
    grade_of,
    impose,
)
from ila_identity.events.published import EmployerClosed, ProviderReinstated, ProviderSuspended
from ila_identity.ports import Listed, Unit
from ila_identity.usecases.members import end_all_members

SANCTION_END, REPLY_DUE = "sanction_end", "sanction_reply_due"
_SYSTEM = frozenset({SYSTEM})


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspend:
    """An officer bars an organisation from something, until a day or until further notice."""

    organisation_id: UUID
    scope: str
    grounds: Grounds
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reinstate:
    """An officer lifts one sanction of an organisation, or all that are in force when None is named."""

    organisation_id: UUID
    reason: str
    sanction_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """An officer ends an organisation for good."""

    organisation_id: UUID
    grounds: Grounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What an organisation says to a sanction."""

    organisation_id: UUID
    sanction_id: UUID
    text: str


def suspend_organisation(unit: Unit, command: Suspend, limits: Limits) -> Organisation:
    """Bar an organisation from what a scope names; sanctions of other scopes stay as they are.

    Raises Missing, WrongState, NotYourStep, SanctionNotForEmployers, SanctionInForce or EndPassed.
    """
    organisation = _locked(unit, command.organisation_id)
    if organisation.is_employer:
        raise SanctionNotForEmployers(scope=command.scope)
    standing = unit.sanctions.in_force(organisation.id)
    sanction = impose(
        organisation.id,
        command.scope,
        command.grounds,
        by=unit.actor.id,
        now=unit.now,
        reply_days=limits.reply_days,
        ends_on=command.ends_on,
    )
    roles, barred = unit.actor.role_names, barred_by([*standing, sanction])
    suspended = organisation.sanctioned("suspend", roles, sanction.facts, barred, unit.now)
    if any(one.scope == sanction.scope for one in standing):
        raise SanctionInForce(scope=sanction.scope)
    _impose(unit, sanction, "sanction_imposed")
    return _keep(unit, suspended)


def reinstate_organisation(unit: Unit, command: Reinstate) -> Organisation:
    """Lift sanctions; the organisation works again when none is left, unless it is closed.

    Raises Missing, WrongState (none is in force, or it is the closure) or NotYourStep.
    """
    organisation = _locked(unit, command.organisation_id)
    standing = unit.sanctions.in_force(organisation.id)
    chosen = _chosen(unit, organisation, standing, command)
    roles = unit.actor.role_names
    lifted = [one.lifted(unit.actor.id, roles, command.reason, unit.now) for one in chosen]
    barred = barred_by([one for one in standing if one not in chosen])
    reason = organisation.reason if barred else command.reason
    eased = organisation.sanctioned(organisation.eased_by(barred), roles, reason, barred, unit.now)
    for one in lifted:
        _end(unit, one, "sanction_lifted", reason=command.reason)
    return _keep(unit, eased, before=organisation.barred)


def close_organisation(unit: Unit, command: Close) -> Organisation:
    """End an organisation for good, with every membership and role in it.

    What is owed to it stays owed: only a sanction of payments stops those, now as before.
    Raises Missing, WrongState or NotYourStep.
    """
    organisation = _locked(unit, command.organisation_id)
    row = closure(organisation.id, command.grounds, by=unit.actor.id, now=unit.now)
    standing = [*unit.sanctions.in_force(organisation.id), row]
    barred = frozenset() if organisation.is_employer else barred_by(standing)
    closed = organisation.sanctioned("close", unit.actor.role_names, row.facts, barred, unit.now)
    _impose(unit, row, "organisation_closed")
    end_all_members(unit, organisation)
    return _keep(unit, closed)


def reply_to_sanction(unit: Unit, command: Reply, scope: Scope) -> Sanction:
    """Keep what an organisation says to a sanction, once, within its time.

    Raises Missing, WrongState, NotYourStep or ReplyTooLate.
    """
    organisation = unit.organisations.get(command.organisation_id, scope, lock=True)
    sanction = unit.sanctions.get(command.sanction_id, organisation.id)
    roles = {role.name for role in unit.actor.roles if role.organisation == organisation.id} & REPLIERS
    replied = sanction.replied(unit.actor.id, roles, command.text, unit.now)
    unit.sanctions.save(replied)
    unit.clear_timer(replied.id, REPLY_DUE)
    _note(unit, replied, "sanction_replied")
    return replied


def end_sanction_in_time(unit: Unit, sanction_id: UUID) -> None:
    """End a sanction whose last day is over; nothing when somebody lifted it before."""
    organisation = _locked(unit, unit.sanctions.organisation_of(sanction_id))
    sanction = unit.sanctions.get(sanction_id, organisation.id)
    if not sanction.in_force or sanction.ends_at is None or sanction.ends_at > unit.now:
        return
    rest = [one for one in unit.sanctions.in_force(organisation.id) if one.id != sanction.id]
    barred = barred_by(rest)
    reason = organisation.reason if barred else None
    eased = organisation.sanctioned(organisation.eased_by(barred), _SYSTEM, reason, barred, unit.now)
    _end(unit, sanction.ended(unit.now), "sanction_ended")
    _keep(unit, eased, before=organisation.barred)


def miss_reply_in_time(unit: Unit, sanction_id: UUID) -> None:
    """Note that no reply came in time.

    Source: BR-605.
    """
    sanction = unit.sanctions.get(sanction_id)
    due_at = sanction.reply_due_at
    if sanction.reply_state == "awaited" and due_at is not None and due_at <= unit.now:
        missed = sanction.missed(unit.now)
        unit.sanctions.save(missed)
        _note(unit, missed, "sanction_reply_missed")


def list_sanctions(unit: Unit, organisation_id: UUID, request: PageRequest, scope: Scope) -> Listed[Sanction]:
    """Return a page of the sanctions of an organisation in scope, newest first. Raises Missing."""
    organisation = unit.organisations.get(organisation_id, scope)
    return unit.sanctions.page(organisation.id, request)


def _locked(unit: Unit, organisation_id: UUID) -> Organisation:
    return unit.organisations.get(organisation_id, EVERYTHING, lock=True)


def _chosen(
    unit: Unit, organisation: Organisation, standing: list[Sanction], command: Reinstate
) -> list[Sanction]:
    """Return the sanctions that are to be lifted: the named one, or all but a closure."""
    if command.sanction_id is not None:
        return [unit.sanctions.get(command.sanction_id, organisation.id)]
    return [one for one in standing if one.scope != CLOSURE] or standing


def _impose(unit: Unit, sanction: Sanction, action: str) -> None:
    unit.sanctions.add(sanction)
    if sanction.ends_at is not None:
        unit.set_timer(sanction.id, SANCTION_END, sanction.ends_at)
    if sanction.reply_due_at is not None:
        unit.set_timer(sanction.id, REPLY_DUE, sanction.reply_due_at)
    _note(unit, sanction, action)


def _end(unit: Unit, sanction: Sanction, action: str, **details: str) -> None:
    unit.sanctions.save(sanction)
    unit.clear_timer(sanction.id, SANCTION_END)
    _note(unit, sanction, action, **details)


def _note(unit: Unit, sanction: Sanction, action: str, **details: str) -> None:
    unit.audit(
        action,
        "organisation",
        sanction.organisation_id,
        sanction=str(sanction.id),
        scope=sanction.scope,
        **details,
    )


def _keep(unit: Unit, organisation: Organisation, before: Iterable[str] = ()) -> Organisation:
    """Store an organisation and tell what is barred from now on; `before`: what was, until now."""
    unit.organisations.save(organisation)
    if organisation.is_employer:
        closed = EmployerClosed(
            organisation_id=organisation.id, closed_at=unit.now, version=organisation.version
        )
        unit.publish(closed, organisation.version)
    elif organisation.state == "active":
        unit.publish(
            ProviderReinstated(
                organisation_id=organisation.id,
                scopes=list(before),
                reinstated_at=unit.now,
                version=organisation.version,
            ),
            organisation.version,
        )
    else:
        unit.publish(
            ProviderSuspended(
                organisation_id=organisation.id,
                grade=grade_of(organisation.state, organisation.barred),
                scopes=list(organisation.barred),
                suspended_at=unit.now,
                version=organisation.version,
            ),
            organisation.version,
        )
    return organisation
