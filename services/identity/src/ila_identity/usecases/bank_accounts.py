"""Bank accounts of organisations: added, confirmed by a second person, told to who pays."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.store.listing import PageRequest

from ila_identity.domain.bank_accounts import CONFIRMERS, BankAccount, Iban
from ila_identity.domain.errors import BankAccountKnown
from ila_identity.domain.limits import Limits
from ila_identity.ports import Listed, Unit
from ila_identity.usecases.deadlines import keep_deadline
from ila_identity.usecases.members import open_organisation

BANK_ACCOUNT_DUE = "bank_account_due"
AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBankAccount:
    """An administrator names an account of the organisation."""

    organisation_id: UUID
    iban: Iban
    holder: str


@dataclass(frozen=True, slots=True)
class AccountOf:
    """An account of an organisation, as a path names it."""

    organisation_id: UUID
    account_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PayableAccount:
    """Where an organisation is paid to; nothing is paid before `payable_from`, nor while it is None."""

    organisation_id: UUID
    title: str
    account_id: UUID
    iban: str = field(repr=False)
    holder: str
    state: str
    payable_from: datetime | None


def add_bank_account(unit: Unit, command: AddBankAccount, scope: Scope) -> BankAccount:
    """Add an account that waits for a second person. Raises Missing, OrganisationClosed, BankAccountKnown."""
    organisation = open_organisation(unit, command.organisation_id, scope)
    account = BankAccount.add(organisation.id, command.iban, command.holder, unit.actor.id, unit.now)
    if not unit.bank_accounts.add(account):
        raise BankAccountKnown()
    note_account(unit, account, "bank_account_added")
    return account


def confirm_bank_account(unit: Unit, command: AccountOf, scope: Scope, limits: Limits) -> BankAccount:
    """Confirm an account: paid to at once if it is the first one, else after the cooling time.

    Raises Missing, OrganisationClosed, WrongState, NotYourStep or SecondPersonNeeded.

    Source: BR-714.
    """
    organisation = open_organisation(unit, command.organisation_id, scope)
    account = unit.bank_accounts.get(command.account_id, organisation.id)
    earlier = unit.bank_accounts.standing(organisation.id)
    roles = {role.name for role in unit.actor.roles if role.organisation == organisation.id} & CONFIRMERS
    cooling = limits.cooling if earlier else AT_ONCE
    confirmed = account.confirmed(unit.actor.id, roles, unit.now, cooling)
    if earlier:
        _keep(unit, earlier.ended("replace", unit.now), "bank_account_replaced")
    return _keep(unit, confirmed, "bank_account_confirmed")


def end_account_in_time(unit: Unit, account_id: UUID) -> None:
    """End an account that nobody confirmed.

    Source: BR-605.
    """
    account = unit.bank_accounts.get(account_id)
    if account.due_at is not None and account.due_at <= unit.now:
        _keep(unit, account.ended("lapse", unit.now), "bank_account_lapsed")


def list_bank_accounts(
    unit: Unit, organisation_id: UUID, request: PageRequest, scope: Scope
) -> Listed[BankAccount]:
    """Return a page of the accounts of an organisation. Raises Missing."""
    organisation = unit.organisations.get(organisation_id, scope)
    return unit.bank_accounts.page(organisation.id, request)


def payable_accounts(unit: Unit, organisation_ids: Sequence[UUID], purpose: str) -> list[PayableAccount]:
    """Return where organisations are paid to, each look noted; those without an account are left out.

    It is the confirmed account, be it that it still cools; else the newest that waits for a second
    person: its `state` says that nothing is to be paid there.

    Source: BR-714.
    """
    wanted = list(dict.fromkeys(organisation_ids))
    titles = unit.organisations.many(wanted)
    accounts = unit.bank_accounts.current(wanted)
    for account in accounts:
        unit.audit("bank_account_viewed", "organisation", account.organisation_id, purpose=purpose)
    return [_payable(account, titles[account.organisation_id].title) for account in accounts]


def note_account(unit: Unit, account: BankAccount, action: str) -> None:
    """Set the timer of an account's state and note what happened."""
    keep_deadline(unit, account.id, BANK_ACCOUNT_DUE, account.due_at)
    place = str(account.organisation_id)
    unit.audit(action, "bank_account", account.id, organisation=place, state=account.state)


def _keep(unit: Unit, account: BankAccount, action: str) -> BankAccount:
    unit.bank_accounts.save(account)
    note_account(unit, account, action)
    return account


def _payable(account: BankAccount, title: str) -> PayableAccount:
    return PayableAccount(
        organisation_id=account.organisation_id,
        title=title,
        account_id=account.id,
        iban=account.iban.compact,
        holder=account.holder,
        state=account.state,
        payable_from=account.payable_from,
    )
