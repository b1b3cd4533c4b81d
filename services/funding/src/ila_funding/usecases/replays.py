"""Stored decisions calculated again, one or all of them (BR-707)."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from uuid import UUID

from ila_funding.domain.hold import Hold
from ila_funding.domain.replay import Replay, replay

BATCH = 500


def replay_hold(unit: Any, hold: Hold) -> Replay:
    """Calculate the quote of a hold again by the version that it names."""
    return replay(hold, unit.methodologies.by_version(hold.methodology_version))


def replay_all(reading: Callable[[], AbstractContextManager[Any]]) -> Iterator[Replay]:
    """Calculate the quotes of all holds again, in the order of their ids.

    `reading` opens a unit of work for each batch, so that no transaction lasts long.
    """
    after: UUID | None = None
    while True:
        with reading() as unit:
            batch = unit.holds.batch(after, BATCH)
            replays = [replay_hold(unit, hold) for hold in batch]
        yield from replays
        if len(batch) < BATCH:
            return
        after = batch[-1].id
