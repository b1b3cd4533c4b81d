"""`kill -9` of any one process while the process of a call runs: it ends in the same state, twenty times."""

import itertools
import random
import threading

import pytest
import walk
from test_kills import kill, processes

pytestmark = [pytest.mark.journey, pytest.mark.drill, pytest.mark.timeout(1_500)]
ROUNDS = 20


class Killer(threading.Thread):
    """Kills one process, some moments after the part of the process it lies in wait for has begun."""

    def __init__(self, role: str, part: str, seconds: float):
        super().__init__()
        self.role, self.part, self.seconds = role, part, seconds
        self.begun, self.ready_again = threading.Event(), None

    def reached(self, part: str) -> None:
        """Note that a part begins."""
        if part == self.part:
            self.begun.set()

    def run(self) -> None:
        """Wait for the part, then kill."""
        self.begun.wait()
        threading.Event().wait(self.seconds)
        self.ready_again = kill(self.role)


def test_the_process_ends_in_the_same_state_whichever_process_is_killed():
    rolls = random.Random(2024)
    parts = itertools.cycle(["admit", "publish", "learn", "finish"])
    roles = itertools.islice(itertools.cycle(processes()), ROUNDS)
    for role, part in zip(roles, parts, strict=False):
        killer = Killer(role, part, rolls.uniform(0, 1.5))
        killer.start()
        process = walk.new_process(patience=60)
        walk.walk(process, between=killer.reached)
        killer.join()
        print(f"{role} killed in «{part}»: all ready again after {killer.ready_again:.1f} s")

        assert walk.standing(process) == walk.FINAL
        assert walk.books(process)["ledger difference"] == "0.00"
