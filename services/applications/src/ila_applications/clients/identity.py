"""Identity, asked for facts about persons."""

from collections.abc import Callable, Sequence
from functools import cached_property
from uuid import UUID

from ila_kit.clients import Neighbour
from ila_kit.errors import Unavailable
from ila_kit.events import from_json

from ila_applications.domain.eligibility import PersonFacts

FACTS = "/api/identity/v1/person-facts"


class IdentityPeople:
    """Facts about persons over HTTP, through the gateway. `connect` is called at the first question."""

    def __init__(self, connect: Callable[[], Neighbour]):
        self._connect = connect

    @cached_property
    def _neighbour(self) -> Neighbour:
        return self._connect()

    def facts(self, person_ids: Sequence[UUID], purpose: str) -> dict[UUID, PersonFacts]:
        """Return the facts of those who are known, by id; only of those who were asked for.

        Raises Unavailable when identity is away or its answer is not what we rely on.
        """
        body = {"person_ids": [str(one) for one in person_ids], "purpose": purpose}
        answer = self._neighbour.post(FACTS, body)
        try:
            told = [from_json(PersonFacts, one) for one in answer["facts"]]
        except Exception as fault:
            raise Unavailable(neighbour="identity", fault=type(fault).__name__) from fault
        return {one.person_id: one for one in told if one.person_id in set(person_ids)}
