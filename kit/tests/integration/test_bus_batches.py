"""Many events in one transaction: all or nothing, then each alone; what will not go is parked alone."""

from collections.abc import Sequence
from typing import Any

import pytest
from ila_kit.events import Envelope
from ila_kit.store.unit import Unit

pytestmark = pytest.mark.integration


class Batches:
    """Notes each event of a batch, and how many came together; fails at one number."""

    def __init__(self, service: Any, fails_at: int = 0):
        self.service, self.fails_at, self.sizes = service, fails_at, []

    def one(self, unit: Unit, envelope: Envelope) -> None:
        """Handle one event."""
        if envelope.data["number"] == self.fails_at:
            raise ValueError("no")
        self.service.note(unit, envelope)

    def many(self, unit: Unit, envelopes: Sequence[Envelope]) -> None:
        """Handle many."""
        self.sizes.append(len(envelopes))
        for envelope in envelopes:
            self.one(unit, envelope)


def test_many_waiting_events_are_worked_off_together_each_once(service: Any) -> None:
    service.bring(*range(1, 25))
    batches = Batches(service)
    worker = service.batching(batches.one, batches.many)
    service.until(worker.step, lambda: worker.step() > 0)
    assert (sorted(service.effects()), service.states()) == (list(range(1, 25)), {"done": 24})
    assert batches.sizes == [10, 10, 4]


def test_of_a_batch_that_fails_each_goes_alone_and_only_the_bad_one_is_parked(service: Any) -> None:
    service.bring(*range(1, 11))
    batches = Batches(service, fails_at=4)
    worker = service.batching(batches.one, batches.many, base=0.0, tries=3)
    service.until(worker.step, lambda: service.states() == {"done": 9, "parked": 1})
    assert sorted(service.effects()) == [1, 2, 3, *range(5, 11)]
    assert batches.sizes == [10]
    assert service.value("SELECT tries FROM inbox WHERE state = 'parked'") == 3


def test_what_was_begun_before_and_not_ended_goes_alone(service: Any) -> None:
    """A batch that killed its process must not kill the next one with the same events."""
    service.bring(*range(1, 6))
    service.run("UPDATE inbox SET tries = 1")
    batches = Batches(service)
    worker = service.batching(batches.one, batches.many)
    service.until(worker.step, lambda: worker.step() > 0)
    assert (batches.sizes, service.states()) == ([], {"done": 5})


def test_an_event_that_another_worker_did_meanwhile_is_left_out(service: Any) -> None:
    service.bring(1, 2, 3)
    batches = Batches(service)
    worker = service.batching(batches.one, batches.many)
    claimed = worker._claim()
    more = worker._claim_more(claimed.type)
    service.run("UPDATE inbox SET state = 'done' WHERE (body -> 'data' ->> 'number')::int = 2")
    assert worker._attempt_all([claimed, *more])
    assert (sorted(service.effects()), batches.sizes) == ([1, 3], [2])
