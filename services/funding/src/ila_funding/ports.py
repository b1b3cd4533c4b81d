"""What the use cases need from outside, and what the doors are given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ila_kit.ports import UnitOfWork
from ila_kit.store.unit import Units

from ila_funding.domain.agreement import Agreement
from ila_funding.domain.checks import Check, ClaimFacts
from ila_funding.domain.claim import Claim, ClaimLine
from ila_funding.domain.hold import Hold
from ila_funding.domain.indicator import Indicator, Target
from ila_funding.domain.payee import BankAccount
from ila_funding.domain.payment_run import Payment, PaymentRun
from ila_funding.domain.provider import Provider
from ila_funding.domain.request import EarlyEnding, HoldRequest
from ila_funding.domain.result import ClaimableResult, VerifiedResult
from ila_funding.domain.statement import AccountStatement, PriceStatement
from ila_funding.domain.transfer import TransferFile
from ila_funding.ledger_ports import EntitlementStore, LateChangeStore, LedgerStore, PeriodStore, TopUpStore
from ila_funding.limit_ports import BudgetLineStore, LineChangeStore
from ila_funding.support_ports import EarlierSupport as EarlierSupport
from ila_funding.support_ports import SupportStore
from ila_funding.told_ports import CallStore, MethodologyStore, PriceStore, ProgrammeStore


class RequestStore(Protocol):
    """Hold requests, one per application."""

    def claim(self, request: HoldRequest) -> HoldRequest | EarlyEnding | None:
        """Store a request unless its application has one; return what was there, locked, if so."""

    def claim_all(self, requests: Sequence[HoldRequest]) -> set[UUID]:
        """Store the requests whose applications have none; return which applications those are."""

    def claim_ending(self, ending: EarlyEnding) -> HoldRequest | None:
        """Return the request of an application, locked; store the latest ending when there is none."""

    def lock(self, application_id: UUID) -> HoldRequest | EarlyEnding | None:
        """Return what is known of an application, locked."""

    def save(self, request: HoldRequest) -> None:
        """Store a changed request."""

    def behind(self, hold_id: UUID) -> list[UUID]:
        """Return the applications that wait for what becomes of a hold, in their order."""

    def save_all(self, requests: Sequence[HoldRequest]) -> None:
        """Store many changed requests at once."""

    def next_waiting(self, line_id: UUID, now: datetime) -> HoldRequest | None:
        """Return, locked, the request received first of those that wait for a line's money.

        While the line is paused that is the first of those that are exempt.
        """

    def accounts_waiting(self, line_id: UUID, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
        """Return the learners and calls of the requests that `next_waiting` would return first."""


class HoldStore(Protocol):
    """Holds."""

    def add_all(self, holds: Sequence[Hold]) -> None:
        """Store new holds."""

    def save(self, hold: Hold) -> None:
        """Store a changed hold."""

    def lock(self, hold_id: UUID) -> Hold | None:
        """Return a hold that nobody else changes until this transaction ends."""

    def of_application(self, application_id: UUID) -> Hold | None:
        """Return the newest hold of an application, locked the same way."""

    def batch(self, after: UUID | None, limit: int) -> list[Hold]:
        """Return the holds whose ids follow another, in their order; the first ones after None."""

    def lock_all(self, hold_ids: Sequence[UUID]) -> list[Hold]:
        """Return holds in the order of their ids, locked the same way."""

    def save_all(self, holds: Sequence[Hold]) -> None:
        """Store the states of many changed holds at once."""


class AgreementStore(Protocol):
    """Agreements, as catalog told of them."""

    def note_in_force(self, agreement: Agreement) -> None:
        """Store that an agreement is in force, and what it pinned; once."""

    def note_ended(self, agreement: Agreement) -> None:
        """Store that an agreement ended; once."""


class ProviderStore(Protocol):
    """Providers, as identity told of them."""

    def note_approved(self, provider: Provider) -> None:
        """Store who a provider is and who approved it, unless something newer is known."""

    def note_standing(self, organisation_id: UUID, suspended: bool, sequence: int) -> None:
        """Store whether payments to a provider are barred, unless something newer is known."""

    def some(self, organisation_ids: Sequence[UUID]) -> list[Provider]:
        """Return those of these providers that somebody told of."""


class ResultStore(Protocol):
    """Verified results, as applications told of them."""

    def note(self, result: VerifiedResult) -> None:
        """Store a result; one of the same application changes nothing."""

    def lock_claimable(self, organisation_id: UUID, call_id: UUID, most: int) -> list[ClaimableResult]:
        """Return results nobody claimed, finally decided and with committed money, locked, oldest first."""

    def set_claim(self, application_ids: Sequence[UUID], claim_id: UUID | None) -> None:
        """Note which claim results are in; None gives them free for another one."""


class ClaimStore(Protocol):
    """Claims, their lines and their checks."""

    def add(self, claim: Claim, lines: Sequence[ClaimLine]) -> None:
        """Store a new claim."""

    def lock(self, claim_id: UUID) -> Claim | None:
        """Return a claim that nobody else changes until this transaction ends."""

    def lock_all(self, claim_ids: Sequence[UUID]) -> list[Claim]:
        """Return claims in the order of their ids, locked the same way."""

    def save(self, claim: Claim) -> None:
        """Store a changed claim."""

    def lines(self, claim_ids: Sequence[UUID]) -> list[ClaimLine]:
        """Return the lines of claims that are still claimed."""

    def payees(self, claim_ids: Sequence[UUID]) -> dict[UUID, UUID]:
        """Return which provider is paid for each hold whose line is still claimed."""

    def set_lines(self, claim_id: UUID, application_ids: Sequence[UUID] | None, state: str) -> None:
        """Change the state of these lines of a claim; None means all that are still claimed."""

    def facts(self, claim_id: UUID) -> ClaimFacts:
        """Return what a claim is checked by, as it is now."""

    def add_checks(self, checks: Sequence[Check], run_id: UUID | None = None) -> None:
        """Store results of checks: of the claim itself, or of its payment in a run."""

    def checks(self, claim_id: UUID) -> list[Check]:
        """Return the results of a claim's own checks, the oldest first."""


