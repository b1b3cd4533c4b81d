"""A bus at its worst: every event is delivered three times, each time at a moment of its own, in any order.

`python tests/faults/hostile.py COMMAND …` runs a command beside a suite whose workers publish like this.
Nothing that is shipped knows of it: only the programs that start the workers are others.
"""

import heapq
import importlib
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ila_kit.bus.broker import Broker, BrokerDown
from ila_kit.cli import command_line
from ila_kit.events import Envelope
from ila_local import runner
from ila_local.databases import SERVICES
from ila_local.settings import Settings

TIMES = 3
LONGEST_SECONDS = 1.5
WRAPPER = """#!{python}
import sys
sys.path.insert(0, {folder!r})
from hostile import serve
serve({service!r})
"""


class HostileBroker(Broker):
    """Takes events at once, and delivers each three times within a second and a half, whenever it likes."""

    def __init__(self, url: str, *, prefix: str):
        super().__init__(url, prefix=prefix)
        self._inner, self._random = Broker(url, prefix=prefix), random.Random(os.getpid())
        self._due: list[tuple[float, float, Envelope]] = []
        self._changed = threading.Condition()
        threading.Thread(target=self._deliver, name="hostile", daemon=True).start()

    def publish(self, batch: Sequence[Envelope]) -> None:
        """Take events."""
        with self._changed:
            for event in batch:
                for _ in range(TIMES):
                    due = time.monotonic() + self._random.uniform(0, LONGEST_SECONDS)
                    heapq.heappush(self._due, (due, self._random.random(), event))
            self._changed.notify()

    def _deliver(self) -> None:
        while True:
            with self._changed:
                self._changed.wait(0.02)
                ready = []
                while self._due and self._due[0][0] <= time.monotonic():
                    ready.append(heapq.heappop(self._due)[2])
            if ready:
                self._send(ready)

    def _send(self, events: list[Envelope]) -> None:
        while True:
            try:
                return self._inner.publish(events)
            except BrokerDown:
                time.sleep(0.2)


def serve(service: str) -> None:
    """Be the command line of a service; its worker has the hostile bus."""
    app = importlib.import_module(f"ila_{service}.app")
    if sys.argv[1:2] != ["work"]:
        importlib.import_module(f"ila_{service}.cli").main()
        return
    settings = importlib.import_module(f"ila_{service}.settings").Settings
    command_line(service, f"ila_{service}", settings, app.create_app, _hostile(app.create_worker))()


def _hostile(create_worker: Callable[..., Any]) -> Callable[..., Any]:
    def create(*arguments: Any) -> Any:
        config = create_worker(*arguments)
        return replace(config, broker=HostileBroker(config.broker.url, prefix=config.broker.prefix))

    return create


def main() -> int:
    """Run a command beside a suite with a hostile bus; return its exit code."""
    with tempfile.TemporaryDirectory(prefix="ila-hostile-") as folder:
        programs = Path(folder)
        programs.chmod(0o755)
        for program in Path(sys.executable).parent.glob("ila-*"):
            (programs / program.name).symlink_to(program)
        for service in SERVICES:
            script = programs / f"ila-{service}"
            script.unlink()
            text = WRAPPER.format(python=sys.executable, folder=str(Path(__file__).parent), service=service)
            script.write_text(text)
            script.chmod(0o755)
        return runner.with_suite(Settings.from_env(), sys.argv[1:], None, programs)


if __name__ == "__main__":
    sys.exit(main())
