"""The order of the catalogue that nobody has to ask for: it favours nobody, and nobody can flood it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ila_catalog.domain.search import neutral_order


class Ranked(Protocol):
    """What the order of a published programme follows from; all of it is published."""

    @property
    def id(self) -> UUID:
        """Of the programme."""

    @property
    def provider_id(self) -> UUID:
        """Who gives it."""

    @property
    def fingerprint(self) -> str | None:
        """Of its content; None: nothing else has the same."""

    @property
    def published_at(self) -> datetime:
        """When adults could choose it first."""


def rounds(published: Iterable[Ranked]) -> dict[UUID, int]:
    """Return the round of each published programme, from 1.

    In the order in which they were published (then by id), the n-th programme of an institution comes
    in round n at the earliest, and so does the n-th of one content, whoever gives it. Ten thousand
    copies fill ten thousand rounds, one place in each; whoever has one programme is in the first.
    """
    of_provider: Counter[UUID] = Counter()
    of_content: Counter[str] = Counter()
    found = {}
    for one in sorted(published, key=lambda one: (one.published_at, one.id)):
        of_provider[one.provider_id] += 1
        turn = of_provider[one.provider_id]
        if one.fingerprint is not None:
            of_content[one.fingerprint] += 1
            turn = max(turn, of_content[one.fingerprint])
        found[one.id] = turn
    return found


def neutral_key(turn: int, programme_id: UUID) -> str:
    """Return where a programme stands: by its round, within it by the SHA-256 of its id."""
    return f"{turn:06d}{neutral_order(programme_id)}"
