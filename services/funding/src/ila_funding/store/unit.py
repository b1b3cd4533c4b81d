"""The unit of work of this service: the kit's, with its stores."""

from collections.abc import Callable
from datetime import datetime
from functools import cached_property, partial
from typing import Any

import sqlalchemy as sa
from ila_kit.actor import Actor
from ila_kit.store.personal_data import PersonalRows
from ila_kit.store.unit import Unit
from ila_kit.vault import Vault

from ila_funding.store.budget_lines import SqlBudgetLineStore
from ila_funding.store.claims import SqlClaimStore
from ila_funding.store.entitlements import SqlEntitlementStore
from ila_funding.store.holds import SqlHoldStore, SqlRequestStore
from ila_funding.store.late_changes import SqlLateChangeStore
from ila_funding.store.ledger import SqlLedgerStore
from ila_funding.store.line_changes import SqlLineChangeStore
from ila_funding.store.methodologies import MethodologyCache, SqlMethodologyStore
from ila_funding.store.payment_runs import SEALING, SqlRunStore
from ila_funding.store.periods import SqlPeriodStore
from ila_funding.store.personal_data import PARTS
from ila_funding.store.prices import SqlPriceStore
from ila_funding.store.providers import SqlAgreementStore, SqlProviderStore
from ila_funding.store.reconciliation import reconcile
from ila_funding.store.results import SqlIndicatorStore, SqlResultStore
from ila_funding.store.support import SqlSupportStore
from ila_funding.store.told import SqlCallStore, SqlProgrammeStore
from ila_funding.store.top_ups import SqlTopUpStore
from ila_funding.store.verification import verify


class FundingUnit(Unit):
    """One transaction of this service."""

    def __init__(
        self,
        connection: sa.Connection,
        service: str,
        actor: Actor,
        now: datetime,
        methodologies: MethodologyCache,
        vault: Vault,
    ):
        super().__init__(connection, service, actor, now)
        self._cached, self._vault = methodologies, vault

    @classmethod
    def deciding_by(cls, methodologies: MethodologyCache, secret: str) -> "Callable[..., FundingUnit]":
        """Return how units are made that keep methodologies here and seal by this secret, 32 bytes in base64.

        Raises ValueError when it is none.
        """
        return partial(cls, methodologies=methodologies, vault=Vault.of(secret, SEALING))

    @cached_property
    def methodologies(self) -> SqlMethodologyStore:
        """Versions of the methodology."""
        return SqlMethodologyStore(self.connection, self._cached)

    @cached_property
    def calls(self) -> SqlCallStore:
        """Calls, as catalog told of them."""
        return SqlCallStore(self.connection)

    @cached_property
    def programmes(self) -> SqlProgrammeStore:
        """Programmes, as catalog told of them."""
        return SqlProgrammeStore(self.connection)

    @cached_property
    def prices(self) -> SqlPriceStore:
        """What was told of the price of each programme."""
        return SqlPriceStore(self.connection)

    @cached_property
    def lines(self) -> SqlBudgetLineStore:
        """Budget lines."""
        return SqlBudgetLineStore(self.connection)

    @cached_property
    def line_changes(self) -> SqlLineChangeStore:
        """Proposed changes of budget lines."""
        return SqlLineChangeStore(self.connection)

    @cached_property
    def requests(self) -> SqlRequestStore:
        """Hold requests."""
        return SqlRequestStore(self.connection)

    @cached_property
    def personal_data(self) -> PersonalRows:
        """Everything that is kept about a person."""
        return PersonalRows(self.connection, PARTS)

    @cached_property
    def holds(self) -> SqlHoldStore:
        """Holds."""
        return SqlHoldStore(self.connection)

    @cached_property
    def support(self) -> SqlSupportStore:
        """What people are supported for."""
        return SqlSupportStore(self.connection)

    @cached_property
    def ledger(self) -> SqlLedgerStore:
        """The ledger."""
        return SqlLedgerStore(self.connection)

    @cached_property
    def entitlements(self) -> SqlEntitlementStore:
        """Learners' entitlements in calls."""
        return SqlEntitlementStore(self.connection)

    @cached_property
    def top_ups(self) -> SqlTopUpStore:
        """What others add to entitlements."""
        return SqlTopUpStore(self.connection)

    @cached_property
    def periods(self) -> SqlPeriodStore:
        """Accounting periods."""
        return SqlPeriodStore(self.connection)

    @cached_property
    def late_changes(self) -> SqlLateChangeStore:
        """What happened in closed months, until somebody books it."""
        return SqlLateChangeStore(self.connection)

    @cached_property
    def agreements(self) -> SqlAgreementStore:
        """Agreements, as catalog told of them."""
        return SqlAgreementStore(self.connection)

    @cached_property
    def providers(self) -> SqlProviderStore:
        """Providers, as identity told of them."""
        return SqlProviderStore(self.connection)

    @cached_property
    def results(self) -> SqlResultStore:
        """Verified results."""
        return SqlResultStore(self.connection)

    @cached_property
    def indicators(self) -> SqlIndicatorStore:
        """What the fund counts."""
        return SqlIndicatorStore(self.connection)

    @cached_property
    def claims(self) -> SqlClaimStore:
        """Claims, their lines and their checks."""
        return SqlClaimStore(self.connection)

    @cached_property
    def runs(self) -> SqlRunStore:
        """Payment runs."""
        return SqlRunStore(self.connection, self._vault)

    def reconcile(self) -> dict[str, Any]:
        """Return whether holds, claims and payments follow from what others told, and what does not."""
        return reconcile(self.connection)

    def verify_ledger(self) -> dict[str, Any]:
        """Return whether the ledger is right, and what in it is not."""
        return verify(self.connection)
