"""Payment runs: made, checked and released by three people who had no hand in what is paid."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.states import SYSTEM

from ila_funding.domain.checks import Check, check_account, check_claim
from ila_funding.domain.claim import PAYABLE, Claim, require_passed
from ila_funding.domain.errors import LateChangeQueued, NotPayable
from ila_funding.domain.payee import BankAccount, account_to_pay
from ila_funding.domain.payment_run import (
    NOT_RELEASED,
    RUN_STATES,
    Payment,
    PaymentRun,
    new_run,
    refuse_approver,
    refuse_handlers,
    refuse_same,
)
from ila_funding.events.published import PaymentReleased
from ila_funding.ports import Unit

RUN_DUE = "run-due"


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeRun:
    """Which claims are paid, and the accounts of their organisations as identity told of them just now."""

    claim_ids: Sequence[UUID]
    accounts: Sequence[BankAccount]


def make_run(unit: Unit, command: MakeRun) -> PaymentRun:
    """Return a new payment run of approved claims, with the result of every named check stored.

    Raises Missing for an unknown claim, NotPayable for one that is not approved or in another run,
    SamePerson for somebody who handled one of the claims. Checks that do not pass keep the run from
    being checked, not from being made, so that it can be seen why.

    Source: BR-712.
    """
    claims = unit.claims.lock_all(command.claim_ids)
    if {claim.id for claim in claims} != set(command.claim_ids):
        raise Missing()
    for claim in claims:
        if claim.state not in PAYABLE or claim.run_id is not None:
            raise NotPayable(claim_id=str(claim.id))
    titles = {one.organisation_id: one.title or "" for one in unit.providers.some(_organisations(claims))}
    paid = [_with_account(claim, command.accounts, titles, unit.now) for claim in claims]
    run, payments = new_run(paid, unit.actor.id, unit.now)
    unit.runs.add(run, payments, [account for _, account, _ in paid if account])
    for claim in claims:
        unit.claims.save(replace(claim, run_id=run.id, version=claim.version + 1, updated_at=unit.now))
    _store_checks(unit, run, payments, "made")
    _await(unit, run)
    unit.audit("make_payment_run", "payment_run", run.id, amount=str(run.amount), claims=len(claims))
    return run


def check_run(unit: Unit, run_id: UUID) -> PaymentRun:
    """Have a second person find every check passed, as things are now.

    Raises SamePerson for the maker or somebody who handled a claim, ChecksFailed.
    """
    run = known_run(unit, run_id)
    RUN_STATES.next_state(run.state, "check", unit.actor.role_names)
    refuse_same(unit.actor.id, run.made_by)
    payments = unit.runs.payments(run.id)
    refuse_handlers(unit.actor.id, unit.claims.lock_all([one.claim_id for one in payments]))
    require_passed(_store_checks(unit, run, payments, "checked"))
    checked = step_run(unit, run, "check", checked_by=unit.actor.id)
    unit.audit("check_payment_run", "payment_run", run.id, amount=str(run.amount))
    return checked


def release_run(unit: Unit, run_id: UUID) -> PaymentRun:
    """Have a third person let the money go, after every check was made once more.

    Raises SamePerson for the maker, the checker or somebody who handled a claim, ApproverMayNotRelease
    for who approved a provider that is paid for the first time, ChecksFailed.

    Source: BR-712.
    """
    run = known_run(unit, run_id)
    RUN_STATES.next_state(run.state, "release", unit.actor.role_names)
    refuse_same(unit.actor.id, run.made_by, run.checked_by)
    payments = unit.runs.payments(run.id)
    claims = unit.claims.lock_all([one.claim_id for one in payments])
    refuse_handlers(unit.actor.id, claims)
    never_paid = unit.runs.never_paid(_organisations(claims))
    refuse_approver(unit.actor.id, unit.providers.some(never_paid))
    require_passed(_store_checks(unit, run, payments, "released"))
    released = step_run(unit, run, "release", released_by=unit.actor.id, released_at=unit.now)
    event = PaymentReleased(
        run_id=run.id,
        call_id=run.call_id,
        amount=run.amount,
        claim_ids=[claim.id for claim in claims],
        released_at=unit.now,
        version=released.version,
    )
    unit.publish(event, released.version)
    unit.audit("release_payment_run", "payment_run", run.id, amount=str(run.amount))
    return released


def fail_run(unit: Unit, run_id: UUID, reason: str) -> PaymentRun:
    """End a run that the bank did not carry out, or that must not go on, and give its claims back.

    Raises Missing, WrongState, NotYourStep, LateChangeQueued.
    """
    run = known_run(unit, run_id)
    refuse_told_late(unit, run)
    failed = step_run(unit, run, "fail", failed_by=unit.actor.id, reason=reason)
    _give_claims_back(unit, run)
    unit.audit("fail_payment_run", "payment_run", run.id, state=run.state)
    return failed


def refuse_told_late(unit: Unit, run: PaymentRun) -> None:
    """Refuse what would decide a run whose settlement waits for a second person: only that one decides it.

    Raises LateChangeQueued.
    """
    if unit.late_changes.waits_for(run.id):
        raise LateChangeQueued(run_id=str(run.id))


def run_due(unit: Unit, run_id: UUID) -> None:
    """Do what the state table says when a run waited too long; nothing when it moved on."""
    run = unit.runs.lock(run_id)
    timer = RUN_STATES.timers.get(run.state) if run else None
    if run is None or timer is None or run.due_at is None or run.due_at > unit.now:
        return
    lapsed = timer.action == "lapse"
    unit.runs.save(run.after(timer.action, (SYSTEM,), unit.now, reason=NOT_RELEASED if lapsed else None))
    if lapsed:
        _give_claims_back(unit, run)
    unit.audit(f"{timer.action}_payment_run", "payment_run", run.id, state=run.state)


def known_run(unit: Unit, run_id: UUID) -> PaymentRun:
    """Return a run, locked. Raises Missing."""
    run = unit.runs.lock(run_id)
    if run is None:
        raise Missing()
    return run


def step_run(
    unit: Unit, run: PaymentRun, action: str, roles: frozenset[str] | None = None, **changes: object
) -> PaymentRun:
    """Take a step of a run's state table as the actor, or in the roles of who asked for it; set its timer."""
    after = run.after(action, unit.actor.role_names if roles is None else roles, unit.now, **changes)
    unit.runs.save(after)
    _await(unit, after)
    return after


