"""Claims: built from verified results, submitted by the provider, checked and decided by two officers."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.errors import Missing
from ila_kit.states import SYSTEM

from ila_funding.domain.checks import check_claim
from ila_funding.domain.claim import (
    CLAIM_STATES,
    MOST_LINES,
    NOT_SUBMITTED,
    Claim,
    new_claim,
    refuse_lines,
    require_passed,
    total,
)
from ila_funding.events.published import ClaimApproved
from ila_funding.ports import Unit

CLAIM_DUE = "claim-due"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildClaim:
    """Which organisation claims its results in which call."""

    organisation_id: UUID
    call_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideClaim:
    """What an officer decides: `approve`, `reduce` by some lines, or `refuse`; the latter two say why."""

    claim_id: UUID
    action: str
    reason: str | None = None
    refused_lines: Sequence[UUID] = ()


def build_claim(unit: Unit, scope: Scope, command: BuildClaim) -> Claim:
    """Return a new claim of every verified result that nobody claimed, at its pinned unit cost.

    A provisional result waits for its re-check. At most 500 results go into one claim; the rest go
    into the next. Raises Missing for a foreign organisation, NothingToClaim.

    Source: BR-503, BR-711.
    """
    if not scope.covers(organisation=command.organisation_id):
        raise Missing()
    results = unit.results.lock_claimable(command.organisation_id, command.call_id, MOST_LINES)
    claim, lines = new_claim(command.organisation_id, command.call_id, results, unit.actor.id, unit.now)
    unit.claims.add(claim, lines)
    unit.results.set_claim([line.application_id for line in lines], claim.id)
    _await(unit, claim)
    unit.audit("build_claim", "claim", claim.id, amount=str(claim.amount), lines=len(lines))
    return claim


def submit_claim(unit: Unit, scope: Scope, claim_id: UUID) -> Claim:
    """Submit a claim for payment. Raises Missing for a foreign one."""
    claim = own_claim(unit, scope, claim_id)
    submitted = _step(unit, claim, "submit", submitted_by=unit.actor.id)
    unit.audit("submit_claim", "claim", claim.id, amount=str(claim.amount))
    return submitted


def check_submitted_claim(unit: Unit, claim_id: UUID) -> Claim:
    """Make and store the named checks of a submitted claim; what they find decides nothing by itself.

    Raises SamePerson for somebody who built or submitted it.
    """
    claim = known_claim(unit, claim_id)
    claim.by_another(unit.actor.id)
    checked = _step(unit, claim, "check", checked_by=unit.actor.id)
    checks = check_claim(unit.claims.facts(claim.id), "checked", unit.now)
    unit.claims.add_checks(checks)
    failed = [one.name for one in checks if not one.passed]
    unit.audit("check_claim", "claim", claim.id, failed=failed)
    return checked


def decide_claim(unit: Unit, command: DecideClaim) -> Claim:
    """Approve a checked claim, reduce it by some lines, or refuse it; what is refused can be claimed anew.

    The officer is another person than everybody who had to do with it before. Raises SamePerson,
    ChecksFailed when what would be paid does not pass, UnknownLine, NothingLeft.

    Source: BR-711.
    """
    claim = known_claim(unit, command.claim_id)
    CLAIM_STATES.next_state(claim.state, command.action, unit.actor.role_names)
    claim.by_another(unit.actor.id)
    if command.action == "refuse":
        refused = _step(unit, claim, "refuse", decided_by=unit.actor.id, reason=command.reason)
        free_lines(unit, claim.id, None)
        unit.audit("refuse_claim", "claim", claim.id, reason=command.reason)
        return refused
    return _approve(unit, claim, command)


def claim_due(unit: Unit, claim_id: UUID) -> None:
    """Do what the state table says when a claim waited too long; nothing when it moved on."""
    claim = unit.claims.lock(claim_id)
    timer = CLAIM_STATES.timers.get(claim.state) if claim else None
    if claim is None or timer is None or claim.due_at is None or claim.due_at > unit.now:
        return
    lapsed = timer.action == "lapse"
    reason = NOT_SUBMITTED if lapsed else claim.reason
    unit.claims.save(claim.after(timer.action, (SYSTEM,), unit.now, reason=reason))
    if lapsed:
        free_lines(unit, claim.id, None)
    unit.audit(f"{timer.action}_claim", "claim", claim.id, state=claim.state)


def own_claim(unit: Unit, scope: Scope, claim_id: UUID) -> Claim:
    """Return a claim in scope, locked. Raises Missing for a foreign one like for none."""
    claim = known_claim(unit, claim_id)
    if not scope.covers(organisation=claim.organisation_id):
        raise Missing()
    return claim


def known_claim(unit: Unit, claim_id: UUID) -> Claim:
    """Return a claim, locked. Raises Missing."""
    claim = unit.claims.lock(claim_id)
    if claim is None:
        raise Missing()
    return claim


def free_lines(unit: Unit, claim_id: UUID, application_ids: Sequence[UUID] | None) -> None:
    """Refuse these lines of a claim, or all, so that their results can be claimed anew."""
    freed = application_ids
    if freed is None:
        freed = [line.application_id for line in unit.claims.lines([claim_id])]
    unit.claims.set_lines(claim_id, freed, "refused")
    unit.results.set_claim(freed, None)


def _approve(unit: Unit, claim: Claim, command: DecideClaim) -> Claim:
    without = command.refused_lines
    lines = unit.claims.lines([claim.id])
    kept = refuse_lines(lines, without) if command.action == "reduce" else lines
    require_passed(unit.claims.checks(claim.id), without)
    changed = replace(claim, amount=total(kept), reason=command.reason)
    approved = _step(unit, changed, command.action, decided_by=unit.actor.id)
    if without:
        free_lines(unit, claim.id, without)
    event = ClaimApproved(
        claim_id=claim.id,
        organisation_id=claim.organisation_id,
        call_id=claim.call_id,
        amount=approved.amount,
        approved_at=unit.now,
        version=approved.version,
    )
    unit.publish(event, approved.version)
    unit.audit(f"{command.action}_claim", "claim", claim.id, amount=str(approved.amount), lines=len(kept))
    return approved


def _step(unit: Unit, claim: Claim, action: str, **changes: str | None) -> Claim:
    after = claim.after(action, unit.actor.role_names, unit.now, **changes)
    unit.claims.save(after)
    _await(unit, after)
    return after


def _await(unit: Unit, claim: Claim) -> None:
    if claim.due_at is None:
        unit.clear_timer(claim.id, CLAIM_DUE)
    else:
        unit.set_timer(claim.id, CLAIM_DUE, claim.due_at)
