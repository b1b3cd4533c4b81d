"""What the draws of applications need from outside their rules."""

from collections.abc import Iterator, Sequence
from typing import Protocol
from uuid import UUID

from ila_applications.domain.draws import Candidate, Draw, Entry, Secret


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

    def keep(self, call_id: UUID, entries: Sequence[Entry]) -> None:
        """Store entries as drawn; nobody can change them."""

    def finish(self, draw: Draw) -> None:
        """Store a draw as drawn; from now on places go out by it."""

    def entries(self, application_ids: Sequence[UUID]) -> dict[UUID, Entry]:
        """Return those of these applications that are on a list, by id."""

    def listed(self, call_id: UUID) -> Iterator[Entry]:
        """Give every entry of a call by programme and rank; the late ones last in each, by lot."""

    def counts(self, call_id: UUID) -> dict[UUID, int]:
        """Return how many entries of each programme were drawn."""
