"""A person asks to be erased: the account closes at once, services erase their parts, identity comes last."""

import logging
from uuid import UUID

from ila_kit.errors import Missing

from ila_identity.domain.accounts import Account
from ila_identity.domain.erasures import ASK_AGAIN, KEPT_HERE, Erasure
from ila_identity.domain.errors import RolesHeld
from ila_identity.domain.roles import LEARNER
from ila_identity.events.published import PersonDisabled, PersonErased, PersonErasureRequested
from ila_identity.ports import Unit

log = logging.getLogger(__name__)
ERASURE_DUE = "erasure_due"
SYSTEM = "system"


def request_erasure(unit: Unit, person_id: UUID) -> Erasure:
    """Close the account of a person, end their sessions, and have every service erase its part.

    Raises Missing, WrongState, or RolesHeld: who still acts for others gives that back first.
    """
    account = _locked(unit, person_id)
    if held := [role.name for role in unit.roles.held(person_id)]:
        raise RolesHeld(roles=sorted(set(held)))
    closed = account.stepped("close", {LEARNER})
    unit.persons.save_account(closed)
    erasure = Erasure(person_id=person_id, requested_at=unit.now)
    unit.erasures.save(erasure)
    told = PersonDisabled(
        person_id=person_id, state=closed.state, disabled_at=unit.now, version=closed.version
    )
    unit.publish(told, closed.version)
    _ask(unit, erasure)
    unit.audit("erasure_requested", "person", person_id)
    return erasure


def note_answer(unit: Unit, person_id: UUID, service: str) -> None:
    """Note that a service erased its part; after the last one the person is erased here too.

    Told twice, late or of somebody whose erasure nobody asked for, it changes nothing.
    """
    erasure = unit.erasures.get(person_id)
    if erasure is None or erasure.erased_at is not None:
        return
    answered = erasure.with_answer(service)
    if answered.answered_by_all:
        _erase(unit, answered)
    else:
        unit.erasures.save(answered)


def ask_again(unit: Unit, person_id: UUID) -> None:
    """Ask services once more that have not answered in time, and say so aloud."""
    erasure = unit.erasures.get(person_id)
    if erasure is not None and erasure.erased_at is None:
        log.error("ALARM an erasure waits", extra={"answered": sorted(erasure.answered)})
        _ask(unit, erasure)


def _ask(unit: Unit, erasure: Erasure) -> None:
    unit.publish(PersonErasureRequested(person_id=erasure.person_id, requested_at=erasure.requested_at))
    unit.set_timer(erasure.person_id, ERASURE_DUE, unit.now + ASK_AGAIN)


def _erase(unit: Unit, erasure: Erasure) -> None:
    account = unit.persons.account(erasure.person_id)
    if account is None:
        raise Missing()
    erased = account.stepped("erase", {SYSTEM})
    unit.persons.save_account(erased)
    unit.persons.erase(erasure.person_id, unit.now)
    unit.exports.forget(erasure.person_id)
    unit.employer_registrations.forget(erasure.person_id)
    unit.erasures.save(erasure.done(unit.now))
    unit.clear_timer(erasure.person_id, ERASURE_DUE)
    unit.publish(
        PersonErased(person_id=erasure.person_id, kept=list(KEPT_HERE), erased_at=unit.now), erased.version
    )
    unit.audit("person_erased", "person", erasure.person_id, kept=list(KEPT_HERE))


def _locked(unit: Unit, person_id: UUID) -> Account:
    if unit.persons.get(person_id) is None:
        raise Missing()
    # The lock of sign-ins: one that is under way is over before, or sees the closed account.
    unit.persons.lock_code(unit.persons.current_code(person_id))
    account = unit.persons.account(person_id)
    if account is None:
        raise Missing()
    return account
