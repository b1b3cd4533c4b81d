"""What may happen to the account of a person: restricted with a reason, and let work again."""

from dataclasses import dataclass
from uuid import UUID

from ila_kit.errors import Missing

from ila_identity.domain.accounts import Account
from ila_identity.events.published import PersonDisabled
from ila_identity.ports import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStep:
    """An administrator changes the state of an account, with a written reason."""

    person_id: UUID
    reason: str


def restrict_account(unit: Unit, command: AccountStep) -> Account:
    """Let nobody sign in as a person or go on working. Raises Missing, WrongState or NotYourStep."""
    account = _step(unit, command, "restrict", "account_restricted")
    event = PersonDisabled(
        person_id=account.person_id, state=account.state, disabled_at=unit.now, version=account.version
    )
    unit.publish(event, account.version)
    return account


def reinstate_account(unit: Unit, command: AccountStep) -> Account:
    """Let a person sign in again. Raises Missing, WrongState or NotYourStep."""
    return _step(unit, command, "lift", "account_reinstated")


def _step(unit: Unit, command: AccountStep, action: str, audited: str) -> Account:
    if unit.persons.get(command.person_id) is None:
        raise Missing()
    # The lock of sign-ins: one that is under way is over before, or sees the new state.
    unit.persons.lock_code(unit.persons.current_code(command.person_id))
    account = unit.persons.account(command.person_id)
    if account is None:
        raise Missing()
    stepped = account.stepped(action, unit.actor.role_names)
    unit.persons.save_account(stepped)
    unit.audit(audited, "account", command.person_id, reason=command.reason, version=stepped.version)
    return stepped
