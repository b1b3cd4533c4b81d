"""Identity, asked where organisations are paid to, and what others paid for persons."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from uuid import UUID

from ila_kit.clients import Neighbour
from ila_kit.errors import Unavailable
from ila_kit.events import from_json, to_json
from stdnum import iban

from ila_funding.domain.payee import BankAccount
from ila_funding.domain.support_check import SupportAnswer

ACCOUNTS = "/api/identity/v1/organisation-accounts"
SUPPORTS = "/api/identity/v1/earlier-support"
TOLD, DOWN = "register", "unavailable"


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


class IdentitySupports:
    """The register of earlier support, asked by identity. `connect` is called at the first question."""

    def __init__(self, connect: Callable[[], Neighbour]):
        self._connect = connect

    @cached_property
    def _neighbour(self) -> Neighbour:
        return self._connect()

    def of(self, since: Mapping[UUID, datetime], purpose: str) -> dict[UUID, SupportAnswer]:
        """Return what the register told of persons since these times, by id; it may not have told yet.

        Raises Unavailable when it told of nobody and is known to be down, when identity is away, or when
        its answer is not what we rely on.
        """
        asked = [{"person_id": one, "since": at} for one, at in since.items()]
        answer = self._neighbour.post(SUPPORTS, to_json({"questions": asked, "purpose": purpose}))
        try:
            states = {one["state"] for one in answer["answers"]}
            told = [from_json(SupportAnswer, one) for one in answer["answers"] if one["state"] == TOLD]
        except Exception as fault:
            raise Unavailable(neighbour="identity", fault=type(fault).__name__) from fault
        if not told and DOWN in states:
            raise Unavailable(neighbour="earlier-support", fault=DOWN)
        return {one.person_id: one for one in told if one.person_id in since}
