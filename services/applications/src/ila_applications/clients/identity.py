"""Identity, asked for facts about persons, and for their names."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from ila_kit.clients import Neighbour
from ila_kit.errors import Unavailable
from ila_kit.events import from_json

from ila_applications.domain.eligibility import PersonFacts
from ila_applications.ports import PersonName

FACTS = "/api/identity/v1/person-facts"
NAMES = "/api/identity/v1/person-names"
T = TypeVar("T", PersonFacts, PersonName)


class IdentityPeople:
    """Facts about persons and their names over HTTP, through the gateway.

    `connect` is called at the first question.
    """

    def __init__(self, connect: Callable[[], Neighbour]):
        self._connect = connect

    @cached_property
    def _neighbour(self) -> Neighbour:
        return self._connect()

    def facts(self, person_ids: Sequence[UUID], purpose: str) -> dict[UUID, PersonFacts]:
        """Return the facts of those who are known, by id; only of those who were asked for.

        Raises Unavailable when identity is away or its answer is not what we rely on.
        """
        return self._told(PersonFacts, FACTS, "facts", person_ids, purpose)

    def names(self, person_ids: Sequence[UUID], purpose: str) -> dict[UUID, PersonName]:
        """Return the names of those who are known, by id; only of those who were asked for.

        Raises Unavailable as `facts` does.
        """
        return self._told(PersonName, NAMES, "names", person_ids, purpose)

    def _told(
        self, kind: type[T], path: str, member: str, person_ids: Sequence[UUID], purpose: str
    ) -> dict[UUID, T]:
        body = {"person_ids": [str(one) for one in person_ids], "purpose": purpose}
        answer = self._neighbour.post(path, body)
        try:
            told = [from_json(kind, one) for one in answer[member]]
        except Exception as fault:
            raise Unavailable(neighbour="identity", fault=type(fault).__name__) from fault
        return {one.person_id: one for one in told if one.person_id in set(person_ids)}
