import logging
import threading

import pytest
import sqlalchemy as sa
from ila_kit.bus.broker import BrokerDown
from ila_kit.bus.loops import Loop
from ila_kit.errors import Refusal
from ila_kit.retry import Retry, jittered
from ila_kit.store.faults import STORE_OUTAGES, reason_of


def steps(loop_name: str, *outcomes: float | Exception) -> tuple[Loop, list[Exception | None]]:
    """A loop that lives through these outcomes and is stopped after the last."""
    left, told = list(outcomes), list[Exception | None]()

    def step() -> float:
        outcome = left.pop(0)
        if not left:
            loop.stop()
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    loop = Loop(loop_name, step, told.append, outages=(BrokerDown, *STORE_OUTAGES))
    return loop, told


def test_an_outage_is_waited_for_and_said_once(caplog: pytest.LogCaptureFixture) -> None:
    lost = sa.exc.OperationalError("SELECT 1", {}, Exception("gone"))
    loop, told = steps("relay", 0.0, BrokerDown("x"), lost, BrokerDown("y"), 0.0)
    with caplog.at_level(logging.INFO):
        loop.run()
    assert [record.message for record in caplog.records] == [
        "relay waits: BrokerDown",
        "relay goes on after 3 tries",
    ]
    assert (len(told), told[-1], loop.crashed, loop.fault()) == (4, None, False, "")


def test_any_other_fault_ends_the_loop(caplog: pytest.LogCaptureFixture) -> None:
    loop, told = steps("inbox", ValueError("ours"), 0.0)
    loop.run()
    assert (loop.crashed, loop.fault(), told) == (True, "crashed", [None])


def test_a_rest_ends_when_there_is_work() -> None:
    began, count = threading.Event(), [0]

    def step() -> float:
        count[0] += 1
        began.set()
        if count[0] == 2:
            loop.stop()
        return 3_600.0

    loop = Loop("inbox", step)
    thread = threading.Thread(target=loop.run)
    thread.start()
    began.wait()
    loop.wake()
    thread.join(10)
    assert not thread.is_alive()
    assert count == [2]


@pytest.mark.parametrize("attempt", [0, 1, 5, 60, 10_000])
def test_delays_grow_to_a_bound(attempt: int) -> None:
    assert 0 <= jittered(0.5, 300, attempt) <= min(300, 0.5 * 2 ** min(attempt, 30))
    assert Retry(longest=2).delay(attempt).total_seconds() <= 2


def test_a_reason_names_the_fault_and_holds_no_data() -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("Jānis Bērziņš")
    assert reason_of(caught.value).startswith("ValueError in test_a_reason")
    assert "Jānis" not in reason_of(caught.value)
    assert reason_of(Refusal(person="Jānis")) == "Refusal refused"
