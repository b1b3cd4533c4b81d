"""One step again and again, in a thread of its own, through every outage of what it needs."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Any

from ila_kit.bus.broker import BrokerDown
from ila_kit.retry import jittered

log = logging.getLogger("ila.worker")

LONGEST_PAUSE = 5.0
SILENT_AFTER = 60.0


class Loop:
    """Runs `step` until it is stopped; a step does a little work and returns how many seconds to rest.

    An outage (of the broker, or what `outages` names) is waited for, and logged when it begins and
    ends. Any other fault ends the loop: it is ours, and a fresh process is the honest way on. `recover`
    is told of each outage, and of the end by None. `rest` is the longest rest that steps ask for.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], float],
        recover: Callable[[Exception | None], Any] = lambda _: None,
        rest: float = 0.0,
        outages: tuple[type[Exception], ...] = (BrokerDown,),
    ):
        self.name, self.step, self.recover, self._silent_after = name, step, recover, SILENT_AFTER + rest
        self._waited_for = outages
        self.outages, self.reason, self.crashed = 0, "has not begun", False
        self._stopping, self._wake, self._heard = False, threading.Event(), time.monotonic()

    def run(self) -> None:
        """Work until `stop` is called or the step fails for a reason that is no outage."""
        try:
            while not self._stopping:
                self._wake.wait(self._one_step())
                self._wake.clear()
        except BaseException:
            self.crashed, self.reason = True, "crashed"
            log.exception("%s crashed", self.name)
        finally:
            self.recover(None)

    def _one_step(self) -> float:
        try:
            pause = self.step()
        except self._waited_for as fault:
            self.outages += 1
            self.reason = type(fault).__name__
            if self.outages == 1:
                log.warning("%s waits: %s", self.name, self.reason)
            self.recover(fault)
            return 0.05 + jittered(0.1, LONGEST_PAUSE, self.outages)
        if self.outages:
            log.info("%s goes on after %d tries", self.name, self.outages)
        self.outages, self.reason, self._heard = 0, "", time.monotonic()
        return pause

    def wake(self) -> None:
        """End the present rest: there is work."""
        self._wake.set()

    def stop(self) -> None:
        """End the loop after the present step."""
        self._stopping = True
        self._wake.set()

    def fault(self) -> str:
        """Return why the loop does not work now, or "" when it does."""
        if not self.reason and time.monotonic() - self._heard > self._silent_after:
            return "silent"
        return self.reason
