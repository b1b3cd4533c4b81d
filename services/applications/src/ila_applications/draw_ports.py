"""What the draws of applications need from outside their rules."""

from collections.abc import Iterator, Sequence
from typing import Protocol
from uuid import UUID

from ila_applications.domain.draws import Draw, Secret
from ila_applications.domain.lots import Candidate, Entry, Pin


class DrawStore(Protocol):
    """Draws of calls, their secrets, and the entries as drawn."""

    def add(self, draw: Draw, secret: Secret) -> bool:
        """Store a committed draw with its secret, sealed; False when the call has one."""

    def get(self, call_id: UUID, lock: bool = False) -> Draw:
        """Return the draw of a call. Raises Missing. `lock`: nobody else changes it meanwhile."""

    def secret(self, call_id: UUID) -> Secret:
        """Return the secret of a call's draw. Raises Missing."""

    def lock_places(self, call_id: UUID) -> dict[UUID, int]:
        """Return how many places of each programme of a call are not taken. Locks them."""

    def candidates(self, call_id: UUID) -> list[Candidate]:
        """Return who takes part: whoever submitted, and is not out for good; one entry of each.

        A refusal that can still be contested takes part, unless the person applied anew.
        """

    def keep_pins(self, call_id: UUID, pins: Sequence[Pin]) -> None:
        """Store entries as pinned; nobody can change them."""

    def pins(self, call_id: UUID) -> Iterator[Pin]:
        """Give every pinned entry of a call, sorted as published."""

    def pinned(self, application_id: UUID) -> bool:
        """Tell whether an application is on the pinned list of its call."""

    def keep(self, call_id: UUID, entries: Sequence[Entry]) -> None:
        """Store entries as drawn; nobody can change them."""

    def save(self, draw: Draw) -> None:
        """Store a draw after a step; once it is drawn, places go out by it."""

    def entries(self, application_ids: Sequence[UUID]) -> dict[UUID, Entry]:
        """Return those of these applications that are on a list, by id."""

    def listed(self, call_id: UUID) -> Iterator[Entry]:
        """Give every entry of a call by programme and rank; after them those that came late."""

    def counts(self, call_id: UUID) -> dict[UUID, int]:
        """Return how many entries of each programme are pinned."""
