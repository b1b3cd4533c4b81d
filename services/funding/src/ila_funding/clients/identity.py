"""Identity, asked where organisations are paid to."""

from collections.abc import Callable, Sequence
from functools import cached_property
from uuid import UUID

from ila_kit.clients import Neighbour
from ila_kit.errors import Unavailable
from ila_kit.events import from_json
from stdnum import iban

from ila_funding.domain.payee import BankAccount

ACCOUNTS = "/api/identity/v1/organisation-accounts"


class IdentityAccounts:
    """Bank accounts over HTTP, through the gateway. `connect` is called at the first question."""

    def __init__(self, connect: Callable[[], Neighbour]):
        self._connect = connect

    @cached_property
    def _neighbour(self) -> Neighbour:
        return self._connect()

    def of(self, organisation_ids: Sequence[UUID], purpose: str) -> list[BankAccount]:
        """Return the accounts of organisations; only of those that were asked for.

        Raises Unavailable when identity is away or its answer is not what we rely on: an account
        whose number does not check is no answer to pay by.
        """
        body = {"organisation_ids": [str(one) for one in organisation_ids], "purpose": purpose}
        answer = self._neighbour.post(ACCOUNTS, body)
        try:
            told = [from_json(BankAccount, one) for one in answer["accounts"]]
            for one in told:
                iban.validate(one.iban)
        except Exception as fault:
            raise Unavailable(neighbour="identity", fault=type(fault).__name__) from fault
        return [one for one in told if one.organisation_id in set(organisation_ids)]