class RunStore(Protocol):
    """Payment runs and their payments."""

    def add(self, run: PaymentRun, payments: Sequence[Payment], accounts: Sequence[BankAccount]) -> None:
        """Store a new run; the IBANs of the accounts are sealed."""

    def lock(self, run_id: UUID) -> PaymentRun | None:
        """Return a run that nobody else changes until this transaction ends."""

    def save(self, run: PaymentRun) -> None:
        """Store a changed run."""

    def payments(self, run_id: UUID) -> list[Payment]:
        """Return the payments of a run, in the order of their claims."""

    def set_payments(self, run_id: UUID, state: str) -> None:
        """Change the state of all payments of a run."""

    def ibans(self, run_id: UUID) -> dict[UUID, str]:
        """Return the whole IBAN of each payment by its claim: for the bank's file and nothing else."""

    def keep_file(self, run_id: UUID, data: bytes) -> None:
        """Seal and store the file that went to the bank."""

    def file(self, run_id: UUID) -> bytes | None:
        """Return the file that went to the bank, as it went."""

    def never_paid(self, organisation_ids: Sequence[UUID]) -> list[UUID]:
        """Return those of these organisations that no run was released for yet."""


class IndicatorStore(Protocol):
    """What the fund counts."""

    def knows(self, person_id: UUID) -> bool:
        """Tell whether a person opened an account."""

    def note_account(self, person_id: UUID, opened_at: datetime) -> None:
        """Store that a person opened an account; once."""

    def counts(self, ends: Sequence[datetime | None]) -> list[dict[Indicator, int]]:
        """Return both counters as they were at each of some instants; None is now."""


class Unit(UnitOfWork, Protocol):
    """One transaction of this service."""

    @property
    def methodologies(self) -> MethodologyStore: ...
    @property
    def calls(self) -> CallStore: ...
    @property
    def programmes(self) -> ProgrammeStore: ...
    @property
    def prices(self) -> PriceStore: ...
    @property
    def lines(self) -> BudgetLineStore: ...
    @property
    def line_changes(self) -> LineChangeStore: ...
    @property
    def requests(self) -> RequestStore: ...
    @property
    def holds(self) -> HoldStore: ...
    @property
    def support(self) -> SupportStore: ...
    @property
    def ledger(self) -> LedgerStore: ...
    @property
    def entitlements(self) -> EntitlementStore: ...
    @property
    def top_ups(self) -> TopUpStore: ...
    @property
    def periods(self) -> PeriodStore: ...
    @property
    def late_changes(self) -> LateChangeStore: ...
    @property
    def agreements(self) -> AgreementStore: ...
    @property
    def providers(self) -> ProviderStore: ...
    @property
    def results(self) -> ResultStore: ...
    @property
    def claims(self) -> ClaimStore: ...
    @property
    def runs(self) -> RunStore: ...
    @property
    def indicators(self) -> IndicatorStore: ...


class BankAccounts(Protocol):
    """Where organisations are paid to; identity knows."""

    def of(self, organisation_ids: Sequence[UUID], purpose: str) -> list[BankAccount]:
        """Return the accounts of organisations. Raises Unavailable."""


class BankFile(Protocol):
    """How a payment run is written for the bank."""

    def write(self, file: TransferFile) -> bytes:
        """Return the bytes of an ISO 20022 pain.001.001.09 document that fits its schema."""


class StatementWriter(Protocol):
    """How statements of a price and of an account are written for the person they are about."""

    def write(self, statement: PriceStatement, language: str) -> bytes:
        """Return the bytes of a PDF, in lv or en; equal statements give equal bytes."""

    def write_account(self, statement: AccountStatement, language: str) -> bytes:
        """Return the bytes of a PDF, in lv or en; equal statements give equal bytes."""


@dataclass(frozen=True)
class Deps:
    """What the doors are given."""

    units: Units[Any]
    accounts: BankAccounts
    register: EarlierSupport
    bank_file: BankFile
    statements: StatementWriter
    targets: Sequence[Target]