def _await(unit: Unit, run: PaymentRun) -> None:
    if run.due_at is None:
        unit.clear_timer(run.id, RUN_DUE)
    else:
        unit.set_timer(run.id, RUN_DUE, run.due_at)


def _give_claims_back(unit: Unit, run: PaymentRun) -> None:
    payments = unit.runs.payments(run.id)
    for claim in unit.claims.lock_all([one.claim_id for one in payments]):
        unit.claims.save(replace(claim, run_id=None, version=claim.version + 1, updated_at=unit.now))
    unit.runs.set_payments(run.id, "failed")


def _organisations(claims: Sequence[Claim]) -> list[UUID]:
    return sorted({claim.organisation_id for claim in claims})


def _with_account(
    claim: Claim, accounts: Sequence[BankAccount], titles: dict[UUID, str], now: datetime
) -> tuple[Claim, BankAccount | None, str]:
    mine = [one for one in accounts if one.organisation_id == claim.organisation_id]
    return claim, account_to_pay(mine, now), titles.get(claim.organisation_id, "")


def _store_checks(unit: Unit, run: PaymentRun, payments: Sequence[Payment], stage: str) -> list[Check]:
    """Make every named check of a run as things are now, and store each result."""
    checks: list[Check] = []
    for payment in payments:
        facts = unit.claims.facts(payment.claim_id)
        checks += check_claim(facts, stage, unit.now)
        checks += check_account(facts, payment.standing, stage, unit.now)
    unit.claims.add_checks(checks, run.id)
    return checks
